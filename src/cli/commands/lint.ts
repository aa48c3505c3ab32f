/** `git tasks lint`. */
import type { LintProblem } from '../../app/lint.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { count } from '../render/counts.ts';
import { hintLine } from '../render/notices.ts';
import { printable } from '../render/printable.ts';
import type { Screen } from '../render/screen.ts';
import type { Verb } from '../verb.ts';

/** Checks the ledger; exits with 1 when something breaks a promise of the format, or stops all work. */
export const verb: Verb = {
  run: async (context) => {
    const { lintLedger } = await import('../../app/lint.ts');
    const answer = await lintLedger(await openLedger(context));
    const errors = answer.problems.filter(({ severity }) => severity === 'error').length;
    const warnings = answer.problems.length - errors;
    const found = [errors > 0 ? count(errors, 'error') : '', warnings > 0 ? count(warnings, 'warning') : ''].filter(
      Boolean,
    );
    context.answer(answer, () => [
      ...answer.problems.map((problem) => problemLine(problem, context.out)),
      `checked ${count(answer.checked, 'task')}: ${found.length > 0 ? found.join(', ') : context.out.paint.good('all in order')}`,
    ]);
    if (errors > 0) context.note([hintLine('git tasks doctor', context.err.paint.quiet)]);
    return errors > 0 ? EXIT.refused : EXIT.done;
  },
};

/** `error: main/7/k/7kq3m2xz.yaml:3:1: …`, as compilers write it. */
function problemLine({ severity, message, path, line, column }: LintProblem, { paint }: Screen): string {
  const style = severity === 'error' ? paint.bad : paint.warning;
  const place = path === undefined || line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`;
  const text = path !== undefined && message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
  const where = path === undefined ? '' : `${printable(path)}${place}: `;
  return `${style(`${severity}:`)} ${where}${printable(text)}`;
}
