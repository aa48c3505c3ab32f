/** The files of one folder of a tree. */
import { parseTree, TREE_MODE } from '../git/objects.ts';
import type { ObjectStore, Oid } from '../git/ports.ts';

/** A file with its text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The files right in a folder of the top tree, by name; none where there is no such folder. */
export async function filesBelow(store: ObjectStore, tree: Oid, folder: string): Promise<readonly TextFile[]> {
  const top = await entriesOf(store, tree);
  const below = top.find(({ name, mode }) => name === folder && mode === TREE_MODE);
  const files = below === undefined ? [] : (await entriesOf(store, below.oid)).filter(isFile);
  const objects = await store.readMany(files.map(({ oid }) => oid));
  return files.flatMap(({ name }, i) => {
    const data = objects[i]?.data;
    return data === undefined ? [] : [{ path: `${folder}/${name}`, text: Buffer.from(data).toString('utf8') }];
  });
}

type Entry = ReturnType<typeof parseTree>[number];

/** Symbolic links and submodules are no files of the ledger. */
function isFile({ mode }: Entry): boolean {
  return mode.startsWith('100');
}

async function entriesOf(store: ObjectStore, oid: Oid): Promise<readonly Entry[]> {
  const object = await store.read(oid);
  return object?.type === 'tree' ? parseTree(object.data, store.oidLength) : [];
}
