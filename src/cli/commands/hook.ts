/** `git tasks hook`: what agents call at their events. */
import type { HookReply } from '../../app/hook/run-hook.ts';
import type { World } from '../../world.ts';
import { EXIT } from '../exit-codes.ts';
import type { Verb } from '../verb.ts';

interface Flags {
  readonly agent?: string;
}

/** Answers the event on standard input. Whatever goes wrong, the agent goes on: 0, or 2 where that is how to refuse. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option('--agent <name>', 'claude, codex, gemini, cursor or copilot (default: told by its words)');
    // A wrong flag would end with 2, which agents take for a refusal of what they are about to do.
    command.allowUnknownOption().allowExcessArguments();
  },
  run: async ({ world }, { agent }) => {
    const { failed, MAX_PAYLOAD, runHook } = await import('../../app/hook/run-hook.ts');
    const payload = await readPayload(world, MAX_PAYLOAD);
    const reply: HookReply =
      payload === undefined
        ? failed(`there is no event of an agent on standard input, or one of more than ${MAX_PAYLOAD} bytes`)
        : await runHook(world, payload, agent);
    if (reply.stderr !== '') world.stderr.stream.write(reply.stderr);
    if (reply.stdout !== '') world.stdout.stream.write(reply.stdout);
    return reply.exit === 2 ? EXIT.usage : EXIT.done;
  },
};

async function readPayload(world: World, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    const piped = world.pipedInput?.();
    if (piped === undefined && world.stdin.isTTY === true) return undefined;
    for await (const chunk of piped ?? (world.stdin as AsyncIterable<Buffer | string>)) {
      const bytes = Buffer.from(chunk as string);
      size += bytes.length;
      // Read to its end all the same: an agent that is cut off in its writing would see a failure.
      if (size <= limit) chunks.push(bytes);
    }
  } catch {
    // An input that cannot be read says nothing.
    return undefined;
  }
  return size === 0 || size > limit ? undefined : Buffer.concat(chunks).toString('utf8');
}
