/** Reads refs from files: loose ones first, then `packed-refs`. */
import { isSystemError } from '../../errors.ts';
import type { Oid } from '../ports.ts';
import { isRefName } from '../ref-name.ts';
import { damaged, isDamage, readFailure } from './failures.ts';
import type { FileSystem } from './file-system.ts';
import { findPackedRef, parsePackedRefs, readPackedRefs } from './packed-refs.ts';

/** How many symbolic refs may lead to each other, as in git. */
const MAX_SYMBOLIC_DEPTH = 5;

/** Refs of this worktree alone; all others are shared (git-worktree(1), "Refs"). */
const PRIVATE_REFS = ['refs/bisect/', 'refs/worktree/', 'refs/rewritten/'];

/** A ref file's content. */
type RefContent = { readonly oid: Oid } | { readonly symbolic: string };

/** Where refs are kept. */
export interface RefFolders {
  readonly fs: FileSystem;
  readonly commonDir: string;
  readonly gitDir: string;
}

/** Looks refs up. Every call reads the files anew: other processes change them. */
export class RefReader {
  readonly #folders: RefFolders;
  readonly packedPath: string;

  constructor(folders: RefFolders) {
    this.#folders = folders;
    this.packedPath = `${folders.commonDir}/packed-refs`;
  }

  /** The git folder that holds this ref's file and log. */
  folderOf(ref: string): string {
    const isPrivate = !ref.startsWith('refs/') || PRIVATE_REFS.some((prefix) => ref.startsWith(prefix));
    return isPrivate ? this.#folders.gitDir : this.#folders.commonDir;
  }

  /** The path of the ref's own file. */
  pathOf(ref: string): string {
    return `${this.folderOf(ref)}/${ref}`;
  }

  /** The ref at the end of the chain of symbolic refs, and its value; undefined when it does not exist. */
  resolve(ref: string): { readonly ref: string; readonly oid: Oid | undefined } {
    let name = ref;
    for (let depth = 0; depth <= MAX_SYMBOLIC_DEPTH; depth++) {
      const content = this.#readLoose(name);
      if (content === undefined) return { ref: name, oid: findPackedRef(this.readPacked(), name) };
      if ('oid' in content) return { ref: name, oid: content.oid };
      name = content.symbolic;
    }
    throw damaged(this.pathOf(ref), 'it is a symbolic ref that leads in a circle');
  }

  /** Where a symbolic ref points; undefined when it is none. */
  symbolicTarget(ref: string): string | undefined {
    const content = this.#readLoose(ref);
    return content !== undefined && 'symbolic' in content ? content.symbolic : undefined;
  }

  /**
   * All refs whose name starts with the prefix, sorted. As in git, broken refs and names that are none are left out: a
   * torn file of somebody's branch must not stop those who look for others. `resolve` reports the damage.
   */
  list(prefix: string): Map<string, Oid> {
    const names = new Set<string>();
    for (const ref of parsePackedRefs(this.readPacked(), this.packedPath).keys()) {
      if (ref.startsWith(prefix)) names.add(ref);
    }
    const { commonDir, gitDir } = this.#folders;
    const folder = prefix.startsWith('refs/') ? prefix.slice(0, prefix.lastIndexOf('/')) : 'refs';
    for (const root of new Set([commonDir, gitDir])) this.#collect(root, folder, names);
    const wanted = [...names].filter((ref) => ref.startsWith(prefix) && isRefName(ref)).sort();
    const oidByRef = new Map<string, Oid>();
    for (const ref of wanted) {
      const oid = this.#resolveIfWhole(ref);
      if (oid !== undefined) oidByRef.set(ref, oid);
    }
    return oidByRef;
  }

  #resolveIfWhole(ref: string): Oid | undefined {
    try {
      return this.resolve(ref).oid;
    } catch (error) {
      if (isDamage(error)) return undefined;
      throw error;
    }
  }

  /** The bytes of `packed-refs` as they are now. */
  readPacked(): Buffer {
    return readPackedRefs(this.#folders.fs, this.packedPath);
  }

  #collect(root: string, folder: string, names: Set<string>): void {
    const path = `${root}/${folder}`;
    try {
      for (const entry of this.#folders.fs.readdirSync(path, { withFileTypes: true })) {
        const name = `${folder}/${entry.name}`;
        if (entry.isDirectory()) this.#collect(root, name, names);
        else if (this.folderOf(name) === root) names.add(name);
      }
    } catch (error) {
      if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw readFailure(error, path);
    }
  }

  #readLoose(ref: string): RefContent | undefined {
    const path = this.pathOf(ref);
    let text: string;
    try {
      text = this.#folders.fs.readFileSync(path).toString('utf8');
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
      throw readFailure(error, path);
    }
    const [, symbolic] = /^ref:\s*(\S+)\s*$/.exec(text) ?? [];
    if (symbolic !== undefined && isRefName(symbolic)) return { symbolic };
    const [, oid] = /^([0-9a-f]{40}(?:[0-9a-f]{24})?)(?:\s|$)/.exec(text) ?? [];
    if (oid === undefined) throw damaged(path, text === '' ? 'it is empty' : 'it holds no object id');
    return { oid };
  }
}
