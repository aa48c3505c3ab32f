import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTask } from '../../src/app/add.ts';
import { claimTasks, completeTasks, releaseTasks } from '../../src/app/life.ts';
import { claimNext } from '../../src/app/next.ts';
import { renewTasks } from '../../src/app/renew.ts';
import { setTasks } from '../../src/app/set.ts';
import { TasksError } from '../../src/errors.ts';
import { isRunning } from '../../src/graph/readiness.ts';
import { globsMeet } from '../../src/graph/scope.ts';
import { memoryLedger } from '../support/ledger.ts';

const NAMES = ['a', 'b', 'ab', 'a.ts', 'b.ts'] as const;

/** Every path of up to three names. */
const PATHS: readonly string[] = NAMES.flatMap((one) => [
  one,
  ...NAMES.flatMap((two) => [`${one}/${two}`, ...NAMES.map((three) => `${one}/${two}/${three}`)]),
]);

const segment = fc.constantFrom('**', '*', '?', 'a*', '*.ts', '?.ts', '{a,b}', '[ab]', ...NAMES);
const glob = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

/** The glob as a regular expression, for paths in it or below it: the slow and obvious way. */
function pattern(text: string): RegExp {
  const parts = text.split('/').map((part) => {
    if (part === '**') return '(?:[^/]+/)*';
    const name = part
      .replaceAll('.', '\\.')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]')
      .replace(/\{([^}]*)\}/g, (_all, names: string) => `(?:${names.replaceAll(',', '|')})`);
    return `${name}/`;
  });
  return new RegExp(`^${parts.join('')}(?:[^/]+/)*$`);
}

function reference(a: string, b: string): boolean {
  const [first, second] = [pattern(a), pattern(b)];
  return PATHS.some((path) => first.test(`${path}/`) && second.test(`${path}/`));
}

describe('two globs', () => {
  it('are told to meet whenever a path matches both, whichever comes first', () => {
    fc.assert(
      fc.property(glob, glob, (a, b) => {
        expect(globsMeet(a, b)).toBe(globsMeet(b, a));
        if (reference(a, b)) expect(globsMeet(a, b)).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('without wildcards on both sides are told apart exactly', () => {
    const plain = fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const stars = fc.array(fc.constantFrom('*', 'a*', '*.ts', ...NAMES), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        plain,
        stars.map((parts) => parts.join('/')),
        (a, b) => {
          expect(globsMeet(a, b)).toBe(reference(a, b));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** What can be done with a task, by any of three actors, in any of two lists. */
const step = fc.record({
  act: fc.constantFrom('claim', 'next', 'release', 'done', 'renew', 'widen', 'wait'),
  who: fc.constantFrom('ada', 'bob', 'eve'),
  task: fc.nat(5),
  glob,
});

describe('in any run of claims', () => {
  it('no two running tasks may touch one file, in one list or in two', async () => {
    const tasks = fc.array(fc.uniqueArray(glob, { maxLength: 2 }), { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(tasks, fc.array(step, { maxLength: 25 }), async (scopes, steps) => {
        const { as, world } = await memoryLedger();
        const ids: string[] = [];
        for (const [i, scope] of scopes.entries()) {
          const { task } = await addTask(as('ada', { list: i % 2 === 0 ? 'main' : 'web' }), {
            subject: `T${i}`,
            scope,
          });
          ids.push(task.id);
        }
        for (const { act, who, task, glob: wider } of steps) {
          const session = as(who);
          const target = { ids: [ids[task % ids.length] ?? ''] };
          const acts: Readonly<Record<typeof act, () => Promise<unknown>>> = {
            claim: () => claimTasks(session, target),
            next: () => claimNext(session),
            release: () => releaseTasks(session, target),
            done: () => completeTasks(session, target),
            renew: () => renewTasks(session, target),
            widen: () => setTasks(session, { ...target, scope: [wider] }),
            wait: async () => world.advance(20 * 60_000),
          };
          await acts[act]().catch((error: unknown) => {
            if (!(error instanceof TasksError)) throw error;
          });
          const { table } = await session.read();
          const running = ids
            .map((id) => table.rowOf(id))
            .filter((row) => isRunning(table, row, world.now()))
            .map((row) => table.summary(row).scope ?? []);
          const clash = running.flatMap((one, i) =>
            running.slice(i + 1).flatMap((other) => one.flatMap((a) => other.filter((b) => reference(a, b)))),
          );
          expect(clash).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
