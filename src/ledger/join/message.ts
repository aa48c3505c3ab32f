/** The message of a join. It is made of what was joined alone, so that every clone writes the same. */
import type { JoinedTask } from './join.ts';

const MAX_LISTED = 50;

/** The message of the commit that joined these tasks. `spares`: files that were kept beside another version of them. */
export function joinMessage(tasks: readonly JoinedTask[], spares: readonly string[] = []): string {
  const open = tasks.reduce((sum, { conflicts }) => sum + conflicts.length, 0);
  const title = [
    'merge',
    ...(tasks.length > 0 ? [`: ${tasks.length} task(s) changed on both sides`] : []),
    ...(open > 0 ? [`, ${open} conflict(s)`] : []),
  ].join('');
  const trailers = tasks.slice(0, MAX_LISTED).flatMap(({ id, conflicts }) => {
    return [`Merged: ${id}`, ...conflicts.map(({ field }) => `Conflict: ${id} ${fieldName(field)}`)];
  });
  const more = tasks.length > MAX_LISTED ? [`Merged: ${tasks.length - MAX_LISTED} more`] : [];
  const kept = spares.map((path) => `Kept-Both: ${path}`);
  return `${title}\n\n${[...trailers, ...more, ...kept, 'Actor: git-tasks'].join('\n')}\n`;
}

/** A field's name comes from a file (an unknown key): nothing in it may look like another trailer. */
function fieldName(field: string): string {
  return field.replaceAll(/[^\w.-]+/g, '_').slice(0, 100);
}
