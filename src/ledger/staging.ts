/** Objects of a change that is being prepared: readable at once, written together. */
import type { GitObject, NewObject, ObjectStore, ObjectType, Oid } from '../git/ports.ts';

/** An object store with a layer of objects that are not on disk yet. */
export class Staging implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #staged = new Map<Oid, NewObject>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  get oidLength(): 40 | 64 {
    return this.#store.oidLength;
  }

  /** Stages an object and gives its id. `like`: the version before it, which it resembles. */
  put(type: ObjectType, data: Uint8Array, like?: Oid): Oid {
    const oid = this.#store.hash(type, data);
    if (!this.#staged.has(oid)) this.#staged.set(oid, { oid, type, data, like });
    return oid;
  }

  hash(type: ObjectType, data: Uint8Array): Oid {
    return this.#store.hash(type, data);
  }

  async has(oid: Oid): Promise<boolean> {
    return this.#staged.has(oid) || (await this.#store.has(oid));
  }

  async read(oid: Oid): Promise<GitObject | undefined> {
    return this.#staged.get(oid) ?? (await this.#store.read(oid));
  }

  async readMany(oids: readonly Oid[]): Promise<(GitObject | undefined)[]> {
    const missing = oids.filter((oid) => !this.#staged.has(oid));
    const stored = await this.#store.readMany(missing);
    const found = new Map(missing.map((oid, i) => [oid, stored[i]]));
    return oids.map((oid) => this.#staged.get(oid) ?? found.get(oid));
  }

  async write(objects: readonly NewObject[]): Promise<void> {
    for (const object of objects) this.#staged.set(object.oid, object);
  }

  /** Writes everything that was staged; durable when it resolves. */
  async flush(): Promise<void> {
    await this.#store.write([...this.#staged.values()]);
    this.#staged.clear();
  }
}
