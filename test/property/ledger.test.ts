import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTask } from '../../src/app/add.ts';
import { cancelTasks, claimTasks, completeTasks, releaseTasks, reopenTasks } from '../../src/app/life.ts';
import { setTasks } from '../../src/app/set.ts';
import { TasksError } from '../../src/errors.ts';
import { findCycle, topologicalOrder } from '../../src/graph/walk.ts';
import { LedgerIndex } from '../../src/ledger/index/ledger-index.ts';
import { decodeBase, encodeBase } from '../../src/ledger/index/base-file.ts';
import { refreshIndex } from '../../src/ledger/index/refresh.ts';
import { readCommit } from '../../src/ledger/history.ts';
import type { Snapshot } from '../../src/ledger/snapshot.ts';
import { memoryLedger, type MemoryLedger } from '../support/ledger.ts';

type Step = (ledger: MemoryLedger, ids: string[]) => Promise<unknown>;

const actor = fc.constantFrom('ada', 'bob');
const pick = fc.nat(20);

/** One thing that somebody tries; most are refused at some time, which is as good as the rest. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(actor, fc.array(pick, { maxLength: 2 }), fc.option(pick))
    .map(([who, blockers, parent]): Step => async ({ as }, ids) => {
      const at = (n: number): string => ids[n % ids.length] ?? '';
      const edges =
        ids.length === 0 ? {} : { blockedBy: blockers.map(at), ...(parent !== null && { parent: at(parent) }) };
      ids.push((await addTask(as(who), { subject: `Task ${ids.length}`, ...edges })).task.id);
    }),
  fc.tuple(actor, pick, pick).map(
    ([who, a, b]): Step =>
      ({ as }, ids) =>
        setTasks(as(who), { ids: [ids[a % ids.length] ?? ''], blockedBy: [ids[b % ids.length] ?? ''] }),
  ),
  fc.tuple(actor, pick, pick).map(
    ([who, a, b]): Step =>
      ({ as }, ids) =>
        setTasks(as(who), { ids: [ids[a % ids.length] ?? ''], parent: ids[b % ids.length] ?? '' }),
  ),
  fc.tuple(actor, pick, fc.constantFrom(claimTasks, completeTasks, releaseTasks, reopenTasks, cancelTasks)).map(
    ([who, a, verb]): Step =>
      ({ as }, ids) =>
        verb(as(who), { ids: [ids[a % ids.length] ?? ''] }),
  ),
  fc.nat(3_600_000).map(
    (ms): Step =>
      async ({ world }) =>
        world.advance(ms),
  ),
);

async function run(ledger: MemoryLedger, steps: readonly Step[], after?: () => Promise<void>): Promise<void> {
  const ids: string[] = [];
  for (const act of steps) {
    await act(ledger, ids).catch((error: unknown) => {
      if (!(error instanceof TasksError)) throw error;
    });
    await after?.();
  }
}

function viewOf({ table }: Pick<Snapshot, 'table'>): unknown[] {
  const rows = Array.from({ length: table.size }, (_, row) => row);
  return rows.map((row) => table.summary(row)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe('whatever people try', () => {
  it('never stores a circle', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const ledger = await memoryLedger();
        await run(ledger, steps);
        const { table } = await ledger.as('ada').read();
        const rows = Array.from({ length: table.size }, (_, row) => row);
        expect(findCycle(table, rows)).toBeUndefined();
        expect(topologicalOrder(table, rows, (a, b) => a - b)).toHaveLength(table.size);
      }),
      { numRuns: 150 },
    );
  });

  it('leaves every acknowledged change in a commit of its own, and terms that only grow', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const ledger = await memoryLedger();
        const terms = new Map<string, number>();
        let tip = (await ledger.as('ada').read()).tip;
        await run(ledger, steps, async () => {
          const { table, tip: now } = await ledger.as('ada').read();
          if (now !== tip) expect((await readCommit(ledger.repository.objects, now)).parents).toEqual([tip]);
          tip = now;
          for (let row = 0; row < table.size; row++) {
            const { id, claim } = table.summary(row);
            expect(claim?.term ?? 0).toBeGreaterThanOrEqual(terms.get(id) ?? 0);
            terms.set(id, claim?.term ?? 0);
          }
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('the index', () => {
  it('is the same whether it was moved along, read back from its file, or built by a full scan', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.nat(24), async (steps, half) => {
        const ledger = await memoryLedger();
        const { objects } = ledger.repository;
        const target = async (): Promise<{ tip: string; tree: string }> => {
          const { tip, tree } = await ledger.as('ada').read();
          return { tip, tree };
        };
        await run(ledger, steps.slice(0, half));
        const early = new LedgerIndex(40);
        await refreshIndex(early, objects, await target());
        const stored = decodeBase(encodeBase({ ...view(early), head: { ...early.head, id: 'x' } }));
        expect(stored).toBeDefined();
        const moved = new LedgerIndex(40, stored);
        expect(viewOf(moved)).toEqual(viewOf(early));
        await run(ledger, steps.slice(half));
        await refreshIndex(moved, objects, await target());
        const full = new LedgerIndex(40);
        await refreshIndex(full, objects, await target());
        expect(viewOf(moved)).toEqual(viewOf(full));
        expect(viewOf(await ledger.as('ada').read())).toEqual(viewOf(full));
        for (let row = 0; row < full.table.size; row++) {
          const id = full.table.id(row);
          expect(moved.blob(moved.table.rowOf(id))).toBe(full.blob(row));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('file that was damaged anywhere is not read', async () => {
    const ledger = await memoryLedger();
    for (let n = 0; n < 20; n++) await addTask(ledger.as('ada'), { subject: `Task ${n}` });
    const index = new LedgerIndex(40);
    const { tip, tree } = await ledger.as('ada').read();
    await refreshIndex(index, ledger.repository.objects, { tip, tree });
    const file = encodeBase(view(index));
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(file);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        expect(decodeBase(damaged)).toBeUndefined();
        expect(decodeBase(file.subarray(0, at))).toBeUndefined();
      }),
    );
    expect(decodeBase(file)).toBeDefined();
  });
});

function view(index: LedgerIndex): Parameters<typeof encodeBase>[0] {
  const { head, oidLength, table, damaged } = index;
  return { head, oidLength, table, damaged, blob: (row) => index.blob(row), change: (row) => index.change(row) };
}
