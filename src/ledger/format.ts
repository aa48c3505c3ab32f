/** Tells a ledger from any other branch, and a format that we know from a newer one. */
import { TasksError } from '../errors.ts';
import { parseTree } from '../git/objects.ts';
import type { ObjectStore, Oid } from '../git/ports.ts';
import { FORMAT, FORMAT_FILE } from './layout.ts';

/** Throws `not-a-ledger` or `unsupported` unless the tree is a ledger that this version can read and write. */
export async function checkFormat(objects: ObjectStore, tree: Oid, ref: string): Promise<void> {
  const root = await objects.read(tree);
  const entries = root?.type === 'tree' ? parseTree(root.data, objects.oidLength) : [];
  const file = entries.find(({ name }) => name === FORMAT_FILE);
  const blob = file === undefined ? undefined : await objects.read(file.oid);
  const match = blob === undefined ? null : /^format: *(\d+) *$/m.exec(Buffer.from(blob.data).toString('utf8'));
  if (match === null) {
    throw new TasksError('not-a-ledger', `${ref} is not a ledger: it has no ${FORMAT_FILE} with a format`, {
      hint: 'It was not touched. Choose another branch: git config tasks.branch NAME',
      data: { ref },
    });
  }
  const format = Number(match[1]);
  if (format === FORMAT) return;
  throw new TasksError('unsupported', `${ref} has format ${format}; this version of git-tasks knows format ${FORMAT}`, {
    hint: 'Upgrade git-tasks',
    data: { ref, format },
  });
}
