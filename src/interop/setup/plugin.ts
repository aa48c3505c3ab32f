/**
 * The plugin for Claude Code: the same server, hooks and skill as one folder, which is a marketplace of one plugin, too.
 *
 * Source: https://code.claude.com/docs/en/plugins/manifest-reference and …/marketplace-reference.
 */
import { HOOK_REGISTRATIONS } from '../hooks/registrations.ts';
import { CLAUDE_HOOKS, claudeServer } from './agents/claude.ts';
import { jsonHooks } from './json-edits.ts';
import { ON_PATH, SERVER_NAME } from './program.ts';
import { skillText } from './skill.ts';

/** Where the manifest is, relative to the plugin. */
export const PLUGIN_MANIFEST = '.claude-plugin/plugin.json';

const DESCRIPTION = "Plan and track work in the repository's own task ledger, shared by people and agents";

/** The files of the plugin: text by path relative to its folder. `version`: that of git-tasks. */
export function pluginFiles(version: string): ReadonlyMap<string, string> {
  const author = { name: 'The git-tasks authors' };
  const manifest = {
    name: SERVER_NAME,
    version,
    description: DESCRIPTION,
    author,
    license: 'MIT',
    keywords: ['tasks', 'git', 'planning'],
  };
  const marketplace = {
    name: SERVER_NAME,
    description: DESCRIPTION,
    owner: author,
    plugins: [{ name: SERVER_NAME, source: './', description: DESCRIPTION }],
  };
  return new Map([
    [PLUGIN_MANIFEST, jsonText(manifest)],
    ['.claude-plugin/marketplace.json', jsonText(marketplace)],
    ['.mcp.json', jsonText({ mcpServers: { [SERVER_NAME]: claudeServer(ON_PATH) } })],
    ['hooks/hooks.json', jsonHooks(HOOK_REGISTRATIONS.claude, CLAUDE_HOOKS, ON_PATH).add('', 'hooks.json')],
    [`skills/${SERVER_NAME}/SKILL.md`, skillText()],
  ]);
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
