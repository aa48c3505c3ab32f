/** Reads the commit that a ledger's branch is at, and makes sure that this version can read what it holds. */
import { TasksError } from '../errors.ts';
import { type Commit, parseCommit } from '../git/objects.ts';
import type { ObjectStore, Oid } from '../git/ports.ts';
import { checkFormat } from './format.ts';

/** The commit. Throws `damaged` when there is none, `unsupported` or `not-a-ledger` for what it holds; `ref` names it. */
export async function readTip(objects: ObjectStore, commit: Oid, ref: string): Promise<Commit> {
  const object = await objects.read(commit);
  if (object?.type !== 'commit') {
    throw new TasksError('damaged', `${ref} points to ${commit}, which is not a readable commit`, {
      hint: 'Run: git tasks doctor',
      data: { ref, commit },
    });
  }
  const read = parseCommit(object.data);
  await checkFormat(objects, read.tree, ref);
  return read;
}
