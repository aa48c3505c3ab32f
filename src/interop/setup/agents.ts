/** Every agent that can be set up. */
import { TasksError } from '../../errors.ts';
import { claude } from './agents/claude.ts';
import { codex } from './agents/codex.ts';
import { copilot } from './agents/copilot.ts';
import { cursor } from './agents/cursor.ts';
import { gemini } from './agents/gemini.ts';
import type { SetupAgent } from './types.ts';

/** All of them, in the order of the documentation. */
export const SETUP_AGENTS: readonly SetupAgent[] = [claude, codex, gemini, cursor, copilot];

/** Other names that people may give. */
const ALIASES: Readonly<Record<string, string>> = { 'claude-code': 'claude', vscode: 'copilot' };

/** The agents of these names, each once. Throws `usage` for a name that is none. */
export function setupAgents(names: readonly string[]): readonly SetupAgent[] {
  const chosen = names.map((name) => {
    const agent = SETUP_AGENTS.find(({ id }) => id === (ALIASES[name] ?? name));
    if (agent !== undefined) return agent;
    throw new TasksError('usage', `There is no setup for ${JSON.stringify(name)}`, {
      hint: `Choose from: ${SETUP_AGENTS.map(({ id }) => id).join(', ')}`,
    });
  });
  return [...new Set(chosen)];
}
