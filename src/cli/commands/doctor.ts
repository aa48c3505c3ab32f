/** `git tasks doctor`. */
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { count } from '../render/counts.ts';
import { hintLine } from '../render/notices.ts';
import { printable } from '../render/printable.ts';
import type { Verb } from '../verb.ts';

interface Flags {
  readonly fix?: true;
}

/** Looks for damage and mends it when asked; exits with 1 when some is left. */
export const verb: Verb<Flags> = {
  declare: (command) => void command.option('--fix', 'mend what can be mended, in one commit'),
  run: async (context, { fix }) => {
    const { examine } = await import('../../app/doctor.ts');
    const answer = await examine(await openLedger(context), { fix });
    const left = answer.findings.filter(({ fixed }) => fixed !== true);
    const { good, bad, quiet } = context.out.paint;
    context.answer(answer, () => [
      ...answer.findings.flatMap(({ message, hint, fixed }) => [
        `${fixed === true ? good('mended:') : bad('found:')} ${printable(message)}`,
        ...(hint === undefined || fixed === true ? [] : [`  ${hintLine(printable(hint), quiet)}`]),
      ]),
      ...(answer.findings.length === 0 ? [good('no damage found')] : []),
    ]);
    if (left.length > 0 && fix !== true) {
      context.note([
        `${count(left.length, 'finding')}`,
        hintLine('git tasks doctor --fix mends what can be mended', context.err.paint.quiet),
      ]);
    }
    return left.length > 0 ? EXIT.refused : EXIT.done;
  },
};
