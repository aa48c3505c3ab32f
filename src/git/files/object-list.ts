/** Lists what lies loose in an objects folder. */
import { isSystemError } from '../../errors.ts';
import type { Oid } from '../ports.ts';
import { readFailure } from './failures.ts';
import type { FileSystem } from './file-system.ts';

const FAN_OUT = /^[0-9a-f]{2}$/;
const REST = /^(?:[0-9a-f]{38}|[0-9a-f]{62})$/;

/** The ids of all loose objects, torn ones too. */
export function listLoose(fs: FileSystem, objectsDir: string): Oid[] {
  const folders = namesIn(fs, objectsDir).filter((name) => FAN_OUT.test(name));
  return folders.flatMap((first) => {
    const names = namesIn(fs, `${objectsDir}/${first}`).filter((name) => REST.test(name));
    return names.map((rest) => first + rest);
  });
}

/**
 * How many loose objects there are, judged by one folder of 256, as `git gc --auto` does: ids are random, so each folder
 * holds about the same number.
 */
export function sampleLoose(fs: FileSystem, objectsDir: string): number {
  return namesIn(fs, `${objectsDir}/17`).filter((name) => REST.test(name)).length;
}

/** Paths without extension of the packs that have an index. */
export function listPacks(fs: FileSystem, objectsDir: string): string[] {
  const names = namesIn(fs, `${objectsDir}/pack`).filter((name) => name.endsWith('.idx'));
  return names.map((name) => `${objectsDir}/pack/${name.slice(0, -'.idx'.length)}`);
}

function namesIn(fs: FileSystem, folder: string): string[] {
  try {
    return fs.readdirSync(folder, { withFileTypes: true }).map(({ name }) => name);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw readFailure(error, folder);
  }
}
