/** How every listing of tasks answers. */
import { listAnswer, type Listed } from './answers.ts';
import { listingNotices } from './render/notices.ts';
import { type ShortIds, taskLines } from './render/task-rows.ts';
import type { Context } from './verb.ts';

/** Prints the tasks; beside them, on standard error, what is not among them and why. */
export function answerList(
  context: Context,
  answer: Listed & { readonly shortIds: ShortIds },
  whenEmpty: () => readonly string[],
): void {
  context.answer(listAnswer(answer), () => taskLines(answer.tasks, answer.shortIds, context.out));
  if (answer.total === 0) context.note(whenEmpty());
  context.note(listingNotices(answer, context.err));
}
