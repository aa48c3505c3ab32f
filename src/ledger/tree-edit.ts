/** Edits files in a tree without a work tree or an index: only the trees on the way to them are read and written. */
import { TasksError } from '../errors.ts';
import { parseTree, serializeTree, type TreeEntry } from '../git/objects.ts';
import type { Oid } from '../git/ports.ts';
import type { Staging } from './staging.ts';

/** The blob that a path is to have; null removes the file. */
export type FileEdits = ReadonlyMap<string, Oid | null>;

/** The id of the tree with these files changed. Trees that become empty disappear. */
export async function editTree(staging: Staging, tree: Oid | undefined, edits: FileEdits): Promise<Oid | undefined> {
  const entries = new Map((await readTree(staging, tree)).map((entry) => [entry.name, entry]));
  const below = new Map<string, Map<string, Oid | null>>();
  for (const [path, oid] of edits) {
    const slash = path.indexOf('/');
    if (slash < 0) setEntry(entries, path, oid === null ? undefined : { mode: '100644', name: path, oid });
    else {
      const folder = path.slice(0, slash);
      const inside = below.get(folder) ?? new Map<string, Oid | null>();
      below.set(folder, inside.set(path.slice(slash + 1), oid));
    }
  }
  for (const [name, inside] of below) {
    const known = entries.get(name);
    const oid = await editTree(staging, known?.mode === '40000' ? known.oid : undefined, inside);
    setEntry(entries, name, oid === undefined ? undefined : { mode: '40000', name, oid });
  }
  return entries.size === 0 ? undefined : staging.put('tree', serializeTree([...entries.values()]), tree);
}

function setEntry(entries: Map<string, TreeEntry>, name: string, entry: TreeEntry | undefined): void {
  if (entry === undefined) entries.delete(name);
  else entries.set(name, entry);
}

async function readTree(staging: Staging, oid: Oid | undefined): Promise<TreeEntry[]> {
  if (oid === undefined) return [];
  const object = await staging.read(oid);
  if (object?.type !== 'tree') {
    throw new TasksError('damaged', `Tree ${oid} of the ledger is missing or damaged`, {
      hint: 'Run: git tasks doctor',
      data: { oid },
    });
  }
  return parseTree(object.data, staging.oidLength);
}
