/** What must hold before a task is completed: its checks have passed, and every line of `acceptance` is ticked. Pure. */
import { TasksError } from '../errors.ts';
import { GATE } from './gates.ts';
import type { Evidence, Task, TaskId } from './types.ts';

/** What a task still lacks. */
export interface Unmet {
  readonly id: TaskId;
  /** Names of checks of which no passing run was handed in. */
  readonly checks: readonly string[];
  /** Lines of `acceptance` that nobody has ticked. */
  readonly acceptance: readonly string[];
}

/** The name of a check is that of a git setting (`tasks.check.<name>`), which ignores case. */
const CHECK_NAME = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;

/** How many runs of one check a task keeps; the older ones are in its history. */
const KEPT_RUNS = 5;

/** Whether the configuration of git could define a check of this name. */
export function isCheckName(name: string): boolean {
  return CHECK_NAME.test(name);
}

/** What two names of the same check have in common. */
export function checkKey(name: string): string {
  return name.toLowerCase();
}

/** The names as they are. Throws `invalid` for one that no configuration could define. */
export function checkNames(names: readonly string[] | undefined): readonly string[] | undefined {
  const wrong = names?.find((name) => !isCheckName(name));
  if (wrong === undefined) return names;
  throw new TasksError('invalid', `${JSON.stringify(wrong)} cannot name a check`, {
    hint: 'A check is named, never written out: letters, digits and "-". Define it with: git config tasks.check.NAME COMMAND',
    data: { check: wrong },
  });
}

/** What a task lacks, given the evidence that comes with its completion; undefined: nothing. Gates are opened, not done. */
export function unmetOf(task: Task, evidence: readonly Evidence[]): Unmet | undefined {
  if (task.kind === GATE) return undefined;
  const passed = new Set(evidence.filter(isPass).map(({ name }) => checkKey(name)));
  const accepted = new Set(task.accepted);
  const checks = task.checks.filter((name) => !passed.has(checkKey(name)));
  const acceptance = task.acceptance.filter((line) => !accepted.has(line));
  return checks.length + acceptance.length === 0 ? undefined : { id: task.id, checks, acceptance };
}

/** Whether a piece of evidence is a run of a check that passed. */
export function isPass({ kind, exit }: Pick<Evidence, 'kind' | 'exit'>): boolean {
  return kind === 'check' && exit === 0;
}

/** The evidence with more of it. Of each check the last runs stay, so that no number of attempts makes a file grow. */
export function withEvidence(before: readonly Evidence[], added: readonly Evidence[]): readonly Evidence[] {
  const all = [...before, ...added];
  const rerun = new Set(added.filter(({ kind }) => kind === 'check').map(({ name }) => checkKey(name)));
  const old = new Set<Evidence>();
  for (const key of rerun) {
    const runs = all.filter(({ kind, name }) => kind === 'check' && checkKey(name) === key);
    for (const run of runs.slice(0, -KEPT_RUNS)) old.add(run);
  }
  return old.size === 0 ? all : all.filter((record) => !old.has(record));
}
