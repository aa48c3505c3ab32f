/** Gemini CLI. */
import { join } from 'node:path';
import { HOOK_REGISTRATIONS } from '../../hooks/registrations.ts';
import { jsonHooks, jsonServer } from '../json-edits.ts';
import { serverCommand, SERVER_NAME } from '../program.ts';
import { section, sectionBeside } from '../sections.ts';
import { skillFile } from '../skill.ts';
import type { SetupAgent, SetupFile, SetupPlace } from '../types.ts';
import { CLAUDE_HOOKS } from './claude.ts';

/** Gemini CLI: servers and hooks are in one file; it reads GEMINI.md unless its settings name another. */
export const gemini: SetupAgent = {
  id: 'gemini',
  title: 'Gemini CLI',
  manuals: [
    'https://geminicli.com/docs/tools/mcp-server',
    'https://geminicli.com/docs/hooks/reference',
    'https://geminicli.com/docs/cli/skills',
    'https://geminicli.com/docs/cli/gemini-md',
  ],
  notes: { project: 'reads .gemini/ only in a folder that you trust' },
  files: (place) => {
    const { scope, top, program } = place;
    const folder = join(top, '.gemini');
    return [
      {
        path: join(folder, 'settings.json'),
        edits: [
          jsonServer('mcpServers', serverCommand(program)),
          jsonHooks(HOOK_REGISTRATIONS.gemini, CLAUDE_HOOKS, program),
        ],
      },
      // Of a second one in its own folder it would say that the two are in conflict.
      { path: join(top, '.agents/skills', SERVER_NAME, 'SKILL.md'), edits: [skillFile()] },
      ...(scope === 'project' ? inProject(place) : [{ path: join(folder, 'GEMINI.md'), edits: [section('user')] }]),
    ];
  },
};

function inProject(place: SetupPlace): SetupFile[] {
  const agents = join(place.top, 'AGENTS.md');
  const own = join(place.top, 'GEMINI.md');
  const beside = place.isSame(agents, own) ? [] : [{ path: own, edits: [sectionBeside(agents, own, place)] }];
  return [{ path: agents, edits: [section('project')] }, ...beside];
}
