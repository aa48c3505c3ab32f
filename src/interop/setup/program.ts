/** How the files of agents start this program. */
import { shellQuoted } from '../../git/system/shell-quoted.ts';
import type { HookRegistration } from '../hooks/registrations.ts';

/** The name of the MCP server, of the skill and of the plugin. */
export const SERVER_NAME = 'git-tasks';

/** The words where `git-tasks` is on the PATH. */
export const ON_PATH: readonly string[] = ['git', 'tasks'];

/** The MCP server as a command and its arguments. */
export function serverCommand(program: readonly string[]): {
  readonly command: string;
  readonly args: readonly string[];
} {
  const [command = 'git', ...words] = program;
  return { command, args: [...words, 'mcp'] };
}

/** The command line of the hook, for a shell. */
export function hookCommand({ agent, command }: HookRegistration, program: readonly string[]): string {
  if (program.join(' ') === ON_PATH.join(' ')) return command;
  return [...program, 'hook', '--agent', agent].map((word) => shellQuoted(word)).join(' ');
}

/** Whether a command line calls our hook for this agent, in whatever way it names the program. */
export function isOurHook(command: unknown, agent: string): boolean {
  return (
    typeof command === 'string' &&
    new RegExp(String.raw`(?:\bgit tasks|\bgit-tasks(?:\.js|\.cmd|\.exe)?['"]?) hook --agent ${agent}$`).test(command)
  );
}
