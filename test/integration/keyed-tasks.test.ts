import { describe, expect, test } from 'vitest';
import { git } from '../support/git.ts';
import { sharedLedger } from '../support/shared-remote.ts';

const REVIEW = 'tasks:\n  review: {subject: Review $0}\n  mend: {subject: Mend $0, blockedBy: [review]}\n';

describe('two clones that are offline', () => {
  test('make one task of one key, and meet without a conflict', () => {
    const { remote, ada } = sharedLedger();
    const bob = remote.clone('bob');
    const add = ['add', 'Write it', '--key', 'k', '--due', '3d', '-l', 'x', '-d', 'one'];
    const [mine, theirs] = [ada, bob].map((clone) => clone.json<{ task: { id: string; created: string } }>(add).task);
    expect(mine?.id).toBe(theirs?.id);
    ada.json(['set', 'k', '--subject', 'Write it well']);
    bob.json(['done', 'k', '--result', 'It was simple.']);
    ada.sync();
    expect(bob.sync()).toMatchObject({ conflicts: 0, merged: [{ id: mine?.id, conflicts: [] }] });
    ada.sync();
    expect(ada.tip()).toBe(bob.tip());
    expect(ada.subjects()).toEqual(['First', 'Write it well']);
    const { task } = ada.json<{ task: object }>(['show', 'k']);
    expect(task).toMatchObject({
      status: 'completed',
      result: 'It was simple.',
      created: [mine?.created ?? '', theirs?.created ?? ''].sort()[0],
    });
    for (const clone of [ada, bob]) expect(clone.json(add)).toMatchObject({ changed: false, task: { id: mine?.id } });
    expect(ada.run(['lint']).stdout).toBe('checked 2 tasks: all in order\n');
  });

  test('that gave one key two contents meet with a conflict that names both', () => {
    const { remote, ada } = sharedLedger();
    const bob = remote.clone('bob');
    ada.json(['add', 'Write it', '--key', 'k']);
    bob.json(['add', 'Draw it', '--key', 'k']);
    ada.sync();
    expect(bob.sync()).toMatchObject({ conflicts: 1 });
    const { task } = bob.json<{ task: { conflicts: { field: string; kept: string; other: string }[] } }>(['show', 'k']);
    const subject = task.conflicts.find(({ field }) => field === 'subject');
    expect([subject?.kept, subject?.other].sort()).toEqual(['Draw it', 'Write it']);
    ada.sync();
    expect(ada.tip()).toBe(bob.tip());
  });

  test('fan out over lists that overlap: what is in both is made once', () => {
    const { remote, ada } = sharedLedger();
    ada.json(['template', 'add', 'review', '-'], { input: REVIEW });
    ada.sync();
    const bob = remote.clone('bob');
    ada.json(['new', 'review', '--each'], { input: 'a\nb\n' });
    bob.json(['new', 'review', '--each'], { input: 'b\nc\n' });
    ada.sync();
    expect(bob.sync()).toMatchObject({ conflicts: 0 });
    ada.sync();
    expect(ada.subjects()).toEqual(['First', 'Mend a', 'Mend b', 'Mend c', 'Review a', 'Review b', 'Review c']);
    expect(ada.json(['new', 'review', '--each'], { input: 'c\nb\na\n' })).toMatchObject({ created: 0, existing: 3 });
  });

  test('that changed one line of a template keep both versions and are told so', () => {
    const { remote, ada } = sharedLedger();
    ada.json(['template', 'add', 'review', '-'], { input: REVIEW });
    ada.sync();
    const bob = remote.clone('bob');
    bob.run(['list']);
    for (const clone of [ada, bob]) {
      const input = REVIEW.replace('Mend $0', `Mend $0 with ${clone === ada ? 'Ada' : 'Bob'}`);
      clone.json(['template', 'add', 'review', '-', '--replace'], { input });
    }
    ada.sync();
    expect(bob.run(['sync']).stderr).toMatch(
      /A template was changed on both sides.*templates\/review\.[0-9a-f]{8}\.yaml/,
    );
    ada.sync();
    expect(ada.tip()).toBe(bob.tip());
    const files = git(ada.folder, 'ls-tree', '--name-only', 'tasks', 'templates/').split('\n');
    const texts = files.map((file) => git(ada.folder, 'show', `tasks:${file}`)).join('\n');
    expect(files).toHaveLength(2);
    expect(texts).toContain('with Ada');
    expect(texts).toContain('with Bob');
    expect(git(ada.folder, 'log', '-1', '--format=%B', 'tasks')).toContain('Kept-Both: templates/review.');
  });
});
