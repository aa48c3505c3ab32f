import { describe, expect, it } from 'vitest';
import { importTasks } from '../../../src/app/import.ts';
import { showTask } from '../../../src/app/show.ts';
import { memoryLedger } from '../../support/ledger.ts';

function issue(id: string, ...edges: readonly (readonly [type: string, to: string])[]): string {
  const dependencies = edges.map(([type, to]) => ({ issue_id: id, depends_on_id: to, type }));
  const created_at = '2026-01-01T00:00:00Z';
  return JSON.stringify({
    id,
    title: `Issue ${id}`,
    status: 'open',
    priority: 2,
    issue_type: 'task',
    created_at,
    dependencies,
  });
}

function lines(...issues: readonly string[]): { readonly format: 'beads'; readonly text: string } {
  return { format: 'beads', text: issues.join('\n') };
}

describe('an import that would close a circle through tasks that it does not bring', () => {
  it('leaves out the new edge, says so, and touches no other task', async () => {
    const session = (await memoryLedger()).as('ada');
    await importTasks(session, lines(issue('x-1', ['blocks', 'x-2']), issue('x-2', ['blocks', 'x-3']), issue('x-3')));
    const { issues, changed } = await importTasks(session, lines(issue('x-3', ['blocks', 'x-1'])));
    expect(changed).toBe(1);
    expect(issues.map(({ kind }) => kind)).toEqual(['dropped-edge']);
    expect((await showTask(session, 'x-3')).task.blockedBy).toEqual([]);
    expect((await showTask(session, 'x-2')).task.blockedBy).toHaveLength(1);
  });

  it('keeps a parent where another edge can go', async () => {
    const session = (await memoryLedger()).as('ada');
    await importTasks(session, lines(issue('x-1'), issue('x-2')));
    await importTasks(session, lines(issue('x-2', ['blocks', 'x-1'], ['parent-child', 'x-1'])));
    const { task } = await showTask(session, 'x-2');
    expect(task.blockedBy).toEqual([]);
    expect(task.parent).toBeDefined();
  });
});

describe('an import of what its source has given up', () => {
  it('is taken over, also where other work waits for it', async () => {
    const session = (await memoryLedger()).as('ada');
    await importTasks(session, lines(issue('x-1'), issue('x-2', ['blocks', 'x-1'])));
    const gone = JSON.stringify({ ...(JSON.parse(issue('x-1')) as object), status: 'tombstone' });
    await importTasks(session, lines(gone));
    expect((await showTask(session, 'x-1')).task.status).toBe('cancelled');
    expect((await showTask(session, 'x-2')).task.blocked).toBe(true);
  });
});
