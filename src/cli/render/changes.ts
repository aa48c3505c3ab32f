/** What a change did, in one line for each task. */
import type { StartedTask } from '../../app/started-behind.ts';
import type { TaskRow, TaskView } from '../../app/task-view.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { cut } from './table.ts';
import { shortOf, type ShortIds } from './task-rows.ts';
import { untilText } from './times.ts';

/** A change to tell of. */
export interface ChangeText {
  /** What was done: `claimed`. */
  readonly done: string;
  readonly tasks: readonly TaskView[];
  readonly shortIds: ShortIds;
  /** What stands in brackets at the end, where there is something to say. */
  readonly detail?: ((task: TaskView) => string | undefined) | undefined;
}

/** One line for each task: `claimed 7kq3 Run the API tests (term 2, until 15:30)`. */
export function changeLines({ done, tasks, shortIds, detail }: ChangeText, screen: Screen): string[] {
  const { paint } = screen;
  return tasks.map((task) => {
    const id = shortOf(task.id, shortIds);
    const note = detail?.(task);
    const suffix = note === undefined ? '' : ` (${note})`;
    const subject = cut(
      printable(task.subject),
      Math.max(8, screen.width - done.length - id.length - suffix.length - 2),
    );
    return `${paint.good(done)} ${paint.id(id)} ${subject}${paint.quiet(suffix)}`;
  });
}

/** `term 2, until 15:30`. */
export function leaseDetail({ claim, certainty }: TaskRow, screen: Screen): string | undefined {
  if (claim === undefined) return undefined;
  const until = claim.expires === undefined ? undefined : `until ${untilText(claim.expires, screen)}`;
  const end = claim.hold === true ? 'without an end' : until;
  const word = claim.provisional === true ? 'provisional' : certainty === 'confirmed' ? 'confirmed' : undefined;
  return [`term ${claim.term}`, end, word].filter((part) => part !== undefined).join(', ');
}

/** `waits for 2m4k, 9d8e`, of a task that something stands before. */
export function waitDetail({ openBlockers, blocked }: TaskRow, shortIds: ShortIds): string | undefined {
  if (!blocked || openBlockers.length === 0) return undefined;
  return `waits for ${openBlockers.map((id) => shortOf(id, shortIds)).join(', ')}`;
}

/** What was started or completed on the word of tasks that are open again. */
export function startedLines(tasks: readonly StartedTask[], shortIds: ShortIds, { paint }: Screen): string[] {
  return tasks.map(({ id, subject, status, owner }) => {
    const who = owner === undefined ? '' : ` by ${printable(owner)}`;
    const state = status === 'completed' ? 'is completed, look again' : `is in progress${who}, and waits for it again`;
    return `  ${paint.warning('note:')} ${paint.id(shortOf(id, shortIds))} ${printable(subject)} ${state}`;
  });
}

/** A task that became ready. */
export interface ReadyNow {
  readonly id: string;
  readonly subject: string;
}

/** The tasks that a change made ready. */
export function readyLines(tasks: readonly ReadyNow[], shortIds: ShortIds, screen: Screen): string[] {
  return tasks.map(({ id, subject }) => {
    const text = cut(printable(subject), Math.max(8, screen.width - 17));
    return `  ${screen.paint.quiet('now ready')} ${screen.paint.id(shortOf(id, shortIds))} ${text}`;
  });
}
