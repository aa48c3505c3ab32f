/** A run of the real program over a graph whose tasks misbehave, and what is left of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '../../../src/world.ts';
import { EXECUTABLE, tasks } from '../../support/git.ts';

/** How the command of a task behaves at its first try; the second one always succeeds. */
export const KINDS = ['ok', 'fail', 'hang', 'deaf', 'family', 'binary', 'self', 'left'] as const;

export type Kind = (typeof KINDS)[number];

/** Tasks of these kinds fail once. */
export const FAILING: readonly Kind[] = ['fail', 'hang', 'deaf'];

/** A graph of tasks `<kind> <n>` that wait for up to three earlier ones. Gives the kinds and the edges by id. */
export function makeGraph(
  folder: string,
  count: number,
  random: () => number,
): Map<string, { kind: Kind; after: string[] }> {
  const lines = Array.from({ length: count }, (_, n) => {
    const after = new Set<string>();
    for (let edge = 0; edge < 3; edge++) {
      if (n > 0 && random() < 0.4) after.add(`@t${Math.floor(random() * n)}`);
    }
    const subject = `${kindAt(n, random)} ${n}`;
    return JSON.stringify({ verb: 'add', name: `t${n}`, subject, blockedBy: [...after] });
  });
  const { code, stderr } = tasks(folder, ['batch'], { input: lines.join('\n') });
  if (code !== 0) throw new Error(stderr);
  const listed = JSON.parse(tasks(folder, ['list', '--limit', '0', '--json']).stdout) as {
    tasks: { id: string; subject: string; blockedBy: string[] }[];
  };
  return new Map(
    listed.tasks.map(({ id, subject, blockedBy }) => [id, { kind: subject.split(' ')[0] as Kind, after: blockedBy }]),
  );
}

/** Each kind comes at least once; hanging takes its time, so it is rare. */
function kindAt(n: number, random: () => number): Kind {
  const first = KINDS[n];
  if (first !== undefined) return first;
  const usual: readonly Kind[] = [
    'ok',
    'ok',
    'ok',
    'fail',
    'family',
    'binary',
    'self',
    random() < 0.2 ? 'deaf' : 'hang',
  ];
  return usual[Math.floor(random() * usual.length)] ?? 'ok';
}

/** Writes the command of the tasks, and gives the words that run it. What it does is noted in `notes`, a line each. */
export function writeWorker(folder: string): { readonly command: string[]; readonly notes: string } {
  const notes = join(folder, 'notes.txt');
  const path = join(folder, 'worker.sh');
  appendFileSync(notes, '');
  writeFileSync(
    path,
    `set -u
kind=\${1%% *}; id=$GIT_TASKS_ID
tries=$(grep -c "^begin $id " ${notes})
echo "begin $id $GIT_TASKS_ACTOR" >> ${notes}
if [ "$tries" -gt 0 ]; then kind=ok; fi
case $kind in
  fail) echo "it does not work"; exit 3 ;;
  hang) sleep 1000 ;;
  deaf) trap '' TERM INT HUP; while :; do sleep 0.2; done ;;
  family) sleep 1000 & setsid sleep 1000 & ( sleep 1000 & ) ;;
  binary) head -c 20000 /dev/urandom ;;
  left) "${process.execPath}" "${EXECUTABLE}" release "$id" >/dev/null; exit 0 ;;
esac
echo "end $id" >> ${notes}
if [ "$kind" = self ]; then "${process.execPath}" "${EXECUTABLE}" done "$id" --result mine >/dev/null; exit 1; fi
exit 0
`,
  );
  return { command: ['sh', path, '{subject}'], notes };
}

/** A run of the program. */
export interface RunningFleet {
  readonly child: ChildProcess;
  /** Name of the run, once it has begun. */
  readonly run: Promise<string>;
  /** Resolves with the exit code or the signal. */
  readonly ended: Promise<number | string | null>;
  output(): string;
}

/** How a run is started. */
export interface FleetStart {
  /** Replaces the environment. */
  readonly env?: Env;
  /** A shell stands between: it is what `child` is. */
  readonly isChildOfShell?: boolean;
  /** Lines for people instead of JSON: they have the output of the commands. */
  readonly isPlain?: boolean;
}

/** Starts `git tasks run --json`. */
export function startFleet(
  folder: string,
  args: readonly string[],
  { env, isChildOfShell, isPlain }: FleetStart = {},
): RunningFleet {
  const program = [process.execPath, EXECUTABLE, 'run', ...(isPlain === true ? [] : ['--json']), ...args];
  const [file = '', ...rest] = isChildOfShell === true ? ['sh', '-c', '"$@"; exit $?', 'sh', ...program] : program;
  const child = spawn(file, rest, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(env !== undefined && { env }),
  });
  let output = '';
  const run = new Promise<string>((resolve) => {
    const hear = (chunk: Buffer): void => {
      output += chunk.toString();
      const name = /run-\d{8}T\d{6}Z-[0-9a-f]{8}/.exec(output)?.[0];
      if (name !== undefined) resolve(name);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
  });
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string | null);
  return { child, run, ended, output: () => output };
}

/** The exit code or the signal of a run; after a failure that nobody expects, with what it said. */
export async function endOf({ ended, output }: RunningFleet): Promise<number | string | null> {
  const end = await ended;
  return end === 0 || end === 3 ? end : `${end}: ${output()}`;
}

/** The processes that bear the mark of a run, with what they are. */
function processesOf(run: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const environment = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/environ`, 'latin1') : '';
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      const isOfRun = environment.includes(`${run}/`) || command.includes(`run-warden ${run}`);
      return isOfRun ? [`${pid} ${command}`] : [];
    } catch {
      return [];
    }
  });
}

/** Waits until nothing of a run is left, for at most so many milliseconds, and gives what is. */
export async function leftOf(run: string, patience: number): Promise<string[]> {
  for (let waited = 0; waited < patience && processesOf(run).length > 0; waited += 50) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return processesOf(run);
}
