/** `git tasks watch`. */
import type { EventType } from '../../app/watch.ts';
import { parseDuration } from '../../task/duration.ts';
import { EXIT } from '../exit-codes.ts';
import { linesToText } from '../context.ts';
import { openLedger } from '../open-ledger.ts';
import { collectNames } from '../options.ts';
import { eventLines } from '../render/events.ts';
import { answerToJson } from '../render/json.ts';
import { untilOver, writeSlowly } from '../until-over.ts';
import { idArguments, type Verb } from '../verb.ts';
import { warnOf } from '../warn.ts';

interface Flags {
  readonly type?: readonly string[];
  readonly label?: readonly string[];
  readonly since?: string;
  readonly fetch?: number;
  readonly timeout?: number;
}

/** Tells what happens until somebody ends it, which is a success; with Ctrl-C it exits with 130. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command
      .option('--type <type>', 'only these events: completed,unblocked; repeatable', collectNames)
      .option('-l, --label <label>', 'only tasks with this label; repeatable (all must be there)', collectNames)
      .option('--since <rev|time>', 'begin with what came after this commit or time')
      .option('--fetch <interval>', 'fetch from the remote this often: 30s, 5m', parseDuration)
      .option('--timeout <time>', 'end after this time: 45s, 10m', parseDuration);
  },
  run: async (context, { type, label, since, fetch, timeout }, args) => {
    const { parseEventType, watchEvents } = await import('../../app/watch.ts');
    const types: readonly EventType[] | undefined = type?.map(parseEventType);
    const { world, json, out } = context;
    const over = untilOver(world, { input: true });
    try {
      const session = await openLedger(context);
      const input = { ids: idArguments(args), types, labels: label, since, fetch, timeout };
      for await (const batch of watchEvents(session, { ...input, signal: over.signal, warn: warnOf(context) })) {
        const lines = json ? batch.events.map((event) => answerToJson(event, false)) : eventLines(batch, out);
        await writeSlowly(world, linesToText(lines), over.signal);
      }
    } finally {
      over.release();
    }
    return over.ending() === 'SIGINT' ? EXIT.interrupted : EXIT.done;
  },
};
