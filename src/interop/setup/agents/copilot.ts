/** GitHub Copilot: its CLI, its cloud agent, and VS Code. */
import { join } from 'node:path';
import { HOOK_REGISTRATIONS } from '../../hooks/registrations.ts';
import { jsonHooks, jsonServer } from '../json-edits.ts';
import { serverCommand, SERVER_NAME } from '../program.ts';
import { section } from '../sections.ts';
import { skillFile } from '../skill.ts';
import type { SetupAgent, SetupEdit, SetupPlace } from '../types.ts';

/** Copilot: VS Code and the CLI read the servers of a project from two files, and those of the user from one. */
export const copilot: SetupAgent = {
  id: 'copilot',
  title: 'Copilot and VS Code',
  manuals: [
    'https://code.visualstudio.com/docs/agents/reference/mcp-configuration',
    'https://docs.github.com/en/copilot/how-tos/copilot-cli/customize-copilot/add-mcp-servers',
    'https://docs.github.com/en/copilot/reference/hooks-reference',
    'https://docs.github.com/en/copilot/reference/copilot-cli-reference/cli-config-dir-reference',
  ],
  notes: { project: 'start servers and run hooks of a project only in a folder that you trust' },
  files: (place) => {
    const { scope, top, env, program } = place;
    const hooks = join('hooks', `${SERVER_NAME}.json`);
    const skill = join('skills', SERVER_NAME, 'SKILL.md');
    if (scope === 'project') {
      const server = { type: 'stdio', ...serverCommand(program) };
      return [
        { path: join(top, '.vscode/mcp.json'), edits: [jsonServer('servers', server)] },
        { path: join(top, '.github/mcp.json'), edits: [cliServer(place)] },
        { path: join(top, '.github', hooks), edits: [hooksEdit(place)] },
        { path: join(top, '.github', skill), edits: [skillFile()] },
        { path: join(top, 'AGENTS.md'), edits: [section('project')] },
      ];
    }
    const folder = env['COPILOT_HOME'] || join(top, '.copilot');
    return [
      { path: join(folder, 'mcp-config.json'), edits: [cliServer(place)] },
      { path: join(folder, hooks), edits: [hooksEdit(place)] },
      { path: join(folder, skill), edits: [skillFile()] },
      { path: join(folder, 'copilot-instructions.md'), edits: [section('user')] },
    ];
  },
};

function cliServer({ program }: SetupPlace): SetupEdit {
  return jsonServer('mcpServers', { type: 'stdio', ...serverCommand(program), tools: ['*'] });
}

function hooksEdit({ program }: SetupPlace): SetupEdit {
  return jsonHooks(HOOK_REGISTRATIONS.copilot, { kind: 'flat', version: 1, isTyped: true }, program);
}
