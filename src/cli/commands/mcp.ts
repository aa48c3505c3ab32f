/** `git tasks mcp`. */
import { EXIT } from '../exit-codes.ts';
import type { Verb } from '../verb.ts';
import { VERSION } from '../version.ts';

/** Serves the tools of agents on standard input and output until the client is gone. */
export const verb: Verb = {
  declare: (command) => {
    command.addHelpText('after', NOTES);
  },
  run: async ({ world, session }) => {
    if (world.stdin.isTTY === true) world.stderr.stream.write(`${FOR_PEOPLE}\n`);
    const { serveMcp } = await import('../../mcp/serve.ts');
    await serveMcp(world, { ...session, version: VERSION });
    return EXIT.done;
  },
};

const FOR_PEOPLE =
  'This speaks MCP on standard input, for agents. Ctrl-C ends it. How to register it: git tasks help mcp';

const NOTES = `
An agent starts this program itself and speaks the Model Context Protocol with
it. Register it as a stdio server with the command: git tasks mcp

  claude mcp add git-tasks -- git tasks mcp

Its tools: task_create, task_get, task_list and task_update as agents know
them, and task_batch, task_next, task_log and task_sync.`;
