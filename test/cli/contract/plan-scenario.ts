/** A ledger in which plans are made and looked at in every way. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Actor, Stage } from './stage.ts';

const TEMPLATE = `description: Review one part
arguments:
  - part
  - name: reviewer
    default: anybody
    description: who reviews
tasks:
  whole:
    subject: All of $part
  review:
    parent: whole
    subject: Review $part
    activeForm: Reviewing $part
    priority: 1
    labels: [review]
    scope: [src/**]
    due: "2099-01-01"
    defer: "2026-01-01"
    acceptance: [all read]
    checks: [test]
    description: Ask $reviewer.
    gates: [release]
    metadata: {part: $part}
  mend:
    subject: Mend $part
    blockedBy: [review]
    reviews: [review]
`;

/** Every field at once. */
const FIELDS =
  '-d text -p 1 -l b -l a --scope src/** --due 2026-01-02 --defer 2030-01-01 --accept works --check test ' +
  '--active-form Doing --meta n=1';

/** Plays the verbs that plan and look. */
export function playPlanning(stage: Stage): void {
  const actor = stage.ledger('plan');
  const { run, add } = actor;
  run(['init']);
  const blocker = add('Blocker');
  const parent = add('Parent');
  const waiter = add('Waiter');
  const edges = ['--blocked-by', blocker, '--blocks', waiter, '--parent', parent, '--reviews', blocker];
  const full = add('Full', ...edges, ...FIELDS.split(' '), '--key', 'k1', '--gate', 'release');
  run(['set', full, '--subject', 'Full, and changed', '--result', 'none yet']);
  run(['set', blocker, parent, '--priority', '3']);
  run(['note', blocker, 'A remark']);
  run(['edit', blocker], { env: { GIT_EDITOR: 'sed -i -e "s/^subject: .*/subject: Edited/" -e "\\$aestimate: 3"' } });
  run(['add', 'Look at $0', '--each', '-l', 'each'], { input: 'one\ntwo\ntwo\n' });
  playTemplates(actor, stage);
  playLooking(actor, { full, blocker, parent, waiter });
  playGates(actor);
  playBatch(actor);
  playFailures(actor, { full, blocker });
}

interface Ids {
  readonly full: string;
  readonly blocker: string;
  readonly parent: string;
  readonly waiter: string;
}

function playTemplates({ run }: Actor, { top }: Stage): void {
  run(['template', 'add', 'review'], { input: TEMPLATE });
  run(['template', 'list']);
  run(['template', 'show', 'review']);
  const cwd = join(top, 'template.yaml');
  writeFileSync(cwd, 'tasks:\n  one:\n    subject: One\n');
  run(['template', 'add', 'small', cwd]);
  run(['new', 'review', 'api', '--dry-run']);
  run(['new', 'review', 'api', '--key', 'api']);
  run(['new', 'small', '--each'], { input: 'a\nb\n' });
  run(['new', 'small', '--each', '--dry-run'], { input: 'c\n' });
  run(['template', 'rm', 'small']);
}

function playLooking(actor: Actor, { full, blocker, waiter, parent }: Ids): void {
  const { run } = actor;
  run(['list']);
  run(['list', '--all']);
  run(['ready', '--limit', '1']);
  run(['blocked']);
  run(['plan']);
  run(['show', full]);
  run(['show', parent]);
  run(['why', full]);
  run(['why', waiter]);
  run(['why', parent]);
  playDiamond(actor, waiter);
  run(['wait', 'gate:release', '--timeout', '1s']);
  run(['show', 'gate:release']);
  run(['prime']);
  run(['brief', full]);
  run(['setup', 'claude', '--dry-run']);
  run(['setup', 'claude', '--yes']);
  run(['run', '--dry-run', 'true', '{id}']);
  run(['stats']);
  run(['log'], {});
  run(['log', blocker, '--limit', '1']);
  run(['which']);
  run(['lint']);
  run(['doctor']);
  run(['verify', '--transitions']);
  run(['export', 'jsonl']);
  run(['export', 'markdown']);
  run(['completion', 'bash']);
  run(['complete-ids']);
}

/** Two tasks that wait for the same one, and one that waits for both. */
function playDiamond({ run, add }: Actor, id: string): void {
  const shared = add('Shared', '--blocked-by', id);
  const sides = [add('Left', '--blocked-by', shared), add('Right', '--blocked-by', shared)];
  run(['why', add('Both', '--blocked-by', sides.join(','))]);
}

function playGates({ run }: Actor): void {
  run(['gate', 'list']);
  run(['add', 'Behind a gate', '--gate', 'legal']);
  run(['gate', 'open', 'legal']);
  run(['next']);
  run(['gate', 'close', 'legal']);
  run(['gate', 'list']);
}

function playBatch({ run }: Actor): void {
  const lines = [
    { verb: 'add', subject: 'One', name: 'a', labels: ['x'] },
    { verb: 'add', subject: 'Two', blockedBy: ['@a'] },
  ];
  run(['batch'], { input: lines.map((line) => `${JSON.stringify(line)}\n`).join('') });
}

function playFailures({ run }: Actor, { full, blocker }: Pick<Ids, 'full' | 'blocker'>): void {
  run(['show', 'zzzz']);
  run(['list', '--limit', 'many']);
  run(['done', full]);
  run(['set', blocker, '--blocked-by', full]);
  run(['template', 'show', 'none']);
  run(['schema', 'none']);
  run(['resolve', '--all', '--take', 'kept']);
}
