/** Ledgers in memory for tests of the use cases: everything is real but the disk. */
import { openSessionOf, type Session, type SessionOptions } from '../../src/app/session.ts';
import { configFromEntries } from '../../src/git/config.ts';
import { createMemoryRepository, type MemoryRepository } from '../../src/git/memory.ts';
import type { World } from '../../src/world.ts';
import { initLedger } from '../../src/app/init.ts';

/** A world whose clock stands still until a test moves it, and whose randomness is counted. */
export interface TestWorld extends World {
  /** Moves the clock on, in milliseconds. */
  advance(milliseconds: number): void;
}

/** Noon of the first of June. */
export const START: number = Date.parse('2026-06-01T12:00:00Z');

/** A world for one test. `env` is the whole environment. */
export function testWorld(env: Record<string, string> = {}): TestWorld {
  let now = START;
  let seed = 1;
  const stream = { stream: process.stdout, isTerminal: false, columns: undefined };
  return {
    now: () => now,
    advance: (milliseconds) => {
      now += milliseconds;
    },
    // The generator of Park and Miller: small, and the same in every run.
    random: (length) =>
      Uint8Array.from({ length }, () => {
        seed = (seed * 48_271) % 2_147_483_647;
        return seed & 255;
      }),
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    env,
    cwd: '/',
    userId: 1000,
    identity: 'test_1_1',
    isRunning: (identity) => identity === 'test_1_1',
    holdInterrupts: () => () => undefined,
    starters: () => '1',
    onInterrupt: () => () => undefined,
    signalGroup: () => false,
    signalProcess: () => false,
    startOf: () => undefined,
    stdin: process.stdin,
    stdout: stream,
    stderr: stream,
  };
}

/** A fresh ledger in memory with sessions of different actors on it. */
export interface MemoryLedger {
  readonly world: TestWorld;
  readonly repository: MemoryRepository;
  /** A session on the ledger: `as('bob')`, `as('bob', { list: 'web' })`. */
  as(actor: string, options?: SessionOptions): Session;
  /** A session on a clone: the same objects, another branch that begins where the first one is. */
  clone(actor: string): Session;
}

/** Begins a ledger in memory. */
export async function memoryLedger(settings: Record<string, string> = {}): Promise<MemoryLedger> {
  const world = testWorld();
  const repository = createMemoryRepository({ config: settings });
  const as = (actor: string, options: SessionOptions = {}): Session =>
    openSessionOf(repository, world, { as: actor, ...options });
  await initLedger(as('ada'));
  let clones = 0;
  const clone = (actor: string): Session => {
    const branch = `clone-${++clones}`;
    const config = configFromEntries([...Object.entries(settings), ['tasks.branch', branch]]);
    return openSessionOf({ ...repository, config }, world, { as: actor });
  };
  return { world, repository, as, clone };
}
