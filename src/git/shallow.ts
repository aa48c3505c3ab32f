/** Where the history of a shallow clone ends. Source: gitrepository-layout(5), "shallow". */
import { isSystemError } from '../errors.ts';
import { readFailure } from './files/failures.ts';
import type { FileStats, FileSystem } from './files/file-system.ts';
import type { Oid } from './ports.ts';

const NONE: ReadonlySet<Oid> = new Set();

/** The file `shallow` of a repository. It is read again when it has changed: a fetch may deepen the history. */
export class ShallowFile {
  readonly #fs: FileSystem;
  readonly #path: string;
  #read: { readonly stats: FileStats; readonly commits: ReadonlySet<Oid> } | undefined;

  /** `commonDir` is the folder that worktrees share. */
  constructor(fs: FileSystem, commonDir: string) {
    this.#fs = fs;
    this.#path = `${commonDir}/shallow`;
  }

  /** The commits whose parents were not fetched; none in a whole repository. Throws `io`. */
  commits(): ReadonlySet<Oid> {
    const stats = this.#fs.statSync(this.#path, { throwIfNoEntry: false });
    if (stats === undefined) return NONE;
    if (this.#read !== undefined && isSame(this.#read.stats, stats)) return this.#read.commits;
    const commits = new Set(
      this.#text()
        .split('\n')
        .filter((line) => line !== ''),
    );
    this.#read = { stats, commits };
    return commits;
  }

  #text(): string {
    try {
      return this.#fs.readFileSync(this.#path).toString('latin1');
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return '';
      throw readFailure(error, this.#path);
    }
  }
}

/** Git replaces the file by rename, so another content has another inode or another time. */
function isSame(one: FileStats, other: FileStats): boolean {
  return one.ino === other.ino && one.mtimeMs === other.mtimeMs && one.size === other.size;
}
