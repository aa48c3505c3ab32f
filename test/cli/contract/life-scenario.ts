/** A ledger in which tasks live: claimed, checked, completed, lost and reopened. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor, Stage } from './stage.ts';

/** Milliseconds after which a lease of a second has ended. */
const PAST_LEASE = 2100;

const OTHERS = { env: { GIT_TASKS_ACTOR: 'ben', GIT_TASKS_SESSION: 's1' } };

/** Plays the verbs that work. */
export function playWorking(stage: Stage): void {
  const actor = stage.ledger('work');
  const { run, add } = actor;
  run(['next']);
  run(['add', 'Deferred', '--defer', '2090-01-01']);
  run(['next']);
  run(['stats']);
  const one = add('One', '--accept', 'works', '-l', 'a', '--scope', 'src/**', '--due', '2090-01-01');
  const two = add('Two', '--blocked-by', one, '--reviews', one);
  run(['claim', one, '--lease', '2h']);
  run(['claim', one]);
  run(['claim', one], OTHERS);
  run(['why', one]);
  run(['why', add('Same files', '--scope', 'src/a.ts')]);
  run(['renew', one]);
  run(['release', one]);
  run(['claim', one, '--hold']);
  run(['tick', one, '--all']);
  run(['evidence', one, 'https://example.org/run/1']);
  writeFileSync(join(actor.folder, 'proof.txt'), 'It works.\n');
  run(['evidence', one, 'proof.txt']);
  run(['done', one, '--result', 'It works']);
  run(['why', two]);
  run(['why', one]);
  run(['list', '--all']);
  run(['claim', two], OTHERS);
  run(['reopen', one]);
  run(['done', one]);
  run(['done', two], OTHERS);
  playChecks(actor);
  playStale(actor);
  playStandstill(stage);
  playRun(stage);
  run(['verify', '--transitions']);
  run(['log']);
  run(['wait', one, '--timeout', '1s']);
  run(['wait', one, '--ready', '--timeout', '1s']);
  run(['watch', '--since', 'tasks~3', '--timeout', '1s', '--type', 'none']);
  actor.lines('event', ['watch', '--since', firstCommit(actor), '--timeout', '1s']);
}

function playChecks({ run, add, git }: Actor): void {
  git('config', 'tasks.check.good', 'echo fine');
  git('config', 'tasks.check.bad', 'exit 3');
  git('commit', '--quiet', '--allow-empty', '--message', 'code');
  const checked = add('Checked', '--check', 'good');
  const failing = add('Failing', '--check', 'bad');
  run(['check', checked]);
  run(['check', failing]);
  run(['done', checked, failing]);
  run(['done', checked, '--evidence', 'HEAD']);
  run(['cancel', failing, '--reason', 'no need']);
  run(['cancel', failing]);
}

/** A task with everything that a stale row can have. */
function playStale({ run, add }: Actor): void {
  const blocker = add('Blocker', '-l', 'x');
  const parent = add('Whole');
  const fields = `--parent ${parent} --scope lib/** --due 2090-01-01 --defer 2026-01-01 -l x --reviews ${blocker}`;
  const stale = add('Stale', ...fields.split(' '));
  run(['claim', blocker]);
  run(['done', blocker]);
  run(['claim', stale, '--lease', '1s'], OTHERS);
  const loose = add('Loose');
  run(['claim', loose]);
  run(['release', loose]);
  run(['set', loose, '--status', 'in_progress']);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAST_LEASE);
  run(['stale']);
  run(['claim', stale, '--reason', 'its lease is over'], { env: { GIT_TASKS_ACTOR: 'cyd' } });
}

/** Plans in which nothing can move, for each reason that there is. */
function playStandstill(stage: Stage): void {
  const still = stage.ledger('still');
  const { run, add } = still;
  add('Waits for a gate', '--gate', 'legal');
  run(['next']);
  run(['stats']);
  run(['lint']);
  run(['doctor']);
  run(['why', 'gate:legal']);
  still.lines('run-event', ['run', '--until', 'idle', '--', 'true']);
  still.lines('event', ['watch', '--since', firstCommit(still), '--timeout', '1s']);
}

/** Commands for tasks: one that works, one that does not, one that has to be tried again. */
function playRun(stage: Stage): void {
  const actor = stage.ledger('fleet');
  const { add, lines } = actor;
  const first = add('First');
  add('Second', '--blocked-by', first);
  add('Bad');
  const script = 'echo said; [ "$1" != Bad ]';
  const report = join(stage.top, 'report.json');
  const written = (): void => actor.written('run-report', 'run --report report.json', readFileSync(report, 'utf8'));
  const flags = ['--until', 'idle', '--report', report];
  const again = ['--jobs', '1', '--retries', '1', '--back-off', '1s'];
  lines('run-event', ['run', ...flags, ...again, '--', 'sh', '-c', script, '-', '{subject}']);
  written();
  actor.git('commit', '--quiet', '--allow-empty', '--message', 'code');
  add('Slow', '--gate', 'closed');
  add('Too long');
  lines('run-event', ['run', ...flags, '--worktree', '--timeout', '1s', '--', 'sleep', '20']);
  written();
}

function firstCommit({ git }: Actor): string {
  return git('rev-list', '--max-parents=0', 'tasks');
}
