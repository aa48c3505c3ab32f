/** Why git could not write, found out by writing: git says it only in words, which change and are translated. */
import { join } from 'node:path';
import { TasksError } from '../../errors.ts';
import { writeFailure } from '../files/failures.ts';
import type { FilesWorld } from '../files/file-system.ts';
import { quietly, writeAll } from '../files/staged-files.ts';

/** Enough to meet a full disk. */
const PROBE = new Uint8Array(4096);

/** What was refused. */
export interface RefusedWrite {
  /** The folder that git had to write in. Absolute. */
  readonly folder: string;
  /** What could not be written, for the message. */
  readonly what: string;
  /** What git said. */
  readonly words: string;
}

/** The failure of a write by git: `read-only` or `io` as the system says, else `io` with the words of git. */
export function refusedWrite({ fs, random }: Pick<FilesWorld, 'fs' | 'random'>, refused: RefusedWrite): unknown {
  const { folder, what, words } = refused;
  // Git's own name for unfinished objects: should this process die here, `git gc` clears it.
  const path = join(folder, `tmp_obj_${Buffer.from(random(6)).toString('hex')}`);
  try {
    const file = fs.openSync(path, 'wx');
    try {
      writeAll(fs, file, PROBE);
    } finally {
      quietly(() => fs.closeSync(file));
      quietly(() => fs.unlinkSync(path));
    }
  } catch (error) {
    return writeFailure(error, folder);
  }
  return new TasksError('io', `git could not write ${what}: ${words.trim() || 'it gave no reason'}`, {
    hint: 'nothing was changed; git fsck says whether the repository is whole',
    data: { path: folder },
  });
}
