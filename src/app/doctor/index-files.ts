/** Compares the index with the ledger that it was made of. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Oid } from '../../git/ports.ts';
import { decodeBase, encodeBase } from '../../ledger/index/base-file.ts';
import { damagedIndexFiles, fileIndexStore } from '../../ledger/index/index-store.ts';
import { LedgerIndex } from '../../ledger/index/ledger-index.ts';
import { refreshIndex } from '../../ledger/index/refresh.ts';
import { privateFolder } from '../../ledger/ledger.ts';
import { sameJson } from '../../task/changes.ts';
import { type Finding, FIX_HINT, type Scene } from './finding.ts';

/** The index as it lies on disk, whatever tip it describes. */
export function storedIndex({ session, files }: Scene): LedgerIndex {
  const { repository, world } = session;
  return fileIndexStore({
    fs: repository.fs,
    folder: privateFolder(repository),
    oidLength: repository.objects.oidLength,
    newId: () => Buffer.from(files.random(8)).toString('hex'),
    owner: () => world.identity,
  }).load();
}

/** The index of a state, made from nothing but its files. */
export async function scannedIndex(
  { session }: Scene,
  state: { readonly tip: Oid; readonly tree: Oid },
): Promise<LedgerIndex> {
  const { objects } = session.repository;
  const index = await refreshIndex(new LedgerIndex(objects.oidLength), objects, state);
  // In the form of the file its ids are sorted: looking ten thousand of them up takes milliseconds then, not seconds.
  const parts = {
    head: { ...index.head, id: 'scan' },
    oidLength: index.oidLength,
    table: index.table,
    damaged: index.damaged,
  };
  const bytes = encodeBase({ ...parts, blob: (row) => index.blob(row), change: (row) => index.change(row) });
  return new LedgerIndex(objects.oidLength, decodeBase(bytes));
}

/** What is wrong with the index. It is a cache, so mending it is to delete it: the next command makes it anew. */
export async function checkIndex(scene: Scene, scanned: LedgerIndex): Promise<Finding[]> {
  const { repository } = scene.session;
  const folder = privateFolder(repository);
  const problems = damagedIndexFiles({ fs: repository.fs, folder });
  if (problems.size === 0) {
    const difference = await differenceBetween(scene, scanned);
    if (difference !== undefined) problems.set(join(folder, 'index'), difference);
  }
  if (problems.size > 0 && scene.fix) {
    for (const name of ['index', 'index-log']) rmSync(join(folder, name), { force: true });
  }
  return [...problems].map(([path, problem]) => ({
    code: 'index',
    severity: 'warning',
    message: `The index ${path} cannot be used: ${problem}`,
    path,
    ...(scene.fix ? { fixed: true } : { hint: `${FIX_HINT}. Nothing is lost: it is made from the ledger` }),
  }));
}

/** Brings the stored index to the tip as a command would, and compares. */
async function differenceBetween(scene: Scene, scanned: LedgerIndex): Promise<string | undefined> {
  const loaded = storedIndex(scene);
  if (loaded.head.tip === '') return undefined;
  const stored = await refreshIndex(loaded, scene.session.repository.objects, scanned.head);
  const ids = new Set([...idsOf(stored), ...idsOf(scanned)]);
  const wrong = [...ids].filter((id) => !isSameRow(stored, scanned, id));
  if (wrong.length > 0) return `it is wrong about ${wrong.length} task(s), ${wrong[0]} for one`;
  return sameJson(stored.damaged, scanned.damaged) ? undefined : 'it is wrong about which files are damaged';
}

function isSameRow(a: LedgerIndex, b: LedgerIndex, id: string): boolean {
  const [one, other] = [a.table.rowOf(id), b.table.rowOf(id)];
  if (one < 0 || other < 0) return false;
  return a.blob(one) === b.blob(other) && sameJson(a.table.summary(one), b.table.summary(other));
}

function idsOf({ table }: LedgerIndex): string[] {
  return Array.from({ length: table.size }, (_, row) => table.id(row));
}
