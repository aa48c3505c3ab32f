/** What the last tidying left, so that the next one only looks at what is new. Safe to lose: then it looks at everything. */
import { join } from 'node:path';
import type { FileSystem } from '../../git/files/file-system.ts';
import { listPacks, sampleLoose } from '../../git/files/object-list.ts';
import type { Oid } from '../../git/ports.ts';
import { isSystemFault } from '../../errors.ts';
import type { TidyPlace } from './place.ts';

/** Where the state is, and whose lock keeps two from tidying at the same time. */
export function statePath(folder: string): string {
  return join(folder, 'gc');
}

/** The state after a tidying. */
export interface TidyState {
  /** Everything that this commit reaches was packed. */
  readonly tip: Oid;
  /** Loose objects and packs that were left: other people's. */
  readonly loose: number;
  readonly packs: number;
  /** File names of the packs that tidying made, without extension: these it may join. */
  readonly own: readonly string[];
}

const NOTHING: TidyState = { tip: '', loose: 0, packs: 0, own: [] };

/** The state in the ledger's private folder. */
export function readTidyState(fs: FileSystem, folder: string): TidyState {
  try {
    const state = JSON.parse(fs.readFileSync(statePath(folder)).toString('utf8')) as Partial<TidyState>;
    return { ...NOTHING, ...state };
  } catch (error) {
    if (isSystemFault(error) || error instanceof SyntaxError) return NOTHING;
    throw error;
  }
}

/** Loose objects in one folder of 256, and packs, beyond what the last tidying left, from which on the next is worth it. */
const LOOSE_SAMPLE = 8;
const PACKS = 12;

/** A lock younger than this, in milliseconds, is of somebody who is at it; an older one may be of a process that was killed. */
const BUSY = 600_000;

/** Whether enough has piled up, and nobody is at it. Looks at two folders and two small files. */
export function isWorthTidying({
  folder,
  objectsDir,
  files,
}: Pick<TidyPlace, 'folder' | 'objectsDir' | 'files'>): boolean {
  const { fs } = files;
  const lock = fs.statSync(`${statePath(folder)}.lock`, { throwIfNoEntry: false });
  if (lock !== undefined && files.now() - lock.mtimeMs < BUSY) return false;
  const { loose, packs } = readTidyState(fs, folder);
  return sampleLoose(fs, objectsDir) - loose >= LOOSE_SAMPLE || listPacks(fs, objectsDir).length - packs >= PACKS;
}
