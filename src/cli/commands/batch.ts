/** `git tasks batch`. */
import { EXIT } from '../exit-codes.ts';
import { readText } from '../input.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { count } from '../render/counts.ts';
import type { Verb } from '../verb.ts';

interface Flags extends WriteFlags {
  readonly each?: true;
}

/** Runs operations from standard input, all or none of them. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command.option('--each', 'a commit for each line instead of one for all');
    declareWriteFlags(command);
    command.addHelpText('after', NOTES);
  },
  run: async (context, flags) => {
    const { runBatch } = await import('../../app/batch.ts');
    const lines = await readText(context, '-');
    const answer = await runBatch(await openLedger(context), { lines, each: flags.each }, writeOptions(flags));
    const { results, commits } = answer;
    const { good, quiet } = context.out.paint;
    context.answer(answer, () => [
      `${good('ran')} ${count(results.length, 'operation')} ${quiet(`(${commits === 0 ? 'nothing changed' : count(commits, 'commit')})`)}`,
    ]);
    return EXIT.done;
  },
};

const NOTES = `
Reads one JSON object a line from standard input: a verb, and fields by their
names. All lines are done, or none. A line that adds a task may name it for
later lines.

  {"verb":"add","subject":"Build it","name":"build"}
  {"verb":"add","subject":"Ship it","blockedBy":["@build"],"priority":1}
  {"verb":"done","id":"7kq3","result":"It was simple."}`;
