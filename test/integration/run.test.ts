/** `git tasks run`, point by point, as the real program. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Ledger, scratchLedger } from '../cli/ledger.ts';
import { endOf, leftOf, startFleet } from '../concurrency/support/fleet.ts';
import { EXECUTABLE, git, tasks } from '../support/git.ts';
import { sharedLedger } from '../support/shared-remote.ts';

interface Line {
  readonly event: string;
  readonly [key: string]: unknown;
}

interface Ran {
  readonly code: number | null;
  readonly lines: readonly Line[];
  /** The ends of tries, without what differs each time. */
  readonly ends: readonly Line[];
}

function run({ run: call }: Ledger, args: readonly string[], env?: Record<string, string>): Ran {
  const { code, stdout, stderr } = call(['run', '--json', ...args], env && { env });
  if (stderr !== '') throw new Error(stderr);
  const lines = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line]));
  return { code, lines, ends: lines.filter(({ event }) => event === 'task-ended') };
}

interface Shown {
  readonly status: string;
  readonly owner?: string;
  readonly claim?: { readonly hold?: boolean };
  readonly result?: string;
  readonly notes: readonly { readonly text: string; readonly by: string }[];
  readonly completedBy?: readonly string[];
}

function show({ json }: Ledger, id: string): Shown {
  return json('show', id).task as unknown as Shown;
}

/** A command that writes what it sees into a file of the task, an argument on each line. */
const TELL = ['sh', '-c', 'printf "%s\\n" "$@" > "seen-$GIT_TASKS_ID"', 'sh'];

describe('git tasks run', () => {
  it('hands the task over as arguments and variables, and a shell never reads them', () => {
    const ledger = scratchLedger();
    const subject = '$(touch broken); `touch broken` "quoted" {id}';
    const id = ledger.add(subject, '-d', 'two\nlines', '--list', 'work');
    const variables = '$GIT_TASKS_ID|$GIT_TASKS_LIST|$GIT_TASKS_ACTOR|$GIT_TASKS_SESSION';
    const script = `printf '%s\\n' "$@" "${variables}" > seen`;
    const placeholders = ['{subject}', '{description}', '{list}', '{branch}', '{{id}}', 'x{id}x'];
    const { code, lines } = run(ledger, ['--', 'sh', '-c', script, 'sh', ...placeholders]);
    expect(code).toBe(0);
    const name = String(lines[0]?.['run']);
    expect(readFileSync(join(ledger.folder, 'seen'), 'utf8').split('\n')).toEqual([
      subject,
      'two',
      'lines',
      'work',
      `task/${id}`,
      '{id}',
      `x${id}x`,
      `${id}|work|Ada Example/1|${name}`,
      '',
    ]);
    expect(existsSync(join(ledger.folder, 'broken'))).toBe(false);
  });

  it('gives the task as JSON, in a file and on standard input', () => {
    const ledger = scratchLedger();
    const id = ledger.add('A task', '--label', 'x');
    expect(run(ledger, ['--stdin', '--', 'sh', '-c', 'cat > stdin; cp {json-file} file']).code).toBe(0);
    for (const name of ['stdin', 'file']) {
      const { task } = JSON.parse(readFileSync(join(ledger.folder, name), 'utf8')) as { task: object };
      expect(task).toMatchObject({
        id,
        subject: 'A task',
        labels: ['x'],
        status: 'in_progress',
        owner: 'Ada Example/1',
      });
    }
  });

  it('completes after exit 0, in the order of the graph, and starts what that unblocks at once', () => {
    const ledger = scratchLedger();
    const first = ledger.add('first');
    const second = ledger.add('second', '--blocked-by', first);
    const parent = ledger.add('parent');
    const child = ledger.add('child', '--parent', parent, '--blocked-by', second);
    const { code, ends, lines } = run(ledger, ['--jobs', '4', '--', ...TELL]);
    expect(code).toBe(0);
    expect(ends.map(({ task }) => (task as { id: string }).id)).toEqual([first, second, child, parent]);
    expect(ends[0]).toMatchObject({ outcome: 'completed', exit: 0, attempt: 1, unblocked: [{ id: second }] });
    expect(lines.at(-1)).toMatchObject({ event: 'run-ended', outcome: 'done', counts: { completed: 4, open: 0 } });
  });

  it('takes tasks that are added meanwhile, and only those that it was told to', () => {
    const ledger = scratchLedger();
    ledger.add('go', '--label', 'x');
    const other = ledger.add('not this one', '--label', 'y');
    const more = `"${process.execPath}" "${EXECUTABLE}" add more --label x,z >/dev/null`;
    const script = `case "$1" in go) ${more};; esac`;
    const { ends, code } = run(ledger, ['--label', 'x', '--', 'sh', '-c', script, 'sh', '{subject}']);
    expect(code).toBe(0);
    expect(ends.map(({ task }) => (task as { subject: string }).subject)).toEqual(['go', 'more']);
    expect(show(ledger, other).status).toBe('pending');
  });

  it('gives a task back after another exit, with a note of the end of the output', () => {
    const ledger = scratchLedger();
    const id = ledger.add('fails');
    const { code, ends } = run(ledger, ['--', 'sh', '-c', 'echo one; printf "\\033[31mtwo\\000" >&2; exit 7']);
    expect(code).toBe(1);
    expect(ends).toMatchObject([{ outcome: 'failed', exit: 7, reason: 'exit 7', status: 'pending' }]);
    const { status, notes } = show(ledger, id);
    expect(status).toBe('pending');
    expect(notes.map(({ text, by }) => [by, text.split('\n').slice(1).join('\n')])).toEqual([
      [
        'Ada Example/1',
        String.raw`
one
two\x00`,
      ],
    ]);
    expect(readFileSync(String(ends[0]?.['log']))).toEqual(Buffer.from('one\n\u001b[31mtwo\0'));
  });

  it('tries again as often as it was told, each time a little later', () => {
    const ledger = scratchLedger();
    const id = ledger.add('fails at first');
    const script = 'echo x >> tries; [ $(wc -l < tries) = 3 ]';
    const { code, ends } = run(ledger, ['--retries', '2', '--back-off', '1s', '--', 'sh', '-c', script]);
    expect(code).toBe(0);
    expect(ends).toMatchObject([
      { attempt: 1, outcome: 'failed', retryIn: expect.any(Number) },
      { attempt: 2, outcome: 'failed', retryIn: expect.any(Number) },
      { attempt: 3, outcome: 'completed' },
    ]);
    expect(Number(ends[1]?.['retryIn'])).toBeGreaterThan(1.1 * Number(ends[0]?.['retryIn']));
    expect(show(ledger, id).notes).toHaveLength(2);
  });

  it.each([
    ['release', { status: 'pending' }],
    ['cancel', { status: 'cancelled' }],
    ['hold', { status: 'in_progress', owner: 'Ada Example/1', claim: { hold: true } }],
  ] as const)('with --on-fail %s leaves a task that failed accordingly', (what, left) => {
    const ledger = scratchLedger();
    const id = ledger.add('fails');
    const { code } = run(ledger, ['--on-fail', what, '--', 'false']);
    expect(code).toBe(1);
    const task = show(ledger, id);
    expect(task).toMatchObject(left);
    expect(task.notes).toHaveLength(1);
  });

  it('does not cancel what others wait for: that is for a person to say', () => {
    const ledger = scratchLedger();
    const id = ledger.add('fails');
    ledger.add('waits', '--blocked-by', id);
    const { code, lines } = run(ledger, ['--on-fail', 'cancel', '--', 'false']);
    expect(code).toBe(1);
    expect(show(ledger, id).status).toBe('pending');
    expect(
      lines.some(({ event, message }) => event === 'warning' && String(message).includes('given back instead')),
    ).toBe(true);
  });

  it('stops the others at the first failure with --fail-fast, and goes on without', () => {
    const ledger = scratchLedger();
    const slow = ledger.add('slow', '--priority', '0');
    ledger.add('bad', '--priority', '0');
    const later = ledger.add('later', '--priority', '4');
    const script = 'case "$1" in slow) exec sleep 100;; bad) sleep 0.5; exit 1;; esac';
    const { code, ends } = run(ledger, ['--jobs', '2', '--fail-fast', '--', 'sh', '-c', script, 'sh', '{subject}']);
    expect(code).toBe(1);
    expect(ends.map(({ outcome }) => outcome)).toEqual(['failed', 'stopped']);
    expect([slow, later].map((id) => show(ledger, id).status)).toEqual(['pending', 'pending']);
    const rest = run(ledger, ['--jobs', '2', '--', 'sh', '-c', '[ "$1" != bad ]', 'sh', '{subject}']);
    expect(rest.code).toBe(1);
    expect([slow, later].map((id) => show(ledger, id).status)).toEqual(['completed', 'completed']);
  });

  it('ends a command that takes too long, and kills one that does not listen', () => {
    const ledger = scratchLedger();
    ledger.add('hangs');
    const script = 'trap "" TERM; sleep 100 & while :; do sleep 0.1; done';
    const { code, ends } = run(ledger, ['--timeout', '1s', '--grace', '1s', '--', 'sh', '-c', script]);
    expect(code).toBe(1);
    expect(ends).toMatchObject([{ outcome: 'failed', signal: 'SIGKILL', timedOut: true }]);
    expect(Number(ends[0]?.['seconds'])).toBeLessThan(10);
  });

  it.each([
    ['done "$GIT_TASKS_ID" --result mine', { status: 'completed', result: 'mine' }],
    ['cancel "$GIT_TASKS_ID"', { status: 'cancelled' }],
    ['release "$GIT_TASKS_ID"', { status: 'pending' }],
  ])('leaves a task as the command left it: %s', (verb, left) => {
    const ledger = scratchLedger();
    const id = ledger.add('its own');
    const script = `"${process.execPath}" "${EXECUTABLE}" ${verb} >/dev/null; exit 5`;
    const { ends } = run(ledger, ['--', 'sh', '-c', script]);
    expect(ends).toMatchObject([{ outcome: 'left', exit: 5, status: left.status }]);
    expect(show(ledger, id)).toMatchObject({ ...left, notes: [] });
  });

  it('keeps what the command has said of the task', () => {
    const ledger = scratchLedger();
    const id = ledger.add('says what came of it');
    const script = `"${process.execPath}" "${EXECUTABLE}" note "$GIT_TASKS_ID" half >/dev/null`;
    expect(run(ledger, ['--', 'sh', '-c', script]).code).toBe(0);
    expect(show(ledger, id)).toMatchObject({ status: 'completed', notes: [{ text: 'half' }] });
  });

  it.each(['', '--as=helper'])('gives back what a command has claimed beside its task and left undone (%s)', (as) => {
    const ledger = scratchLedger();
    const first = ledger.add('first', '-p', '0');
    const second = ledger.add('second');
    const script = `[ "$1" = first ] || exit 0; exec "${process.execPath}" "${EXECUTABLE}" next ${as} >/dev/null`;
    const { code, lines, ends } = run(ledger, ['--jobs', '1', '--', 'sh', '-c', script, 'sh', '{subject}']);
    expect(code).toBe(0);
    expect(ends.map(({ task, outcome }) => [(task as { id: string }).id, outcome])).toEqual([
      [first, 'completed'],
      [second, 'completed'],
    ]);
    expect(lines.find(({ event }) => event === 'warning')?.['message']).toContain(second);
    expect(show(ledger, second)).toMatchObject({ status: 'completed', completedBy: ['Ada Example/1'] });
  });

  it('leaves a task alone that its command has given back and claimed again', () => {
    const ledger = scratchLedger();
    const id = ledger.add('again');
    const tool = `"${process.execPath}" "${EXECUTABLE}"`;
    const script = `${tool} release "$1" >/dev/null; ${tool} claim "$1" >/dev/null; echo x >> tries`;
    expect(run(ledger, ['--', 'sh', '-c', script, 'sh', '{id}']).code).toBe(3);
    expect(readFileSync(join(ledger.folder, 'tries'), 'utf8')).toBe('x\n');
    expect(show(ledger, id)).toMatchObject({ status: 'pending' });
  });

  it('comes back to a task that the command has split up, when its parts are done', () => {
    const ledger = scratchLedger();
    ledger.add('whole');
    const split = `"${process.execPath}" "${EXECUTABLE}" add part --parent "$GIT_TASKS_ID" >/dev/null`;
    const script = `[ "$1" = part ] || [ -e split ] || { touch split; ${split}; }`;
    const { code, ends } = run(ledger, ['--', 'sh', '-c', script, 'sh', '{subject}']);
    expect(code).toBe(0);
    expect(ends.map(({ outcome }) => outcome)).toEqual(['left', 'completed', 'completed']);
  });

  it('counts a task whose checks do not pass as failed', () => {
    const ledger = scratchLedger();
    const id = ledger.add('checked', '--check', 'test');
    git(ledger.folder, 'config', 'tasks.check.test', '[ -e good ]');
    const failed = run(ledger, ['--', 'true']);
    expect(failed.code).toBe(1);
    expect(failed.ends).toMatchObject([{ outcome: 'failed', exit: 0, reason: expect.stringContaining('test') }]);
    expect(run(ledger, ['--', 'touch', 'good']).code).toBe(0);
    expect(show(ledger, id).status).toBe('completed');
  });

  it('renews leases while the command works', () => {
    const ledger = scratchLedger();
    const id = ledger.add('long');
    const { code, ends } = run(ledger, ['--lease', '2s', '--', 'sleep', '4']);
    expect(code).toBe(0);
    expect(ends).toMatchObject([{ outcome: 'completed' }]);
    const { transitions } = ledger.json('verify', '--transitions') as unknown as {
      transitions: { id: string; verbs: string[]; term: number }[];
    };
    expect(transitions.filter((step) => step.id === id).map(({ verbs }) => verbs[0])).toContain('renew');
    expect(Math.max(...transitions.map(({ term }) => term))).toBe(1);
  });

  it('opens a review of each task, which another actor does', () => {
    const ledger = scratchLedger();
    const id = ledger.add('write');
    const { code, ends } = run(ledger, ['--jobs', '1', '--review', '--', ...TELL]);
    expect(code).toBe(0);
    expect(ends.map(({ task }) => (task as { subject: string }).subject)).toEqual(['write', 'Review: write']);
    const { id: review } = (ends[1] as unknown as { task: { id: string } }).task;
    expect(show(ledger, id).completedBy).toEqual(['Ada Example/1']);
    expect(show(ledger, review)).toMatchObject({ completedBy: ['Ada Example/review-1'], reviews: [id] });
  });

  it('gives each task a worktree, which goes after a success and stays after a failure', () => {
    const ledger = scratchLedger();
    const { folder } = ledger;
    writeFileSync(join(folder, 'file'), 'one\n');
    git(folder, 'add', 'file');
    git(folder, 'commit', '--quiet', '-m', 'One');
    const [idle, works, fails] = ['idle', 'works', 'fails'].map((subject) => ledger.add(subject));
    const work = 'echo two >> file; git commit --quiet -am "Two"';
    const script = `case "$1" in works) ${work};; fails) echo x > left; exit 1;; esac`;
    const status = git(folder, 'status', '--porcelain', '--branch');
    const { code } = run(ledger, ['--worktree', '--', 'sh', '-c', script, 'sh', '{subject}']);
    expect(code).toBe(1);
    expect(git(folder, 'status', '--porcelain', '--branch')).toBe(status);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('one\n');
    expect(git(folder, 'branch', '--list', 'task/*', '--format', '%(refname:short)').split('\n').toSorted()).toEqual(
      [`task/${fails}`, `task/${works}`].toSorted(),
    );
    expect(git(folder, 'show', `task/${works}:file`)).toBe('one\ntwo');
    const worktrees = join(folder, '.git/git-tasks/worktrees');
    expect(readdirSync(worktrees)).toEqual([fails]);
    expect(readFileSync(join(worktrees, fails ?? '', 'left'), 'utf8')).toBe('x\n');
    expect(show(ledger, idle ?? '').status).toBe('completed');
    expect(run(ledger, ['--worktree', '--', 'sh', '-c', 'rm left']).code).toBe(0);
    expect(readdirSync(worktrees)).toEqual([]);
  });

  it('makes a worktree again that somebody has removed by hand, and needs a commit to begin with', () => {
    const ledger = scratchLedger();
    const id = ledger.add('shard');
    const args = ['run', '--json', '--worktree', '--'];
    expect(ledger.run([...args, 'false'])).toMatchObject({ code: 2, stderr: expect.stringContaining('no commit yet') });
    expect(show(ledger, id)).toMatchObject({ status: 'pending', notes: [] });
    git(ledger.folder, 'commit', '--quiet', '--allow-empty', '-m', 'One');
    expect(ledger.run([...args, 'false']).code).toBe(1);
    rmSync(join(ledger.folder, '.git/git-tasks/worktrees', id), { recursive: true });
    expect(ledger.run([...args, 'true'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('says what holds the work up that remains', () => {
    const ledger = scratchLedger();
    const waits = ledger.add('waits', '--gate', 'release');
    const { code, lines } = run(ledger, ['--', 'true']);
    expect(code).toBe(3);
    expect(lines.at(-1)).toMatchObject({
      outcome: 'idle',
      counts: { open: 1, blocked: 1 },
      standstill: { causes: [{ kind: 'gate', message: 'the gate release is closed' }] },
    });
    expect(show(ledger, waits).status).toBe('pending');
  });

  it('waits for the work of others, unless it is told not to', async () => {
    const ledger = scratchLedger();
    const theirs = ledger.add('theirs');
    ledger.add('ours', '--blocked-by', theirs);
    ledger.json('claim', theirs, '--as', 'somebody');
    expect(run(ledger, ['--until', 'idle', '--', 'true']).code).toBe(3);
    const fleet = startFleet(ledger.folder, ['--', 'true']);
    await fleet.run;
    ledger.json('done', theirs, '--as', 'somebody');
    expect(await fleet.ended).toBe(0);
  });

  it('shares the graph with other runs', async () => {
    const ledger = scratchLedger();
    for (let n = 0; n < 12; n++) ledger.add(`task ${n}`);
    const command = ['sh', '-c', 'echo {id} >> all; sleep 0.2'];
    const fleets = [1, 2].map(() => startFleet(ledger.folder, ['--jobs', '3', '--', ...command]));
    expect(await Promise.all(fleets.map(({ ended }) => ended))).toEqual([0, 0]);
    const all = readFileSync(join(ledger.folder, 'all'), 'utf8').trim().split('\n');
    expect(new Set(all).size).toBe(12);
    expect(all).toHaveLength(12);
  });

  it('works without an environment, a terminal and standard input', async () => {
    const ledger = scratchLedger();
    ledger.add('bare', '--label', 'x');
    const fleet = startFleet(ledger.folder, ['--', '/bin/sh', '-c', 'exec 0<&-; echo bare'], { env: {} });
    expect(await endOf(fleet)).toBe(0);
    expect(await leftOf(await fleet.run, 0)).toEqual([]);
  });

  it('shows what it would do, and does nothing, with --dry-run', () => {
    const ledger = scratchLedger();
    const first = ledger.add('first', '-d', 'text');
    const second = ledger.add('second', '--blocked-by', first);
    const before = git(ledger.folder, 'rev-parse', 'tasks');
    const { stdout, code } = ledger.run(['run', '--dry-run', '--json', '--', 'do', '{id}', '{description}']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      tasks: [
        { id: first, ready: true, command: ['do', first, 'text'] },
        { id: second, ready: false, command: ['do', second, ''] },
      ],
      total: 2,
      shown: 2,
    });
    expect(git(ledger.folder, 'rev-parse', 'tasks')).toBe(before);
  });

  it.each([
    [['--', 'no-such-program-anywhere'], 'There is no program no-such-program-anywhere to run'],
    [['--', 'echo', '{nothing}'], 'There is no placeholder {nothing}'],
    [['--jobs', '0', '--', 'true'], '0 commands at once cannot be'],
    [['--jobs', '100000', '--', 'true'], '100000 commands at once cannot be'],
    [['--fail-fast', '--keep-going', '--', 'true'], 'cannot be used with'],
    [[], "missing required argument 'program'"],
  ])('refuses %j before it claims anything', (args, message) => {
    const ledger = scratchLedger();
    ledger.add('a task');
    const before = git(ledger.folder, 'rev-parse', 'tasks');
    const { code, stderr } = ledger.run(['run', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(git(ledger.folder, 'rev-parse', 'tasks')).toBe(before);
  });

  it('asks again when the remote does not take the end of a task, rather than having it done once more', () => {
    const { remote, ada } = sharedLedger();
    git(ada.folder, 'config', 'tasks.claim', 'remote');
    const flag = join(remote.folder, 'refuse');
    const script = 'echo x >> count; echo x > "$0"';
    // The command makes the remote refuse; that takes back the refusal after a while.
    remote.hook(
      'update',
      `test -f '${flag}' || exit 0\necho x >> '${flag}'\ntest "$(wc -l < '${flag}')" -gt 5 && rm '${flag}'\nexit 1`,
    );
    const { code, stdout } = tasks(ada.folder, ['run', '--as', 'ada', '--json', '--', 'sh', '-c', script, flag]);
    expect(code).toBe(0);
    expect(stdout).toContain('"outcome":"completed"');
    expect(readFileSync(join(ada.folder, 'count'), 'utf8')).toBe('x\n');
    expect(existsSync(flag)).toBe(false);
    expect(remote.at()).toBe(ada.tip());
  });

  it('keeps the outputs of the last runs only', () => {
    const ledger = scratchLedger();
    git(ledger.folder, 'config', 'tasks.runKeep', '2');
    for (let n = 0; n < 3; n++) {
      ledger.add(`task ${n}`);
      expect(run(ledger, ['--', 'echo', 'x']).code).toBe(0);
    }
    expect(readdirSync(join(ledger.folder, '.git/git-tasks/runs'))).toHaveLength(2);
  });

  it.runIf(existsSync('/proc/self/status'))(
    'needs little more memory after hundreds of tasks than after twenty',
    () => {
      const ledger = scratchLedger();
      const plan = Array.from({ length: 400 }, (_, n) => JSON.stringify({ verb: 'add', subject: `Task ${n}` }));
      expect(ledger.run(['batch'], { input: plan.join('\n') }).code).toBe(0);
      const peak = "grep VmHWM /proc/$PPID/status | tr -dc '0-9\\n' >> peaks";
      expect(run(ledger, ['--jobs', '4', '--', 'sh', '-c', peak]).code).toBe(0);
      const peaks = readFileSync(join(ledger.folder, 'peaks'), 'utf8').trimEnd().split('\n').map(Number);
      // 1.15 on Node 20, 1.17 on Node 24; 1.55 and 1.46 where V8 takes what room it likes.
      expect((peaks.at(-1) ?? Infinity) / (peaks[20] ?? 0)).toBeLessThan(1.3);
    },
  );
});
