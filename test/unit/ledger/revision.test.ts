import { expect, it } from 'vitest';
import { addTask } from '../../../src/app/add.ts';
import type { Session } from '../../../src/app/session.ts';
import { resolveRevision } from '../../../src/ledger/history.ts';
import { memoryLedger } from '../../support/ledger.ts';

/** Makes commits until two begin alike in four digits. The world is the same in every run, and so is their number. */
async function twoAlike(session: Session): Promise<readonly [string, string]> {
  const seen = new Map<string, string>();
  for (let made = 0; made < 2000; made++) {
    const { commit } = await addTask(session, { subject: `Task ${made}` });
    const other = seen.get(commit.slice(0, 4));
    if (other !== undefined) return [commit, other];
    seen.set(commit.slice(0, 4), commit);
  }
  throw new Error('no two of 2000 commits begin alike');
}

it('an abbreviated commit is the only one that begins so, or none', async () => {
  const { repository, as } = await memoryLedger();
  const [last, other] = await twoAlike(as('ada'));
  const resolve = (name: string): Promise<string> => resolveRevision(repository, last, name);
  const ambiguous = { code: 'ambiguous', data: { candidates: [last, other] } };
  await expect(resolve(last.slice(0, 4))).rejects.toMatchObject(ambiguous);
  await expect(resolve(`${last.slice(0, 4)}~1`)).rejects.toMatchObject(ambiguous);
  const length = [...last].findIndex((digit, at) => digit !== other[at]) + 1;
  expect(await resolve(last.slice(0, length))).toBe(last);
  expect(await resolve(other.slice(0, length))).toBe(other);
  await expect(resolve('0'.repeat(12))).rejects.toMatchObject({ code: 'not-found' });
});
