/**
 * The object store of the `system` backend: git reads and writes, whatever the format of the repository.
 *
 * Objects are handed over as a pack, which `git unpack-objects` stores as loose files and `git index-pack` as it is. They
 * are not checked with `--strict`: it follows what the objects name, which in a partial clone is fetched one by one and in
 * a shallow one is not there. What they name is the writer's business; that they are stored under their hash is checked.
 */
import { join } from 'node:path';
import { invariant, TasksError } from '../../errors.ts';
import { damaged } from '../files/failures.ts';
import type { FilesWorld } from '../files/file-system.ts';
import { LooseReader, looseObjectPath } from '../files/loose.ts';
import { buildPack, packBatches } from '../files/pack-write.ts';
import { quietly } from '../files/staged-files.ts';
import { type HashAlgorithm, hashObject } from '../objects.ts';
import type { GitObject, NewObject, ObjectStore, ObjectType, Oid } from '../ports.ts';
import { ShallowFile } from '../shallow.ts';
import { CatFile, type Reply } from './cat-file.ts';
import { runGit } from './git-command.ts';
import { optionsAt, type Place, STORE_OPTIONS } from './place.ts';
import { fetchPromised } from './promised.ts';
import { refusedWrite } from './refused-write.ts';

/** From here on the objects stay in one pack, as in the `files` backend. */
const PACK_THRESHOLD = 100;

/** How the store is set up. */
export interface SystemObjectStoreOptions {
  readonly world: Pick<FilesWorld, 'fs' | 'random'>;
  readonly place: Place;
  readonly algorithm: HashAlgorithm;
  /** Options of git that make written objects durable, or not. */
  readonly durability: readonly string[];
  /** The remotes of a partial clone; empty for a whole one. */
  readonly promisors: readonly string[];
}

/** Objects through git. `close` lets its processes end; the store stays usable. */
export class SystemObjectStore implements ObjectStore {
  readonly oidLength: 40 | 64;
  readonly #options: SystemObjectStoreOptions;
  readonly #contents: CatFile;
  readonly #existence: CatFile;
  readonly #local: CatFile;
  readonly #loose: LooseReader;
  readonly #shallow: ShallowFile;
  readonly #objectsDir: string;

  constructor(options: SystemObjectStoreOptions) {
    const { world, place, algorithm } = options;
    this.oidLength = algorithm === 'sha1' ? 40 : 64;
    this.#options = options;
    this.#contents = new CatFile(place, 'contents');
    this.#existence = new CatFile(place, 'existence');
    this.#local = new CatFile(place, 'local');
    this.#objectsDir = join(place.commonDir, 'objects');
    this.#loose = new LooseReader(world.fs, this.#objectsDir);
    this.#shallow = new ShallowFile(world.fs, place.commonDir);
  }

  hash(type: ObjectType, data: Uint8Array): Oid {
    return hashObject(type, data, this.#options.algorithm);
  }

  async read(oid: Oid): Promise<GitObject | undefined> {
    return (await this.readMany([oid]))[0];
  }

  async readMany(oids: readonly Oid[]): Promise<(GitObject | undefined)[]> {
    for (const oid of oids) this.#assertOid(oid);
    await this.#fetchMissing(oids);
    const replies = await this.#contents.ask(oids);
    return oids.map((oid, index) => this.#objectOf(oid, replies[index]));
  }

  async has(oid: Oid): Promise<boolean> {
    this.#assertOid(oid);
    const [reply] = await this.#existence.ask([oid]);
    return reply?.kind === 'object';
  }

  async write(objects: readonly NewObject[]): Promise<void> {
    const objectByOid = new Map<Oid, NewObject>();
    for (const object of objects) objectByOid.set(object.oid, object);
    for (const { oid, type, data } of objectByOid.values()) {
      invariant(oid === this.hash(type, data), `${oid} is the id of the ${type} that is stored under it`);
      this.#removeTorn(oid);
    }
    for (const batch of packBatches([...objectByOid.values()])) this.#store(batch);
  }

  shallow(): ReadonlySet<Oid> {
    return this.#shallow.commits();
  }

  /** Lets the running processes end. The next use starts what it needs. */
  close(): void {
    for (const catFile of [this.#contents, this.#existence, this.#local]) catFile.end();
  }

  /** Git marks what is there already as used and does not write it again; into a pack of its own it does. */
  #store(objects: readonly NewObject[]): void {
    const { world, place, algorithm, durability } = this.#options;
    const isMany = objects.length >= PACK_THRESHOLD;
    const command = isMany ? ['index-pack', '--stdin'] : ['unpack-objects', '-q'];
    const { pack } = buildPack(objects, algorithm);
    const args = [...STORE_OPTIONS, ...durability, ...command];
    const { code, stderr } = runGit(args, { ...optionsAt(place), input: pack });
    if (code !== 0) {
      throw refusedWrite(world, { folder: this.#objectsDir, what: `${objects.length} objects`, words: stderr });
    }
  }

  /** In a partial clone: what is not here yet comes in one fetch. One object alone is left to git's own way. */
  async #fetchMissing(oids: readonly Oid[]): Promise<void> {
    const { place, promisors } = this.#options;
    if (promisors.length === 0 || oids.length < 2) return;
    let missing: readonly Oid[] = [...new Set(oids)];
    for (const remote of promisors) {
      const replies = await this.#local.ask(missing);
      missing = missing.filter((_oid, index) => replies[index]?.kind !== 'object');
      if (missing.length < 2) return;
      await fetchPromised(place, remote, missing);
    }
  }

  #objectOf(oid: Oid, reply: Reply | undefined): GitObject | undefined {
    if (reply?.kind === 'object') return { type: reply.type, data: reply.data };
    const path = looseObjectPath(this.#objectsDir, oid);
    // Git calls a torn object missing, or ends.
    if (this.#loose.look(oid) === 'damaged') throw damaged(path, 'it is torn');
    if (reply?.kind !== 'failed') return undefined;
    const { place, promisors } = this.#options;
    if (promisors.length === 0) throw damaged(`the object ${oid} of ${place.commonDir}`, reply.words);
    throw new TasksError(
      'io',
      `the object ${oid} could not be fetched from ${promisors.join(' or ')}: ${reply.words}`,
      {
        hint: 'this is a partial clone: it needs its remote to read what it has not read before. Check: git fetch',
        data: { oid, remotes: promisors },
      },
    );
  }

  /** Git trusts that a loose file is whole, so one that is not has to go before it is written again. */
  #removeTorn(oid: Oid): void {
    if (this.#loose.look(oid) !== 'damaged') return;
    quietly(() => this.#options.world.fs.unlinkSync(looseObjectPath(this.#objectsDir, oid)));
  }

  #assertOid(oid: Oid): void {
    invariant(oid.length === this.oidLength && /^[0-9a-f]+$/.test(oid), `"${oid}" is an object id`);
  }
}
