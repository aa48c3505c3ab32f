/** Looks through the history for versions of files that can still be read. */
import { TasksError } from '../../errors.ts';
import type { Oid } from '../../git/ports.ts';
import { readBlobAt, readCommit, walkFile, walkHistory } from '../../ledger/history.ts';
import { pathToTask } from '../../ledger/layout.ts';
import { diffTrees } from '../../ledger/tree-diff.ts';
import type { Task, TaskId } from '../../task/types.ts';
import { decodeTask } from '../../yaml/codec.ts';
import type { Session } from '../session.ts';

/** A version of a task, and the commit whose tree has it. */
export interface PastVersion {
  readonly commit: Oid;
  readonly task: Task;
}

/** The newest version of a file that can be read, from a commit on backwards. */
export async function lastGoodVersion(
  { repository }: Session,
  tip: Oid,
  path: string,
): Promise<PastVersion | undefined> {
  const place = pathToTask(path);
  if (place === undefined) return undefined;
  try {
    for await (const { oid, tree } of walkFile(repository.objects, tip, path)) {
      const text = await blobText(repository.objects, tree, path);
      const decoded = text === undefined ? undefined : decodeTask(text, place);
      if (decoded?.ok === true) return { commit: oid, task: decoded.task };
    }
  } catch (error) {
    // The history itself is damaged further back: what lies behind cannot be asked.
    if (!isDamage(error)) throw error;
  }
  return undefined;
}

/** For tasks that are gone from the tree: the last version that each had. One walk for all of them. */
export async function deletedVersions(
  session: Session,
  tip: Oid,
  ids: ReadonlySet<TaskId>,
): Promise<Map<TaskId, PastVersion>> {
  const { objects } = session.repository;
  const found = new Map<TaskId, PastVersion>();
  try {
    for await (const { tree, parents } of walkHistory(objects, tip)) {
      const [parent] = parents;
      if (found.size === ids.size) break;
      if (parent === undefined) continue;
      const { tree: before } = await readCommit(objects, parent);
      const gone = (await diffTrees(objects, before, tree)).filter(({ after }) => after === undefined);
      await addVersions(session, { parent, paths: gone.map(({ path }) => path), ids }, found);
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  return found;
}

interface Deleted {
  /** The last commit that has the files. */
  readonly parent: Oid;
  readonly paths: readonly string[];
  /** The tasks that are looked for. */
  readonly ids: ReadonlySet<TaskId>;
}

async function addVersions(session: Session, deleted: Deleted, found: Map<TaskId, PastVersion>): Promise<void> {
  for (const path of deleted.paths) {
    const id = pathToTask(path)?.id;
    if (id === undefined || !deleted.ids.has(id) || found.has(id)) continue;
    const version = await lastGoodVersion(session, deleted.parent, path);
    if (version !== undefined) found.set(id, version);
  }
}

async function blobText(
  objects: Session['repository']['objects'],
  tree: Oid,
  path: string,
): Promise<string | undefined> {
  try {
    return await readBlobAt(objects, tree, path);
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof TasksError && error.code === 'damaged';
}
