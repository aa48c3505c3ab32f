/** Cursor. */
import { join } from 'node:path';
import { HOOK_REGISTRATIONS } from '../../hooks/registrations.ts';
import { jsonHooks, jsonServer } from '../json-edits.ts';
import { serverCommand, SERVER_NAME } from '../program.ts';
import { section } from '../sections.ts';
import { skillFile } from '../skill.ts';
import type { SetupAgent } from '../types.ts';

/** Cursor: reads AGENTS.md; rules of the user are in its own settings, which are no file. */
export const cursor: SetupAgent = {
  id: 'cursor',
  title: 'Cursor',
  manuals: [
    'https://cursor.com/docs/context/mcp',
    'https://cursor.com/docs/hooks',
    'https://cursor.com/docs/context/skills',
    'https://cursor.com/docs/context/rules',
  ],
  notes: { user: 'keeps user rules in its own settings: there is no file for a section of instructions' },
  files: ({ scope, top, program }) => {
    const folder = join(top, '.cursor');
    const shape = { kind: 'flat', version: 1, isTyped: false } as const;
    return [
      { path: join(folder, 'mcp.json'), edits: [jsonServer('mcpServers', serverCommand(program))] },
      { path: join(folder, 'hooks.json'), edits: [jsonHooks(HOOK_REGISTRATIONS.cursor, shape, program)] },
      { path: join(folder, 'skills', SERVER_NAME, 'SKILL.md'), edits: [skillFile()] },
      ...(scope === 'project' ? [{ path: join(top, 'AGENTS.md'), edits: [section('project')] }] : []),
    ];
  },
};
