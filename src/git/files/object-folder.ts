/** One objects folder: its packs and its loose objects. */
import { isSystemError } from '../../errors.ts';
import type { GitObject, Oid } from '../ports.ts';
import { damaged, isDamage, readFailure } from './failures.ts';
import type { FileSystem } from './file-system.ts';
import { LooseReader, looseObjectPath } from './loose.ts';
import { Pack } from './pack.ts';
import { quietly } from './staged-files.ts';

/** A wanted object and its place among the results. */
export interface Wanted {
  readonly oid: Oid;
  readonly bytes: Buffer;
  readonly index: number;
}

/** Takes what was found. */
export interface Sink {
  found(index: number, object: GitObject): void;
  damage(index: number, error: Error): void;
}

/**
 * Reads what a folder has. Packs may vanish at any moment (gc): what fails to open is forgotten, and `rescan` finds
 * what took its place.
 */
export class ObjectFolder {
  readonly path: string;
  readonly loose: LooseReader;
  readonly #fs: FileSystem;
  #packs: Pack[] | undefined;

  constructor(fs: FileSystem, path: string) {
    this.#fs = fs;
    this.path = path;
    this.loose = new LooseReader(fs, path);
  }

  /** Reads from the packs what they have; gives what they do not have or could not give. */
  readPacked(wanted: readonly Wanted[], sink: Sink): readonly Wanted[] {
    let missing = wanted;
    for (const pack of this.#known()) {
      if (missing.length === 0) break;
      const before = missing;
      missing = this.#whileThere(pack, () => readFromPack(pack, before, sink)) ?? before;
      if (missing.length < before.length) this.#prefer(pack);
    }
    return missing;
  }

  /** Reads loose objects; gives what is not there or torn. */
  readLoose(wanted: readonly Wanted[], sink: Sink): readonly Wanted[] {
    return wanted.filter(({ oid, index }) => {
      try {
        const object = this.loose.read(oid);
        if (object !== undefined) sink.found(index, object);
        return object === undefined;
      } catch (error) {
        if (!isDamage(error)) throw error;
        sink.damage(index, error);
        return true;
      }
    });
  }

  /** The pack that has the object, or undefined. */
  packOf(bytes: Buffer): Pack | undefined {
    for (const pack of this.#known()) {
      const offset = this.#whileThere(pack, () => pack.find(bytes));
      if (offset !== undefined) return pack;
    }
    return undefined;
  }

  /** The path of the loose object with this id. */
  loosePath(oid: Oid): string {
    return looseObjectPath(this.path, oid);
  }

  /** Looks for new packs and forgets those that are gone; whether anything changed. */
  rescan(): boolean {
    const before = new Map((this.#packs ?? []).map((pack) => [pack.stem, pack]));
    const stems = this.#listStems();
    const isSame = this.#packs !== undefined && stems.length === before.size && stems.every((stem) => before.has(stem));
    if (isSame) return false;
    this.#packs = stems.map((stem) => before.get(stem) ?? new Pack(this.#fs, stem));
    for (const stem of stems) before.delete(stem);
    for (const gone of before.values()) gone.close();
    return true;
  }

  /** Closes every open file; the next use opens what it needs. */
  close(): void {
    for (const pack of this.#packs ?? []) pack.close();
    this.#packs = undefined;
  }

  #known(): Pack[] {
    if (this.#packs === undefined) this.rescan();
    return this.#packs ?? [];
  }

  #listStems(): string[] {
    const folder = `${this.path}/pack`;
    try {
      const names = this.#fs.readdirSync(folder, { withFileTypes: true }).map((entry) => entry.name);
      return names.filter((name) => name.endsWith('.idx')).map((name) => `${folder}/${name.slice(0, -4)}`);
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
      throw readFailure(error, folder);
    }
  }

  /** Runs a look into a pack; undefined, and the pack forgotten, when its files are gone. */
  #whileThere<Result>(pack: Pack, look: () => Result): Result | undefined {
    try {
      return look();
    } catch (error) {
      if (!isSystemError(error, 'ENOENT')) throw readFailure(error, pack.path);
      this.#packs = this.#packs?.filter((other) => other !== pack);
      quietly(() => pack.close());
      return undefined;
    }
  }

  /** The pack that had the last object is likely to have the next. */
  #prefer(pack: Pack): void {
    if (this.#packs?.[0] === pack) return;
    this.#packs = [pack, ...(this.#packs ?? []).filter((other) => other !== pack)];
  }
}

function readFromPack(pack: Pack, wanted: readonly Wanted[], sink: Sink): readonly Wanted[] {
  const places: { readonly want: Wanted; readonly offset: number }[] = [];
  const missing: Wanted[] = [];
  pack.withIndex(wanted.length, () => {
    for (const want of wanted) {
      const offset = pack.find(want.bytes);
      if (offset === undefined) missing.push(want);
      else places.push({ want, offset });
    }
  });
  if (places.length === 0) return missing;
  places.sort((a, b) => a.offset - b.offset);
  pack.withObjects(places.length, () => {
    for (const { want, offset } of places) {
      try {
        sink.found(want.index, pack.readAt(offset));
      } catch (error) {
        if (!isDamage(error)) throw error;
        sink.damage(want.index, damaged(pack.path, `it lost the object ${want.oid}`, error));
        missing.push(want);
      }
    }
  });
  return missing;
}
