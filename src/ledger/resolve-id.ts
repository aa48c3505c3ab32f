/** From what a person types to an id, and from an id to the least that must be typed. */
import { TasksError } from '../errors.ts';
import { isIdPrefix } from '../task/ids.ts';
import type { TaskId } from '../task/types.ts';
import type { LedgerIndex } from './index/ledger-index.ts';

/** Shown prefixes have at least this many characters, so that they stay unique for a while. */
const MIN_SHOWN = 4;
const MAX_CANDIDATES = 10;

/** See `Snapshot.find`. */
export function resolveId(index: LedgerIndex, name: string): TaskId {
  const slash = name.indexOf('/');
  const list = slash > 0 ? name.slice(0, slash) : undefined;
  const text = slash > 0 ? name.slice(slash + 1) : name;
  const inList = (id: TaskId): boolean => list === undefined || index.table.listOf(index.table.rowOf(id)) === list;
  // A foreign id may hold slashes itself (`owner/repo#12`), so the whole name is tried as one too.
  const aliases = [...index.alias(text).filter(inList), ...(list === undefined ? [] : index.alias(name))];
  const lower = text.toLowerCase();
  const own = isIdPrefix(lower) ? index.table.withPrefix(lower).filter(inList) : [];
  const found = [...new Set([...own, ...aliases])];
  if (found.length === 1 && found[0] !== undefined) return found[0];
  if (found.length > 1) throw ambiguous(index, { name, found, isAlias: own.length === 0 });
  const wrong = !isIdPrefix(lower) && text.length < 3;
  throw new TasksError('not-found', `No task ${JSON.stringify(name)} in this ledger`, {
    hint: wrong ? 'An id needs at least 3 characters' : 'See the ids with: git tasks list --all',
    data: { id: name },
  });
}

interface Found {
  readonly name: string;
  readonly found: readonly TaskId[];
  /** Whether the name is a whole alias of all of them: no further character tells them apart, but their lists may. */
  readonly isAlias: boolean;
}

function ambiguous(index: LedgerIndex, { name, found, isAlias }: Found): TasksError {
  const shown = found.slice(0, MAX_CANDIDATES).map((id) => shortId(index, id));
  const more = found.length > MAX_CANDIDATES ? ` and ${found.length - MAX_CANDIDATES} more` : '';
  return new TasksError('ambiguous', `${JSON.stringify(name)} could be ${shown.join(', ')}${more}`, {
    hint: isAlias ? 'Give the id of the one that you mean' : 'Type one more character',
    data: { id: name, candidates: found.slice(0, MAX_CANDIDATES) },
  });
}

/** See `Snapshot.short`. */
export function shortId(index: LedgerIndex, id: TaskId): string {
  return id.slice(0, Math.max(MIN_SHOWN, index.table.sharedPrefix(id) + 1));
}
