/** Events of a run that has everything in it: successes, failures, tries, texts of an attacker. */
import type { RunCounts, RunEvent, RunTask, TryEnd } from '../../src/runner/run-event.ts';

/** What an attacker would put into a subject or an output. */
export const HOSTILE =
  '</td></pre><script>alert(1)</script>"\' ]]> & | `code` \\| @team [a](javascript:x) \u202egnp.exe\u001b[2J\u0000\ufffe';

/** Counts with these and zeros. */
export function counts(some: Partial<RunCounts> = {}): RunCounts {
  return { running: 0, completed: 0, failed: 0, ready: 0, blocked: 0, open: 0, ...some };
}

/** A task with this short id. */
export function runTask(short: string, subject: string): RunTask {
  return { id: `${short}0000`.slice(0, 8), short, list: 'main', subject };
}

/** An instant so many seconds after the beginning. */
function at(seconds: number): string {
  return `${new Date(Date.parse('2026-11-22T02:00:00Z') + seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** The beginning of a try. */
export function began(seconds: number, task: RunTask, slot: number, attempt: number = 1): RunEvent {
  return {
    event: 'task-started',
    at: at(seconds),
    task,
    slot,
    attempt,
    actor: 'Ada Example',
    pid: 42,
    log: `runs/${task.id}.${attempt}.log`,
  };
}

/** The end of a try: completed with exit 0 unless told otherwise. */
export function ended(seconds: number, task: RunTask, some: Partial<TryEnd> = {}): RunEvent {
  const usual = { slot: 0, attempt: 1, outcome: 'completed', seconds: 2, status: 'completed', unblocked: [] } as const;
  const log = `runs/${task.id}.${some.attempt ?? 1}.log`;
  const exit = some.signal === undefined ? { exit: 0 } : {};
  return { event: 'task-ended', at: at(seconds), task, log, ...usual, ...exit, ...some };
}

/** The beginning of a run. */
export function runBegan(some: Partial<RunCounts> = {}, jobs: number = 2): RunEvent {
  return { event: 'run-started', at: at(0), run: 'run-1', jobs, counts: counts(some) };
}

/** A short run in which everything happens. */
export function nightOfEverything(): RunEvent[] {
  const good = runTask('7kq3', 'Convert shard 1');
  const flaky = runTask('2m4k', 'Convert shard 2');
  const hostile = runTask('9d8e', HOSTILE);
  const slow = runTask('31rm', 'Convert the largest shard');
  const handed = runTask('x0f5', 'Too large: split up');
  const lost = runTask('wh4k', 'Somebody else was faster');
  const stopped = runTask('d56r', 'Not finished');
  const after = runTask('0j4h', 'Join the shards');
  const failed = { outcome: 'failed', status: 'pending' } as const;
  return [
    runBegan({ ready: 7, blocked: 1, open: 8 }),
    began(0, good, 0),
    began(0, flaky, 1),
    ended(2, good, { unblocked: [after], tail: 'converted' }),
    ended(3, flaky, {
      ...failed,
      slot: 1,
      exit: 3,
      seconds: 3,
      reason: 'exit 3',
      tail: 'network is down',
      retryIn: 1000,
    }),
    began(3, hostile, 0),
    began(4, flaky, 1, 2),
    ended(5, flaky, { slot: 1, attempt: 2, seconds: 1.25 }),
    ended(6, hostile, { ...failed, exit: 1, seconds: 2.5, reason: HOSTILE, tail: `first line\n${HOSTILE}\nlast line` }),
    { event: 'warning', at: at(6), message: `The remote is away: ${HOSTILE}` },
    began(6, slow, 0),
    began(6, handed, 1),
    ended(7, handed, { slot: 1, outcome: 'left', status: 'pending', seconds: 0.5 }),
    began(7, lost, 1),
    ended(9, lost, { slot: 1, outcome: 'lost', status: 'in_progress', signal: 'SIGTERM' }),
    began(9, stopped, 1),
    ended(66, slow, { ...failed, seconds: 60, signal: 'SIGKILL', timedOut: true, reason: 'longer than 60s' }),
    ended(67, stopped, {
      slot: 1,
      outcome: 'stopped',
      status: 'pending',
      signal: 'SIGTERM',
      seconds: 58,
      tail: 'half of it',
    }),
    { event: 'counts', at: at(67), counts: counts({ completed: 2, failed: 2, ready: 4, blocked: 1, open: 6 }) },
    {
      event: 'run-ended',
      at: at(67),
      outcome: 'interrupted',
      ending: 'SIGTERM',
      seconds: 67,
      counts: counts({ completed: 2, failed: 2, ready: 4, blocked: 1, open: 6 }),
    },
  ];
}
