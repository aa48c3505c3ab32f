/** Opens scratch repositories for the tests of the git backends. */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type HashAlgorithm, hashObject } from '../../../src/git/objects.ts';
import { type OpenedRepository, type OpenOptions, openRepository } from '../../../src/git/open.ts';
import type { NewObject, ObjectType, RefLog } from '../../../src/git/ports.ts';

/** Opens the repository of a folder with a real clock and the environment of the tests. */
export function openAt(folder: string, overrides: Partial<OpenOptions> = {}): Promise<OpenedRepository> {
  return openRepository({
    cwd: folder,
    env: process.env,
    now: () => Date.now(),
    random: (length) => randomBytes(length),
    sleep: (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds)),
    ...overrides,
  });
}

/** An object with its id. */
export function newObject(type: ObjectType, data: Uint8Array | string, algorithm: HashAlgorithm = 'sha1'): NewObject {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  return { oid: hashObject(type, bytes, algorithm), type, data: bytes };
}

/** Blobs that look like task files, all different. */
export function taskBlobs(count: number, mark = '', algorithm: HashAlgorithm = 'sha1'): NewObject[] {
  return Array.from({ length: count }, (_, index) =>
    newObject(
      'blob',
      `id: ${index.toString(32).padStart(8, '0')}\nsubject: Run the tests ${mark}${index}\nstatus: pending\n` +
        `labels:\n  - backend\ndescription: |\n  ${hashObject('blob', Buffer.from(`${mark}${index}`)).repeat(3)}\n` +
        `created: 2026-11-22T13:00:00Z\ncreatedBy: Ada Example\n`,
      algorithm,
    ),
  );
}

/** What a test leaves in the reflog. */
export const LOG: RefLog = { name: 'Ada Example', email: 'ada@example.org', at: 1_780_000_000_000, message: 'a test' };

/** The member at this place, counted from the end where negative. Throws when there is none. */
export function nth<Item>(items: readonly Item[], index: number): Item {
  const item = items.at(index);
  if (item === undefined) throw new Error(`there is no member ${index} of ${items.length}`);
  return item;
}

/** The absolute paths of the packs in the repository of this folder. */
export function packFiles(folder: string): string[] {
  const packs = join(folder, '.git/objects/pack');
  const names = readdirSync(packs).filter((name) => name.endsWith('.pack'));
  return names.map((name) => join(packs, name));
}
