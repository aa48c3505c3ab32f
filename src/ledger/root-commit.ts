/** The commit that every ledger begins with. */
import { serializeCommit } from '../git/objects.ts';
import type { Oid } from '../git/ports.ts';
import { ROOT_COMMIT, ROOT_FILES } from './layout.ts';
import type { Staging } from './staging.ts';
import { editTree } from './tree-edit.ts';

/** Stages the root commit and gives its id: the same everywhere. */
export async function stageRoot(staging: Staging): Promise<Oid> {
  const files = [...ROOT_FILES].map(([path, text]) => [path, staging.put('blob', Buffer.from(text))] as const);
  const tree = await editTree(staging, undefined, new Map(files));
  const { author, message } = ROOT_COMMIT;
  const commit = serializeCommit({ tree: tree ?? '', parents: [], author, committer: author, message });
  return staging.put('commit', commit);
}
