import { describe, expect, it } from 'vitest';
import { addTask } from '../../../src/app/add.ts';
import { runBatch } from '../../../src/app/batch.ts';
import { itemsIn, makeForEach } from '../../../src/app/each.ts';
import { initLedger } from '../../../src/app/init.ts';
import { lintLedger } from '../../../src/app/lint.ts';
import { listTasks } from '../../../src/app/list.ts';
import { newFromTemplate, previewTemplate } from '../../../src/app/new.ts';
import type { Session } from '../../../src/app/session.ts';
import { setTasks } from '../../../src/app/set.ts';
import { showTask } from '../../../src/app/show.ts';
import { addTemplate, listTemplates, removeTemplate, showTemplate } from '../../../src/app/template.ts';
import { templateFrom } from '../../../src/app/template-from.ts';
import { readCommit } from '../../../src/ledger/history.ts';
import { memoryLedger } from '../../support/ledger.ts';

const REVIEW = `description: Review one part
arguments: [part, {name: who, default: anybody}]
tasks:
  mend:
    subject: Mend $part
    blockedBy: [review]
    parent: all
  review:
    subject: Review $part
    description: Ask $who.
    metadata: {part: [$part, 1]}
    parent: all
  all:
    subject: All of $part
`;

async function withReview(): Promise<{ ada: Session; commits(): Promise<number> }> {
  const { as, repository } = await memoryLedger();
  const ada = as('ada');
  await addTemplate(ada, { name: 'review', text: REVIEW });
  const commits = async (): Promise<number> => {
    let number = 0;
    for (let oid = (await ada.read()).tip; oid !== ''; number++) {
      oid = (await readCommit(repository.objects, oid)).parents[0] ?? '';
    }
    return number;
  };
  return { ada, commits };
}

describe('templates', () => {
  it('are stored, listed, shown and removed, a commit each', async () => {
    const { ada, commits } = await withReview();
    const before = await commits();
    const row = { name: 'review', description: 'Review one part', tasks: 3, problems: [] };
    expect(await listTemplates(ada)).toMatchObject({ total: 1, templates: [row] });
    expect(await showTemplate(ada, { name: 'review' })).toMatchObject({ path: 'templates/review.yaml', text: REVIEW });
    expect(await addTemplate(ada, { name: 'review', text: REVIEW.replaceAll('\n', '\r\n') })).toMatchObject({
      changed: false,
    });
    const other = REVIEW.replace('Ask', 'Tell');
    await expect(addTemplate(ada, { name: 'review', text: other })).rejects.toMatchObject({ code: 'exists' });
    expect(await addTemplate(ada, { name: 'review', text: other, replace: true })).toMatchObject({ changed: true });
    expect(await removeTemplate(ada, { name: 'review' })).toMatchObject({ changed: true });
    await expect(removeTemplate(ada, { name: 'review' })).rejects.toMatchObject({ code: 'not-found' });
    expect(await listTemplates(ada)).toMatchObject({ total: 0, templates: [] });
    expect(await commits()).toBe(before + 2);
  });

  it.each(['../x', 'a/b', '', '.', '..', '.git', 'x.lock', 'UPPER', 'a b', 'x\0', 'a'.repeat(65), 'ä'])(
    'cannot be named %j',
    async (name) => {
      const { ada } = await withReview();
      await expect(addTemplate(ada, { name, text: REVIEW })).rejects.toMatchObject({ code: 'usage' });
      await expect(newFromTemplate(ada, { template: name })).rejects.toMatchObject({ code: 'usage' });
    },
  );

  it('that are none are refused with the place, and found by lint where somebody else stored them', async () => {
    const { ada } = await withReview();
    const text = REVIEW.replace('[review]', '[reviews]');
    await expect(addTemplate(ada, { name: 'bad', text })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^template bad:6:17: "reviews" is no task of this template/),
    });
    await ada.ledger.transact(ada.author(), () => {
      return { operations: [], files: new Map([['templates/bad.yaml', Buffer.from(text)]]), title: 'by hand' };
    });
    const { problems } = await lintLedger(ada);
    expect(problems).toMatchObject([{ code: 'template', path: 'templates/bad.yaml', line: 6, column: 17 }]);
    await expect(newFromTemplate(ada, { template: 'bad', arguments: ['x'] })).rejects.toMatchObject({
      code: 'invalid',
    });
  });
});

describe('new', () => {
  it('makes all tasks with their edges in one commit', async () => {
    const { ada, commits } = await withReview();
    const before = await commits();
    const { ids, created } = await newFromTemplate(ada, {
      template: 'review',
      arguments: ['the api'],
      set: { who: 'bob' },
    });
    expect(await commits()).toBe(before + 1);
    expect(created).toBe(3);
    const { mend = '', review = '', all = '' } = ids;
    expect((await showTask(ada, review)).task).toMatchObject({
      subject: 'Review the api',
      description: 'Ask bob.',
      metadata: { part: ['the api', 1] },
      parent: all,
    });
    expect((await showTask(ada, mend)).task).toMatchObject({
      subject: 'Mend the api',
      blockedBy: [review],
      ready: false,
    });
  });

  it('puts arguments in as texts: none can become an edge, a field or another placeholder', async () => {
    const { ada } = await withReview();
    const evil = 'x"\n    status: completed\n  - $who: &a *a \u001b[2J \u202e';
    const { ids } = await newFromTemplate(ada, { template: 'review', arguments: [evil, 'review'] });
    const { task } = await showTask(ada, ids['review'] ?? '');
    expect(task).toMatchObject({ status: 'pending', metadata: { part: [evil, 1] } });
    expect(task.subject).toBe(`Review ${evil.replace('\n', ' ').replace('\n', ' ')}`);
    const text = 'tasks:\n  a: {subject: A}\n  b: {subject: B, blockedBy: [$0]}\n';
    await addTemplate(ada, { name: 'edges', text });
    await expect(newFromTemplate(ada, { template: 'edges', arguments: ['a'] })).rejects.toMatchObject({
      code: 'not-found',
    });
    const { task: target } = await addTask(ada, { subject: 'Target' });
    const made = await newFromTemplate(ada, { template: 'edges', arguments: [target.id.slice(0, 6)] });
    expect((await showTask(ada, made.ids['b'] ?? '')).task.blockedBy).toEqual([target.id]);
  });

  it('names the argument that is missing and the task that cannot be made, and makes nothing then', async () => {
    const { ada } = await withReview();
    const missing = newFromTemplate(ada, { template: 'review' });
    await expect(missing).rejects.toMatchObject({ code: 'usage', message: 'task mend: The argument $part is missing' });
    const long = newFromTemplate(ada, { template: 'review', arguments: ['x'.repeat(1000)] });
    await expect(long).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^task mend: subject is longer/),
    });
    expect((await listTasks(ada)).total).toBe(0);
  });

  it('with a key makes them once, and refuses another content', async () => {
    const { ada } = await withReview();
    const input = { template: 'review', arguments: ['api'], key: 'k' };
    const first = await newFromTemplate(ada, input);
    await setTasks(ada, { ids: [first.ids['mend'] ?? ''], subject: 'Changed' });
    const again = await newFromTemplate(ada, input);
    expect(again).toMatchObject({ changed: false, created: 0, existing: 3, ids: first.ids });
    const other = newFromTemplate(ada, { ...input, arguments: ['web'] });
    await expect(other).rejects.toMatchObject({ code: 'exists', data: { key: 'k/mend' } });
    await addTemplate(ada, { name: 'review', text: `${REVIEW}  more:\n    subject: More\n`, replace: true });
    const grown = newFromTemplate(ada, input);
    await expect(grown).rejects.toMatchObject({ code: 'exists', data: { missing: ['more'] } });
    expect((await listTasks(ada)).total).toBe(3);
  });

  it('can be tried without making anything', async () => {
    const { ada, commits } = await withReview();
    const before = await commits();
    const preview = await previewTemplate(ada, { template: 'review', arguments: ['api'] });
    expect(preview).toMatchObject({ total: 3, created: 3, existing: 0, dryRun: true });
    expect(preview.tasks[0]).toMatchObject({ name: 'mend', subject: 'Mend api', blockedBy: ['review'], parent: 'all' });
    expect(await commits()).toBe(before);
  });

  it('is a line of a batch, whose tasks later lines can name', async () => {
    const { ada } = await withReview();
    const lines = [
      { verb: 'new', template: 'review', arguments: ['api'], set: { who: 'bob' }, name: 'r' },
      { verb: 'add', subject: 'Ship', blockedBy: ['@r.mend'] },
    ];
    const { results, commits } = await runBatch(ada, { lines: lines.map((line) => JSON.stringify(line)).join('\n') });
    expect(commits).toBe(1);
    expect((await showTask(ada, results[1]?.ids[0] ?? '')).task.blockedBy).toEqual([results[0]?.ids[0]]);
    const bad = runBatch(ada, { lines: '{"verb":"new","template":"review","arguments":"api"}' });
    await expect(bad).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('arguments must be') });
  });

  it('knows reviews and gates', async () => {
    const { ada } = await withReview();
    const text = 'tasks:\n  a: {subject: A, gates: [$0]}\n  b: {subject: B, reviews: [a]}\n';
    await addTemplate(ada, { name: 'gated', text });
    const { ids } = await newFromTemplate(ada, { template: 'gated', arguments: ['design'] });
    const { a = '', b = '' } = ids;
    expect((await showTask(ada, b)).task).toMatchObject({ reviews: [a], blockedBy: [a] });
    const gate = (await showTask(ada, a)).task.blockedBy[0] ?? '';
    expect((await showTask(ada, gate)).task.subject).toContain('design');
    expect(await templateFrom(ada, { id: b })).toBe('tasks:\n  b:\n    subject: B\n');
  });

  it('appends the arguments where no text asks for them', async () => {
    const { ada } = await withReview();
    await addTemplate(ada, {
      name: 'plain',
      text: 'tasks:\n  a: {subject: A, description: Read it.}\n  b: {subject: B}\n',
    });
    const { ids } = await newFromTemplate(ada, { template: 'plain', arguments: ['x', 'y z'] });
    expect((await showTask(ada, ids['a'] ?? '')).task.description).toBe("Read it.\n\nARGUMENTS: x 'y z'");
    expect((await showTask(ada, ids['b'] ?? '')).task.description).toBe("ARGUMENTS: x 'y z'");
  });
});

describe('a template of tasks that are there', () => {
  it('makes the same tasks again, dollars and all', async () => {
    const { ada } = await withReview();
    const { task: top } = await addTask(ada, {
      subject: 'Release $0',
      key: 'top',
      metadata: { jira: { id: 'X-1' }, n: 1 },
    });
    const { task: a } = await addTask(ada, {
      subject: 'Build',
      parent: top.id,
      description: 'cost: $5, \\$x',
      labels: ['l'],
    });
    await addTask(ada, { subject: 'Build', parent: top.id, blockedBy: [a.id], priority: 0 });
    const text = await templateFrom(ada, { id: top.id });
    await addTemplate(ada, { name: 'release', text });
    const { ids } = await newFromTemplate(ada, { template: 'release' });
    expect(Object.keys(ids)).toEqual(['release-0', 'build', 'build-2']);
    const made = await Promise.all(Object.values(ids).map(async (id) => (await showTask(ada, id)).task));
    expect(made).toMatchObject([
      { subject: 'Release $0', metadata: { n: 1 } },
      { subject: 'Build', description: 'cost: $5, \\$x', labels: ['l'], parent: ids['release-0'] },
      { subject: 'Build', priority: 0, blockedBy: [ids['build']], parent: ids['release-0'] },
    ]);
    expect(made[0]?.metadata).toEqual({ n: 1 });
  });
});

describe('a fan-out', () => {
  it('makes one set for each item, and a second run only what is new', async () => {
    const { ada, commits } = await withReview();
    const before = await commits();
    const items = ['api', '"the web" bob', 'api'];
    const first = await makeForEach(ada, { template: 'review', items });
    expect(first).toMatchObject({ total: 2, created: 2, existing: 0, repeated: 1, tasks: 6, changed: true });
    expect(await commits()).toBe(before + 1);
    await addTemplate(ada, { name: 'review', text: REVIEW.replace('Ask', 'Tell'), replace: true });
    const second = await makeForEach(ada, { template: 'review', items: ['db', ...items] });
    expect(second).toMatchObject({ total: 3, created: 1, existing: 2, tasks: 3 });
    expect(second.items.map(({ created }) => created)).toEqual([true, false, false]);
    expect(second.items[1]?.ids).toEqual(first.items[0]?.ids);
    expect(await makeForEach(ada, { template: 'review', items })).toMatchObject({ changed: false, created: 0 });
  });

  it('of one task needs no template', async () => {
    const { ada } = await withReview();
    const plain = await makeForEach(ada, { items: ["it's $0"], fields: { labels: ['x'] } });
    expect(plain.items).toMatchObject([{ subject: "it's $0", created: true }]);
    const fields = { subject: 'Check $0', description: 'All: $ARGUMENTS', priority: 0 };
    const { items } = await makeForEach(ada, { items: ['a b'], fields: { ...fields, subject: 'Check $0 of $1' } });
    const { task } = await showTask(ada, items[0]?.ids['task'] ?? '');
    expect(task).toMatchObject({ subject: 'Check a of b', description: 'All: a b', priority: 0 });
  });

  it('is kept apart by the template, the subject, the named arguments, the list and the key', async () => {
    const { ada } = await withReview();
    const items = ['api'];
    const runs = [
      { template: 'review', items },
      { template: 'review', items, set: { who: 'bob' } },
      { template: 'review', items, key: 'tonight' },
      { items },
      { items, fields: { subject: 'Check $0' } },
    ];
    for (const run of runs) expect(await makeForEach(ada, run)).toMatchObject({ created: 1 });
    for (const run of runs) expect(await makeForEach(ada, run)).toMatchObject({ created: 0 });
  });

  it('makes nothing where one item cannot be made, and names it', async () => {
    const { ada } = await withReview();
    const unfinished = makeForEach(ada, { template: 'review', items: ['api', "it's"] });
    await expect(unfinished).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(`item "it's"`) });
    const long = makeForEach(ada, { items: ['x'.repeat(5000)] });
    await expect(long).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('subject is longer'),
    });
    await expect(makeForEach(ada, { items: [] })).rejects.toMatchObject({ code: 'nothing' });
    expect((await listTasks(ada)).total).toBe(0);
  });

  it('tells in a dry run what would be new', async () => {
    const { ada } = await withReview();
    await makeForEach(ada, { items: ['a'] });
    const tried = await makeForEach(ada, { items: ['a', 'b'], dryRun: true });
    expect(tried).toMatchObject({ created: 1, existing: 1, changed: false, dryRun: true });
    expect((await makeForEach(ada, { items: ['a', 'b'] })).items).toEqual(tried.items);
  });

  it('takes lines without blanks around them, or whatever stands between NULs', () => {
    expect(itemsIn('a \r\n\n  b c\n', { byNull: false })).toEqual(['a', 'b c']);
    expect(itemsIn('a \n\0b\0\0', { byNull: true })).toEqual(['a \n', 'b']);
    expect(() => itemsIn('a\0b', { byNull: false })).toThrow('NUL');
  });
});

describe('a template that two clones changed', () => {
  async function meet(
    mine: string,
    theirs: string,
  ): Promise<{ names: string[]; texts: string[]; spares: readonly string[] }> {
    const { as, clone } = await memoryLedger();
    const [a, b] = [as('ada'), clone('bob')];
    await addTemplate(a, { name: 'review', text: REVIEW });
    await initLedger(b);
    await b.ledger.join((await a.read()).tip, b.author());
    await addTemplate(a, { name: 'review', text: mine, replace: true });
    await addTemplate(b, { name: 'review', text: theirs, replace: true });
    const [x, y] = [await a.read(), await b.read()];
    const inA = await a.ledger.join(y.tip, a.author());
    expect((await b.ledger.join(x.tip, b.author())).after).toBe(inA.after);
    const { templates } = await listTemplates(a);
    const names = templates.map(({ name }) => name);
    const texts = await Promise.all(names.map(async (name) => (await showTemplate(a, { name })).text));
    const spares = inA.joined.kind === 'merged' ? inA.joined.spares : [];
    return { names, texts, spares };
  }

  it('in different lines has both changes', async () => {
    const [mine, theirs] = [REVIEW.replace('Review one', 'Look at one'), REVIEW.replace('All of', 'Everything of')];
    const { names, texts, spares } = await meet(mine, theirs);
    expect({ names, spares }).toEqual({ names: ['review'], spares: [] });
    expect(texts).toEqual([mine.replace('All of', 'Everything of')]);
  });

  it.each([
    ['in the same line', REVIEW.replace('Ask', 'Tell'), REVIEW.replace('Ask', 'Call')],
    [
      'in lines that fit together and make no template',
      REVIEW.replace(/ {2}all:[^]*$/, '').replaceAll('    parent: all\n', ''),
      REVIEW.replace('tasks:\n', 'tasks:\n  two:\n    subject: Two\n    parent: all\n'),
    ],
  ])('%s is there in both versions, and the join says so', async (_what, mine, theirs) => {
    const { names, texts, spares } = await meet(mine, theirs);
    expect(names).toEqual(['review', expect.stringMatching(/^review\.[0-9a-f]{8}$/)]);
    expect(spares).toEqual([`templates/${names[1] ?? ''}.yaml`]);
    expect(texts.sort()).toEqual([mine, theirs].sort());
  });
});
