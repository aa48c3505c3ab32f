/** Codex CLI. */
import { join } from 'node:path';
import { HOOK_REGISTRATIONS } from '../../hooks/registrations.ts';
import { jsonHooks } from '../json-edits.ts';
import { serverCommand, SERVER_NAME } from '../program.ts';
import { section } from '../sections.ts';
import { skillFile } from '../skill.ts';
import { tomlServer } from '../toml-server.ts';
import type { SetupAgent } from '../types.ts';
import { CLAUDE_HOOKS } from './claude.ts';

/** What the server is to inherit: Codex starts it without any variable that is not named here, but for `PATH` and the like. */
const INHERITED: readonly string[] = [
  'GIT_TASKS_ACTOR',
  'GIT_TASKS_ENABLED',
  'GIT_TASKS_LIST',
  'GIT_TASKS_SESSION',
  'SSH_AUTH_SOCK',
  'XDG_CONFIG_HOME',
];

/** Codex CLI: `hooks.json` may hold nothing but hooks, or all of it is refused. */
export const codex: SetupAgent = {
  id: 'codex',
  title: 'Codex CLI',
  manuals: [
    'https://developers.openai.com/codex/mcp',
    'https://developers.openai.com/codex/hooks',
    'https://developers.openai.com/codex/skills',
    'https://developers.openai.com/codex/guides/agents-md',
  ],
  notes: {
    project: 'reads .codex/ only in a project that you trust, and runs hooks only after you have reviewed them: /hooks',
    user: 'runs hooks only after you have reviewed them: /hooks',
  },
  files: ({ scope, top, env, program }) => {
    const folder = scope === 'project' ? join(top, '.codex') : env['CODEX_HOME'] || join(top, '.codex');
    return [
      { path: join(folder, 'config.toml'), edits: [tomlServer('mcp_servers', codexServer(program))] },
      { path: join(folder, 'hooks.json'), edits: [jsonHooks(HOOK_REGISTRATIONS.codex, CLAUDE_HOOKS, program)] },
      { path: join(top, '.agents/skills', SERVER_NAME, 'SKILL.md'), edits: [skillFile()] },
      { path: join(scope === 'project' ? top : folder, 'AGENTS.md'), edits: [section(scope)] },
    ];
  },
};

function codexServer(program: readonly string[]): Readonly<Record<string, string | readonly string[]>> {
  return { ...serverCommand(program), env_vars: INHERITED };
}
