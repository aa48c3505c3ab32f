/**
 * The ref store of the `system` backend: `git for-each-ref` reads, `git update-ref` moves, in files or reftable alike.
 *
 * Git's answer to a failed update is a sentence, so what happened is found out by looking: another value means a lost
 * race, a neighbour in the way means that the name is taken, a lock file means that somebody else is writing.
 */
import { invariant, isSystemError, TasksError } from '../../errors.ts';
import type { FilesWorld } from '../files/file-system.ts';
import { busy } from '../files/lock-file.ts';
import { RefReader } from '../files/ref-read.ts';
import { cleanIdent } from '../objects.ts';
import type { Oid, RefLog, RefStore, RefUpdate, RefUpdateResult } from '../ports.ts';
import { assertRefName, refNameConflict, refNameTaken } from '../ref-name.ts';
import { type GitOutcome, runGit } from './git-command.ts';
import { optionsAt, type Place, STORE_OPTIONS } from './place.ts';
import { refusedWrite } from './refused-write.ts';

/** First and longest pause between two tries, in milliseconds; each is stretched or cut by up to a half. */
const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 50;

/** How often an update is tried again for which no reason is to be seen: a lock may be gone when it is looked for. */
const MAX_BLIND_TRIES = 10;

/** How the store is set up. */
export interface SystemRefStoreOptions {
  readonly world: FilesWorld;
  readonly place: Place;
  readonly oidLength: 40 | 64;
  /** Options of git that make moved refs durable, or not. */
  readonly durability: readonly string[];
  /** How long to wait for a lock, in milliseconds. */
  readonly lockTimeout: number;
}

/** Refs through git. */
export class SystemRefStore implements RefStore {
  readonly #options: SystemRefStoreOptions;
  readonly #files: RefReader;

  constructor(options: SystemRefStoreOptions) {
    this.#options = options;
    const { world, place } = options;
    this.#files = new RefReader({ fs: world.fs, commonDir: place.commonDir, gitDir: place.gitDir });
  }

  async read(ref: string): Promise<Oid | undefined> {
    assertRefName(ref);
    if (!ref.startsWith('refs/')) return this.#readPseudo(ref);
    // An exact look-up (`rev-parse`) would guess: refs/heads/x could be found as refs/tags/refs/heads/x.
    const oid = this.#forEach(ref).get(ref);
    // Git passes over a torn file of a ref in its listings; reading the file says so. In a reftable there is none.
    return oid ?? this.#files.resolve(ref).oid;
  }

  async list(prefix: string): Promise<ReadonlyMap<string, Oid>> {
    const found = this.#forEach(prefix.slice(0, prefix.lastIndexOf('/') + 1));
    const wanted = [...found].filter(([ref]) => ref.startsWith(prefix));
    return new Map(wanted.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async compareAndSwap(update: RefUpdate): Promise<RefUpdateResult> {
    assertRefName(update.ref);
    const { world, lockTimeout } = this.#options;
    let pause = FIRST_PAUSE;
    let blindTries = 0;
    // What was slept is counted instead of looking at the clock, which may jump or stand still.
    for (let waited = 0; ;) {
      const outcome = this.#update(update);
      if (outcome.code === 0) return { status: 'updated' };
      const actual = (await this.read(update.ref)) ?? null;
      // Somebody has killed git in the middle: it may have come far enough.
      if (outcome.signal !== null && actual === update.next) return { status: 'updated' };
      if (actual !== update.expected) return { status: 'stale', actual };
      await this.#refuseTakenName(update);
      const lock = this.#heldLock(update.ref);
      blindTries += lock === undefined ? 1 : 0;
      if (blindTries > MAX_BLIND_TRIES) throw this.#refused(update.ref, outcome);
      if (lock !== undefined && waited >= lockTimeout) throw this.#busy(lock, waited);
      const rest = pause * (0.5 + (world.random(1)[0] ?? 0) / 256);
      await world.sleep(rest);
      waited += rest;
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
  }

  #update({ ref, expected, next, log }: RefUpdate): GitOutcome {
    const { place, durability } = this.#options;
    const message = log.message.replaceAll(/[\s\0]+/g, ' ').trim();
    const args = ['update-ref', ...(message === '' ? [] : ['-m', message]), '-z', '--stdin'];
    const options = optionsAt(place);
    return runGit([...STORE_OPTIONS, ...durability, ...args], {
      ...options,
      variables: { ...options.variables, ...identity(log) },
      input: this.#command(ref, expected, next),
    });
  }

  /** One line for `git update-ref -z --stdin`. Zeros stand for a ref that does not exist. */
  #command(ref: string, expected: Oid | null, next: Oid | null): string {
    const none = '0'.repeat(this.#options.oidLength);
    const old = expected ?? none;
    if (expected === next) return `verify ${ref}\0${old}\0`;
    return next === null ? `delete ${ref}\0${old}\0` : `update ${ref}\0${next}\0${old}\0`;
  }

  #readPseudo(ref: string): Oid | undefined {
    const { code, stdout } = this.#run('rev-parse', '--verify', '--quiet', ref);
    return code === 0 ? stdout.toString('latin1').trim() : undefined;
  }

  /** The refs under a pattern that is a whole name or ends with `/`. Broken ones are left out. */
  #forEach(pattern: string): Map<string, Oid> {
    const format = '--format=%(objectname) %(refname)';
    const { code, stdout, stderr } = this.#run('for-each-ref', format, ...(pattern === '' ? [] : [pattern]));
    if (code !== 0) {
      throw new TasksError('io', `git cannot list the refs of ${this.#options.place.commonDir}: ${stderr.trim()}`, {
        hint: 'see what git says of it: git fsck',
      });
    }
    const lines = stdout
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
    return new Map(
      lines.map((line) => {
        const blank = line.indexOf(' ');
        invariant(blank === this.#options.oidLength, `"${line}" is an object id and a ref`);
        return [line.slice(blank + 1), line.slice(0, blank)];
      }),
    );
  }

  #run(...args: string[]): GitOutcome {
    return runGit([...STORE_OPTIONS, ...args], optionsAt(this.#options.place));
  }

  /** Throws `exists` when another ref's name makes a new one impossible. */
  async #refuseTakenName({ ref, expected, next }: RefUpdate): Promise<void> {
    if (expected !== null || next === null) return;
    const other = refNameConflict(ref, (await this.list('refs/')).keys());
    if (other !== undefined) throw refNameTaken(ref, other);
  }

  /** The lock that keeps git from moving the ref; undefined when none is held now. */
  #heldLock(ref: string): string | undefined {
    const { world, place } = this.#options;
    const { commonDir, gitDir } = place;
    const real = this.#files.resolve(ref).ref;
    const candidates = [
      `${this.#files.pathOf(real)}.lock`,
      `${commonDir}/packed-refs.lock`,
      `${gitDir}/HEAD.lock`,
      `${commonDir}/reftable/tables.list.lock`,
      `${gitDir}/reftable/tables.list.lock`,
    ];
    return candidates.find((path) => isThere(world, path));
  }

  #busy(lock: string, waited: number): TasksError {
    const { world, lockTimeout: timeout } = this.#options;
    return busy(lock, waited, { world, timeout, shared: undefined });
  }

  #refused(ref: string, { stderr }: GitOutcome): unknown {
    const { world, place } = this.#options;
    return refusedWrite(world, { folder: place.commonDir, what: ref, words: stderr });
  }
}

/** In a reftable, `refs/heads` is a file, so that what would be below it is no path at all. */
function isThere({ fs }: Pick<FilesWorld, 'fs'>, path: string): boolean {
  try {
    return fs.statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isSystemError(error, 'ENOTDIR')) return false;
    throw error;
  }
}

/** Who and when, as git takes it for a reflog. Git refuses an empty name. */
function identity({ name, email, at }: RefLog): Record<string, string> {
  return {
    GIT_COMMITTER_NAME: cleanIdent(name) || 'unknown',
    GIT_COMMITTER_EMAIL: cleanIdent(email),
    GIT_COMMITTER_DATE: `@${Math.max(0, Math.trunc(at / 1000) || 0)} +0000`,
  };
}
