/**
 * The `isomorphic` backend: objects through isomorphic-git, which runs wherever Node does.
 *
 * It is for what is neither hot nor raced for: packs that came over http, and a second opinion in the contract suite.
 * There is no ref store here, because isomorphic-git cannot compare and swap: it writes refs in place and ignores locks
 * (8 writers kept 14 % of their commits). Its object writes are neither synced nor atomic either.
 */
import * as nodeFs from 'node:fs';
import type * as IsomorphicGit from 'isomorphic-git';
import { invariant } from '../errors.ts';
import { damaged, isDamage, isSystemFailure, readFailure, writeFailure } from './files/failures.ts';
import { looseObjectPath } from './files/loose.ts';
import { hashObject } from './objects.ts';
import type { GitObject, NewObject, ObjectStore, ObjectType, Oid } from './ports.ts';

/** Objects of a SHA-1 repository through isomorphic-git. The library is loaded at the first use (about 80 ms). */
export class IsomorphicObjectStore implements ObjectStore {
  readonly oidLength = 40;
  readonly #commonDir: string;
  /** Parsed indexes and whole packs; isomorphic-git never evicts anything. */
  #cache: object = {};
  #library: Promise<typeof IsomorphicGit> | undefined;

  /** `commonDir` is the shared git folder: in a worktree's own folder isomorphic-git would write where git never looks. */
  constructor(commonDir: string) {
    this.#commonDir = commonDir;
  }

  hash(type: ObjectType, data: Uint8Array): Oid {
    return hashObject(type, data);
  }

  async read(oid: Oid): Promise<GitObject | undefined> {
    const git = await this.#load();
    try {
      const { type, object } = await git.readObject({ ...this.#where(), oid, format: 'content', cache: this.#cache });
      return { type: type as ObjectType, data: object as Uint8Array };
    } catch (error) {
      if (isNamed(error, 'NotFoundError')) return undefined;
      const path = this.#pathOf(oid);
      throw isSystemFailure(error) ? readFailure(error, path) : damaged(path, 'it cannot be read', error);
    }
  }

  async readMany(oids: readonly Oid[]): Promise<(GitObject | undefined)[]> {
    const objects: (GitObject | undefined)[] = [];
    for (const oid of oids) objects.push(await this.read(oid));
    return objects;
  }

  async has(oid: Oid): Promise<boolean> {
    try {
      return (await this.read(oid)) !== undefined;
    } catch (error) {
      if (isDamage(error)) return false;
      throw error;
    }
  }

  async write(objects: readonly NewObject[]): Promise<void> {
    const git = await this.#load();
    for (const { oid, type, data } of objects) {
      if (await this.has(oid)) continue;
      const path = this.#pathOf(oid);
      try {
        // It would skip a path that exists, torn or not.
        nodeFs.rmSync(path, { force: true });
        const stored = await git.writeObject({ ...this.#where(), type, object: data, format: 'content' });
        invariant(stored === oid, `${oid} is the id of the ${type} that is stored under it`);
      } catch (error) {
        throw writeFailure(error, path);
      }
    }
  }

  /** Makes the index of a received pack; `file` is relative to the git folder. Gives the ids that are in it. */
  async indexPack(file: string): Promise<readonly Oid[]> {
    const git = await this.#load();
    const { oids } = await git.indexPack({ ...this.#where(), dir: this.#commonDir, filepath: file, cache: {} });
    // What was parsed before does not know the new pack.
    this.#cache = {};
    return oids;
  }

  #where(): { fs: typeof nodeFs; gitdir: string } {
    return { fs: nodeFs, gitdir: this.#commonDir };
  }

  #pathOf(oid: Oid): string {
    return looseObjectPath(`${this.#commonDir}/objects`, oid);
  }

  #load(): Promise<typeof IsomorphicGit> {
    return (this.#library ??= import('isomorphic-git'));
  }
}

function isNamed(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
