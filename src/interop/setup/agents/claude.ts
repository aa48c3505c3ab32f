/** Claude Code. */
import { join } from 'node:path';
import { HOOK_REGISTRATIONS } from '../../hooks/registrations.ts';
import { type HookShape, jsonHooks, jsonServer } from '../json-edits.ts';
import { serverCommand, SERVER_NAME } from '../program.ts';
import { section, sectionBeside } from '../sections.ts';
import { skillFile } from '../skill.ts';
import type { SetupAgent, SetupFile, SetupPlace } from '../types.ts';

/** Events hold groups of a matcher and handlers. Codex and Gemini CLI have taken this over. */
export const CLAUDE_HOOKS: HookShape = { kind: 'groups', isTyped: true };

/** The server as `.mcp.json` has it. Its few tools are worth more in sight than behind the search for tools. */
export function claudeServer(program: readonly string[]): Readonly<Record<string, unknown>> {
  return { type: 'stdio', ...serverCommand(program), alwaysLoad: true };
}

/** Claude Code: reads CLAUDE.md; AGENTS.md too (2.1.330, not yet 2.1.197), but only where there is no CLAUDE.md. */
export const claude: SetupAgent = {
  id: 'claude',
  title: 'Claude Code',
  manuals: [
    'https://code.claude.com/docs/en/mcp',
    'https://code.claude.com/docs/en/hooks',
    'https://code.claude.com/docs/en/skills',
    'https://code.claude.com/docs/en/memory',
  ],
  notes: { project: 'asks once whether you trust the server of this project' },
  files: (place) => (place.scope === 'project' ? inProject(place) : ofUser(place)),
};

function inProject(place: SetupPlace): SetupFile[] {
  const { top, program } = place;
  const agents = join(top, 'AGENTS.md');
  const own = join(top, 'CLAUDE.md');
  return [
    { path: join(top, '.mcp.json'), edits: [jsonServer('mcpServers', claudeServer(program))] },
    { path: join(top, '.claude/settings.json'), edits: [hooks(program)] },
    { path: join(top, '.claude/skills', SERVER_NAME, 'SKILL.md'), edits: [skillFile()] },
    { path: agents, edits: [section('project')] },
    ...(place.isSame(agents, own)
      ? []
      : [{ path: own, edits: [sectionBeside(agents, own, { ...place, isFallback: true })] }]),
  ];
}

function ofUser({ top, env, program }: SetupPlace): SetupFile[] {
  const moved = env['CLAUDE_CONFIG_DIR'];
  const folder = moved || join(top, '.claude');
  return [
    { path: join(moved || top, '.claude.json'), edits: [jsonServer('mcpServers', claudeServer(program))] },
    { path: join(folder, 'settings.json'), edits: [hooks(program)] },
    { path: join(folder, 'skills', SERVER_NAME, 'SKILL.md'), edits: [skillFile()] },
    { path: join(folder, 'CLAUDE.md'), edits: [section('user')] },
  ];
}

function hooks(program: readonly string[]): SetupFile['edits'][number] {
  return jsonHooks(HOOK_REGISTRATIONS.claude, CLAUDE_HOOKS, program);
}
