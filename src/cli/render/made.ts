/** What a template or a list was made into. */
import type { EachAnswer } from '../../app/each.ts';
import type { NewPreview } from '../../app/new.ts';
import { count } from './counts.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { cut } from './table.ts';
import { shortOf } from './task-rows.ts';

/** Items that people see; the rest is a number (and all of them are in the JSON). */
const MAX_SHOWN = 20;

/** The new tasks, and how many there are of everything. */
export function eachLines(answer: EachAnswer, screen: Screen): string[] {
  const { paint, width } = screen;
  const done = answer.dryRun === true ? 'would add' : 'added';
  const fresh = answer.items.filter(({ created }) => created);
  const lines = fresh.slice(0, MAX_SHOWN).map(({ subject, ids }) => {
    const [first = '', ...others] = Object.values(ids);
    const id = shortOf(first, answer.shortIds);
    const more = others.length === 0 ? '' : ` (+${others.length})`;
    const text = cut(printable(subject), Math.max(8, width - done.length - id.length - more.length - 2));
    return `${paint.good(done)} ${paint.id(id)} ${text}${paint.quiet(more)}`;
  });
  const hidden = fresh.length - lines.length;
  return [...lines, ...(hidden > 0 ? [`and ${count(hidden, 'item')} more`] : []), totals(answer, done)];
}

function totals({ total, tasks, existing, repeated }: EachAnswer, done: string): string {
  const parts = [
    `${done} ${count(tasks, 'task')} for ${count(total - existing, 'new item')} of ${total}`,
    ...(existing > 0 ? [`${existing} there already`] : []),
    ...(repeated > 0 ? [`${count(repeated, 'repetition')} left out`] : []),
  ];
  return parts.join(', ');
}

/** The tasks that a template would make, by their names. */
export function previewLines({ tasks, total, existing }: NewPreview, { paint }: Screen): string[] {
  const lines = tasks.map(({ name, subject, blockedBy = [], reviews = [], parent }) => {
    const details = [
      ...(blockedBy.length > 0 ? [`waits for ${blockedBy.join(', ')}`] : []),
      ...(reviews.length > 0 ? [`reviews ${reviews.join(', ')}`] : []),
      ...(typeof parent === 'string' ? [`part of ${parent}`] : []),
    ];
    const suffix = details.length === 0 ? '' : ` (${printable(details.join('; '))})`;
    return `${paint.good('would add')} ${paint.id(name)} ${printable(subject)}${paint.quiet(suffix)}`;
  });
  return existing === total ? [`the key made ${count(total, 'task')} already`] : lines;
}
