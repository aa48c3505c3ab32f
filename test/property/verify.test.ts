import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTask } from '../../src/app/add.ts';
import { runBatch } from '../../src/app/batch.ts';
import { editTask } from '../../src/app/edit.ts';
import { exportTasks } from '../../src/app/export.ts';
import { importTasks } from '../../src/app/import.ts';
import { cancelTasks, claimTasks, completeTasks, releaseTasks, reopenTasks } from '../../src/app/life.ts';
import { renewTasks } from '../../src/app/renew.ts';
import { resolveConflicts } from '../../src/app/resolve.ts';
import type { Session } from '../../src/app/session.ts';
import { addNote, setTasks } from '../../src/app/set.ts';
import { verifyLedger, type VerifyAnswer } from '../../src/app/verify.ts';
import { TasksError } from '../../src/errors.ts';
import { memoryLedger, type MemoryLedger } from '../support/ledger.ts';
import { type Clone, makeClones, mergeForeign } from '../support/memory-clones.ts';

const RUNS = process.env['GIT_TASKS_LONG'] === '1' ? 1000 : 80;

/** Somebody who tries something. Most attempts are refused at some time, which is as good as the rest. */
type Attempt = (session: Session, ids: readonly string[]) => Promise<unknown>;

const pick = fc.nat(12);
const at = (ids: readonly string[], n: number): string => ids[n % (ids.length || 1)] ?? 'none';
const force = fc.constantFrom({}, {}, { force: true, reason: 'it has to be' });
const verbs = fc.constantFrom(claimTasks, renewTasks, completeTasks, releaseTasks, reopenTasks, cancelTasks);
const words = fc.constantFrom('claim', 'claim', 'renew', 'release', 'done', 'reopen', 'cancel');

const line = fc.oneof(
  fc.tuple(words, pick).map(([verb, n]) => (ids: readonly string[]): object => ({ verb, id: at(ids, n) })),
  fc.tuple(pick, pick).map(([a, b]) => (ids: readonly string[]): object => {
    return { verb: 'set', id: at(ids, a), unblock: [at(ids, b)] };
  }),
  fc.tuple(pick, pick).map(([a, b]) => (ids: readonly string[]): object => {
    return { verb: 'add', subject: 'More', blockedBy: [at(ids, a)], parent: at(ids, b) };
  }),
);

const attempt: fc.Arbitrary<Attempt> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(pick, pick, fc.boolean()).map(addition) },
  {
    weight: 6,
    arbitrary: fc.tuple(verbs, pick, force).map(
      ([verb, n, how]): Attempt =>
        (session, ids) =>
          verb(session, { ids: [at(ids, n)] }, how),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(pick, pick, pick).map(
      ([a, b, c]): Attempt =>
        (session, ids) =>
          setTasks(session, { ids: [at(ids, a)], blockedBy: [at(ids, b)], parent: at(ids, c), priority: c % 5 }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(pick, force).map(
      ([n, how]): Attempt =>
        (session, ids) =>
          cancelTasks(session, { ids: [at(ids, n)], cascade: n % 2 === 0, unblock: n % 2 === 1 }, how),
    ),
  },
  {
    weight: 1,
    arbitrary: pick.map(
      (n): Attempt =>
        (session, ids) =>
          addNote(session, { id: at(ids, n), text: 'Seen' }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.array(line, { minLength: 1, maxLength: 5 }), force).map(
      ([lines, how]): Attempt =>
        (session, ids) =>
          runBatch(session, { lines: lines.map((make) => JSON.stringify(make(ids))).join('\n') }, how),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(pick, fc.constantFrom(...EDITS()), force).map(byHand) },
  { weight: 1, arbitrary: fc.constant(reimport) },
);

function addition([a, b, isFree]: [number, number, boolean]): Attempt {
  return (session, ids) =>
    addTask(session, {
      subject: `Task ${a}`,
      ...(isFree || ids.length === 0 ? {} : { blockedBy: [at(ids, a)], parent: at(ids, b) }),
      ...(a % 3 === 0 && { scope: [`src/${b % 3}/**`] }),
      ...(a % 5 === 0 && { acceptance: ['it works'] }),
    });
}

/** What a person may do to the text of a file. */
function EDITS(): readonly (readonly [RegExp, string])[] {
  return [
    [/^status: .*$/m, 'status: completed'],
    [/^status: .*$/m, 'status: in_progress\nowner: bob'],
    [/^status: .*$/m, 'status: pending'],
    [/^status: .*$/m, 'status: cancelled'],
    [/^ {2}term: .*$/m, '  term: 1'],
    [/^owner: .*$/m, 'owner: carol'],
    [/^subject: .*$/m, 'subject: Another  # by hand'],
  ];
}

function byHand([n, [from, to], how]: [number, readonly [RegExp, string], object]): Attempt {
  return (session, ids) => {
    const editor = async (path: string): Promise<void> =>
      writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
    return editTask(session, { id: at(ids, n), editor }, how);
  };
}

/** A backup comes back with a task that somebody else completed meanwhile. */
async function reimport(session: Session): Promise<unknown> {
  const { text } = await exportTasks(session, { format: 'jsonl' });
  return importTasks(session, { format: 'jsonl', text: text.replace('"status":"pending"', '"status":"completed"') });
}

async function unlessRefused(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
  }
}

async function idsIn(session: Session): Promise<string[]> {
  const { table } = await session.read();
  return Array.from({ length: table.size }, (_, row) => table.id(row)).sort();
}

function expectLegal({ findings }: VerifyAnswer): void {
  expect(findings).toEqual([]);
}

async function lineOf(ledger: MemoryLedger, attempts: readonly [string, number, Attempt][]): Promise<void> {
  for (const [who, wait, act] of attempts) {
    const session = ledger.as(who);
    const ids = await idsIn(session);
    await unlessRefused(() => act(session, ids));
    ledger.world.advance(wait);
  }
}

describe('whatever the rules have let through', () => {
  it('verifies clean, along a line', async () => {
    const who = fc.constantFrom('ada', 'bob', 'carol');
    const wait = fc.constantFrom(0, 1000, 40 * 60_000);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(who, wait, attempt), { maxLength: 30, size: 'max' }), async (attempts) => {
        const ledger = await memoryLedger();
        await lineOf(ledger, attempts);
        expectLegal(await verifyLedger(ledger.as('ada')));
      }),
      { numRuns: RUNS },
    );
  }, 600_000);

  it('verifies clean when clones whose clocks are off have met in any order', async () => {
    const move = fc.record({ who: fc.nat(2), peer: fc.nat(2), how: fc.nat(9), late: fc.boolean(), act: attempt });
    const hours = fc.array(fc.integer({ min: -48, max: 48 }), { minLength: 2, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(hours, fc.array(move, { maxLength: 30, size: 'max' }), async (offsets, moves) => {
        const { repository, clones } = await makeClones(offsets.map((hour) => hour * 3_600_000));
        const pickClone = (n: number): Clone => clones[n % clones.length] as Clone;
        for (const { who, peer, how, late, act } of moves) {
          const clone = pickClone(who);
          const { session, world } = clone;
          if (late) world.advance(40 * 60_000);
          const other = await pickClone(peer).tip();
          if (how === 9) await mergeForeign(repository, clone, other, 'ours');
          else if (how > 6) await session.ledger.join(other, session.author());
          else if (how === 6) await unlessRefused(() => resolveConflicts(session, { choice: 'other' }));
          else {
            const ids = await idsIn(session);
            await unlessRefused(() => act(session, ids));
          }
        }
        for (const { session } of clones) {
          await session.ledger.recheck(session.author());
          expectLegal(await verifyLedger(session));
        }
      }),
      { numRuns: RUNS },
    );
  }, 600_000);
});
