import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, scratchFolder, scratchRepository, tasks } from '../support/git.ts';
import { scratchLedger } from './ledger.ts';

const OID = expect.stringMatching(/^[0-9a-f]{40}$/);
const ID = expect.stringMatching(/^[0-9a-hjkmnp-tv-z]{8}$/);
const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const CLAIM_ID = expect.stringMatching(/^[0-9a-z]{16}$/) as unknown;

const ROW = {
  id: ID,
  list: 'main',
  subject: 'Plain',
  status: 'pending',
  ready: true,
  blocked: false,
  priority: 2,
  labels: [],
  blockedBy: [],
  openBlockers: [],
  created: INSTANT,
};
const TASK = {
  ...ROW,
  blocks: [],
  children: [],
  acceptance: [],
  accepted: [],
  checks: [],
  evidence: [],
  notes: [],
  metadata: {},
  createdBy: 'Ada Example',
  conflicts: [],
  updated: INSTANT,
  updatedBy: 'Ada Example',
  commit: OID,
};

describe('the JSON of', () => {
  test('init', () => {
    const folder = scratchRepository();
    const answer = (): unknown => JSON.parse(tasks(folder, ['init', '--json']).stdout);
    expect(answer()).toEqual({
      contract: 1,
      ref: 'refs/heads/tasks',
      created: true,
      from: 'root',
      tip: OID,
      driver: 'set',
    });
    expect(answer()).toEqual({
      contract: 1,
      ref: 'refs/heads/tasks',
      created: false,
      from: 'local',
      tip: OID,
      driver: 'there',
    });
  });

  test('add, show and set with nothing but a subject', () => {
    const { json } = scratchLedger();
    const added = json('add', 'Plain');
    expect(added).toEqual({ contract: 1, task: TASK, commit: OID, changed: true });
    expect(json('show', added.task.id)).toEqual({ contract: 1, task: TASK, tip: OID });
    const same = { ...TASK, subject: 'Plain' };
    expect(json('set', added.task.id, '--subject', 'Plain')).toEqual({
      contract: 1,
      task: same,
      tasks: [same],
      commit: OID,
      changed: false,
    });
  });

  test('a task with every field', () => {
    const { json, add } = scratchLedger();
    const blocker = add('Blocker');
    const parent = add('Parent');
    const waiter = add('Waiter');
    const flags =
      `-d text -p 1 -l b -l a,c --blocked-by ${blocker} --blocks ${waiter} --parent ${parent} --scope src/** --due 2026-12-01 ` +
      '--defer 2030-01-01 --accept works --check test --active-form Doing --meta n=1 --meta t=x --key k1';
    expect(json('add', 'Full', ...flags.split(' '))).toEqual({
      contract: 1,
      task: {
        ...TASK,
        subject: 'Full',
        description: 'text',
        activeForm: 'Doing',
        priority: 1,
        labels: ['a', 'b', 'c'],
        blockedBy: [blocker],
        openBlockers: [blocker],
        blocks: [waiter],
        parent,
        scope: ['src/**'],
        due: '2026-12-01',
        defer: '2030-01-01',
        acceptance: ['works'],
        checks: ['test'],
        metadata: { n: 1, t: 'x', key: { id: 'k1', content: expect.any(String) } },
        ready: false,
        blocked: true,
      },
      commit: OID,
      changed: true,
    });
  });

  test('list, ready, blocked and plan', () => {
    const { json, add } = scratchLedger();
    const id = add('Plain');
    const waits = { ...ROW, subject: 'Waits', ready: false, blocked: true, blockedBy: [id], openBlockers: [id] };
    add('Waits', '--blocked-by', id);
    const list = (...rows: object[]): object => ({
      contract: 1,
      tasks: rows,
      total: rows.length,
      shown: rows.length,
      tip: OID,
      damaged: [],
    });
    expect(json('list')).toEqual(list(ROW, waits));
    expect(json('plan')).toEqual(list(ROW, waits));
    expect(json('ready')).toEqual(list(ROW));
    expect(json('blocked')).toEqual(list(waits));
    expect(json('list', '--limit', '1')).toEqual({ ...list(ROW), total: 2 });
  });

  test('claim, renew, release, done, reopen and cancel', () => {
    const { json, add } = scratchLedger();
    const id = add('Plain');
    const next = add('Next', '--blocked-by', id);
    const claim = { term: 1, id: CLAIM_ID, lease: 1800, expires: INSTANT };
    const life = (task: object, more: object = {}): object => {
      const whole = { ...TASK, blocks: [next], ...task };
      return { contract: 1, task: whole, tasks: [whole], commit: OID, changed: true, ...more };
    };
    const held = { status: 'in_progress', ready: false, owner: 'Ada Example', claim, certainty: 'local' };
    const claimed = { certainty: 'local' };
    expect(json('claim', id)).toEqual(life(held, { claimed }));
    expect(json('claim', id)).toEqual(life(held, { changed: false, already: true }));
    expect(json('renew', id, '--lease', '2h')).toEqual(life({ ...held, claim: { ...claim, lease: 7200 } }));
    expect(json('release', id)).toEqual(life({ claim: { term: 1 } }));
    const unblocked = [{ id: next, subject: 'Next' }];
    const completed = {
      status: 'completed',
      completedBy: ['Ada Example'],
      ready: false,
      claim: { term: 1 },
      result: 'It works',
    };
    expect(json('done', id, '--result', 'It works')).toEqual(life(completed, { unblocked }));
    expect(json('reopen', id)).toMatchObject({ task: { status: 'pending' }, changed: true });
    expect(json('cancel', id, '--unblock', '--reason', 'no need')).toMatchObject({ task: { status: 'cancelled' } });
    expect(json('show', next)).toMatchObject({ task: { ready: true, blockedBy: [] } });
  });

  test('verbs with several ids has no single task', () => {
    const { json, add } = scratchLedger();
    const ids = [add('One'), add('Two')];
    const answer = json('claim', ...ids);
    expect(Object.keys(answer)).toEqual(['contract', 'tasks', 'commit', 'changed', 'claimed']);
    expect(answer.tasks.map(({ id }) => id)).toEqual(ids);
  });

  test('next, and next without anything ready', () => {
    const { json, run } = scratchLedger();
    const empty = run(['next', '--json']);
    expect({ ...empty, stdout: JSON.parse(empty.stdout) }).toEqual({
      code: 3,
      stdout: { contract: 1, task: null, open: 0, stuck: false, tip: OID },
      stderr: '',
    });
    json('add', 'Plain');
    const claim = { term: 1, id: CLAIM_ID, lease: 1800, expires: INSTANT };
    const certainty = 'local';
    const task = { ...TASK, status: 'in_progress', ready: false, owner: 'Ada Example', claim, certainty };
    expect(json('next')).toEqual({ contract: 1, task, claimed: { certainty }, commit: OID, changed: true });
  });

  test('why, stats and log', () => {
    const { json, add, short } = scratchLedger();
    const id = add('Plain');
    const waiter = add('Waits', '--blocked-by', id);
    const plain = { id, short: short(id), subject: 'Plain', status: 'pending', ready: true, reasons: [] };
    const reason = { kind: 'blocker', id, status: 'pending', because: plain };
    const why = {
      id: waiter,
      short: short(waiter),
      subject: 'Waits',
      status: 'pending',
      ready: false,
      reasons: [reason],
    };
    const next = [{ do: 'complete', id, text: `complete ${short(id)}` }];
    expect(json('why', waiter)).toEqual({
      contract: 1,
      why,
      before: 1,
      next,
      nextTotal: 1,
      asker: 'Ada Example',
      tip: OID,
    });
    expect(json('stats')).toEqual({
      contract: 1,
      total: 2,
      byStatus: { pending: 2, in_progress: 0, completed: 0, cancelled: 0 },
      byList: { main: 2 },
      byPriority: [0, 0, 2, 0, 0],
      ready: 1,
      blocked: 1,
      conflicts: 0,
      damaged: 0,
      edges: 1,
      overdue: 0,
      gates: { open: 0, closed: 0 },
      ownReviews: 0,
      stuck: false,
      tip: OID,
    });
    const change = {
      commit: OID,
      at: INSTANT,
      actor: 'Ada Example',
      subject: `add ${id.slice(0, 4)}: Plain`,
      tasks: [`main/${id}`],
      changes: expect.any(Array),
      overrides: [],
    };
    expect(json('log', id)).toEqual({ contract: 1, changes: [change], shown: 1, more: false, tip: OID });
  });

  test('batch, lint, doctor, export and import', () => {
    const { json, run } = scratchLedger();
    const lines = '{"verb":"add","subject":"One","name":"a"}\n{"verb":"add","subject":"Two","blockedBy":["@a"]}\n';
    const results = [
      { verb: 'add', ids: [ID] },
      { verb: 'add', ids: [ID] },
    ];
    expect(JSON.parse(run(['batch', '--json'], { input: lines }).stdout)).toEqual({
      contract: 1,
      results,
      commit: OID,
      changed: true,
      commits: 1,
    });
    expect(json('lint')).toEqual({ contract: 1, problems: [], checked: 2, tip: OID });
    expect(json('doctor')).toMatchObject({ contract: 1, findings: [], tip: OID });
    const exported = json('export', 'jsonl');
    expect(exported).toEqual({ contract: 1, text: expect.stringContaining('"One"'), count: 2, tip: OID });
    const input = run(['export', 'jsonl']).stdout;
    expect(JSON.parse(run(['import', 'jsonl', '--json'], { input }).stdout)).toEqual({
      contract: 1,
      created: 0,
      changed: 0,
      unchanged: 2,
      total: 2,
      commit: OID,
      issues: [],
    });
  });

  test('a failure, on standard error', () => {
    const { run } = scratchLedger();
    const { code, stdout, stderr } = run(['show', 'zzzz', '--json']);
    expect({ code, stdout, error: JSON.parse(stderr) }).toEqual({
      code: 1,
      stdout: '',
      error: {
        contract: 1,
        error: { code: 'not-found', message: expect.any(String), hint: expect.any(String), id: 'zzzz' },
      },
    });
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});

describe('exit codes', () => {
  test('tell a refusal from a lost claim and from nothing to do', () => {
    const { run, add } = scratchLedger();
    const id = add('One');
    const waiter = add('Two', '--blocked-by', id);
    const code = (...args: string[]): number | null => run(args).code;
    expect(code('done', waiter)).toBe(1);
    expect(code('claim', waiter)).toBe(1);
    expect(code('claim', id, '--as', 'agent-a')).toBe(0);
    expect(code('claim', id, '--as', 'agent-b')).toBe(4);
    expect(code('done', id, '--as', 'agent-b')).toBe(4);
    expect(code('ready')).toBe(0);
    expect(code('next')).toBe(3);
    expect(code('done', id, '--as', 'agent-b', '--force')).toBe(2);
    expect(code('done', id, '--as', 'agent-b', '--force', '--reason', 'agent-a is gone')).toBe(0);
  });

  test('of lint and doctor tell a damaged ledger from a whole one', () => {
    const { folder, run, add } = scratchLedger();
    const id = add('One');
    expect([run(['lint']).code, run(['doctor']).code]).toEqual([0, 0]);
    const path = `main/${id.charAt(0)}/${id.charAt(1)}/${id}.yaml`;
    const worktree = join(scratchFolder(), 'ledger');
    git(folder, 'worktree', 'add', '--quiet', worktree, 'tasks');
    writeFileSync(join(worktree, path), 'id: [');
    git(worktree, 'commit', '--quiet', '--all', '--message', 'break it');
    git(folder, 'worktree', 'remove', worktree);
    expect(run(['lint'])).toMatchObject({ code: 1, stdout: expect.stringContaining(`error: ${path}:`) });
    expect(run(['doctor']).code).toBe(1);
    const list = run(['list']);
    expect(list).toMatchObject({ code: 0, stdout: '' });
    expect(list.stderr).toContain(`1 file of the ledger cannot be read`);
    expect(list.stderr).toContain(path);
  });
});
