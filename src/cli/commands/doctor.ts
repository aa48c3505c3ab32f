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

/** Looks for damage and mends it when asked; exits with 1 when a promise of the ledger is left broken. */
export const verb: Verb<Flags> = {
  declare: (command) => void command.option('--fix', 'mend what can be mended: one commit for each kind of damage'),
  run: async (context, { fix }) => {
    const { examine } = await import('../../app/doctor/examine.ts');
    const answer = await examine(await openLedger(context), { fix });
    const left = answer.findings.filter(({ fixed }) => fixed !== true);
    const { good, bad, warning, quiet } = context.out.paint;
    context.answer(answer, () => [
      ...answer.findings.flatMap(({ severity, message, hint, fixed }) => [
        `${fixed === true ? good('mended:') : (severity === 'error' ? bad : warning)('found:')} ${printable(message)}`,
        ...(hint === undefined || fixed === true ? [] : [`  ${hintLine(printable(hint), quiet)}`]),
      ]),
      ...(answer.findings.length === 0 ? [`${good('no damage found')} in ${count(answer.checked.tasks, 'task')}`] : []),
    ]);
    if (left.length > 0 && fix !== true) {
      context.note([
        count(left.length, 'finding'),
        hintLine('git tasks doctor --fix mends what can be mended', context.err.paint.quiet),
      ]);
    }
    return left.some(({ severity }) => severity === 'error') ? EXIT.refused : EXIT.done;
  },
};
