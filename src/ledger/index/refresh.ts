/** Brings an index to a tip by reading only the files that differ. */
import { isUtf8 } from 'node:buffer';
import type { ObjectStore, Oid } from '../../git/ports.ts';
import { MAX_FILE_BYTES } from '../../task/limits.ts';
import { summaryOf } from '../../task/summary.ts';
import type { TaskId } from '../../task/types.ts';
import { decodeCanonical, decodeTask } from '../../yaml/codec.ts';
import { pathToTask, type TaskPlace } from '../layout.ts';
import { diffTrees, type FileDifference } from '../tree-diff.ts';
import type { LedgerIndex, RowUpdate } from './ledger-index.ts';
import type { DamagedFile, LastChange } from './types.ts';

/** The state that the index is to describe. */
export interface Target {
  readonly tip: Oid;
  readonly tree: Oid;
  /** Who made the tip, when the index describes its parent: then everything that differs was changed there. */
  readonly change?: LastChange | undefined;
}

interface Difference extends FileDifference {
  readonly place: TaskPlace;
}

/** Moves the index to the target. Files that cannot be read become `damaged` entries, never errors. */
export async function refreshIndex(index: LedgerIndex, store: ObjectStore, target: Target): Promise<void> {
  const differences = (await diffTrees(store, index.head.tree || undefined, target.tree)).flatMap(
    (difference): Difference[] => {
      const place = pathToTask(difference.path);
      return place === undefined ? [] : [{ ...difference, place }];
    },
  );
  const touched = new Set(differences.map(({ path }) => path));
  const damaged = index.damaged.filter(({ path }) => !touched.has(path));
  const rows: RowUpdate[] = [];
  const removed: TaskId[] = [];
  const present = differences.filter((difference) => difference.after !== undefined);
  const objects = await store.readMany(present.map(({ after }) => after ?? ''));
  for (const [i, { path, place, after: blob = '' }] of present.entries()) {
    const read = readTask(objects[i]?.data, place);
    if ('summary' in read) rows.push({ ...read, blob, change: target.change });
    else {
      damaged.push({ path, blob, problems: read.problems });
      removed.push(place.id);
    }
  }
  // A file that moved to another list is gone at one path and there at another: it is not removed.
  const here = new Set(rows.map(({ summary }) => summary.id));
  for (const { place, after } of differences) if (after === undefined && !here.has(place.id)) removed.push(place.id);
  damaged.sort((a, b) => (a.path < b.path ? -1 : 1));
  index.apply({ ...target, rows, removed: removed.filter((id) => index.has(id)), damaged });
}

type Read = Pick<RowUpdate, 'summary'> | Pick<DamagedFile, 'problems'>;

function readTask(data: Uint8Array | undefined, place: TaskPlace): Read {
  if (data === undefined) return problem('the file is missing from the object store');
  if (data.byteLength > MAX_FILE_BYTES) return problem(`the file has ${data.byteLength} bytes, ${MAX_FILE_BYTES} are allowed`);
  if (!isUtf8(data)) return problem('the file is not UTF-8');
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8');
  const fast = decodeCanonical(text, place);
  if (fast !== undefined) return { summary: summaryOf(fast) };
  const decoded = decodeTask(text, place);
  return decoded.ok ? { summary: summaryOf(decoded.task) } : { problems: decoded.problems };
}

function problem(message: string): Read {
  return { problems: [{ message, line: 1, column: 1 }] };
}
