/** `brief`: all that a fresh context needs to do one task, within a budget of tokens. */
import { dependencies, isReady } from '../graph/readiness.ts';
import { NONE } from '../graph/table.ts';
import { childrenOfRow } from '../graph/walk.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Task, TaskId } from '../task/types.ts';
import { fencedLines, FENCE_RULE, tame } from './agent/fenced.ts';
import { type Part, partsWithin } from './agent/parts-within.ts';
import { readinessFor } from './readiness-for.ts';
import type { Session } from './session.ts';

/** What a brief may cost when nobody says otherwise, in tokens. */
const BRIEF_TOKENS = 4000;

export interface BriefInput {
  /** The most that the text may cost, in tokens; `BRIEF_TOKENS` when undefined. */
  readonly tokens?: number | undefined;
}

/** The answer of `brief`. */
export interface BriefAnswer {
  readonly id: TaskId;
  readonly text: string;
  /** What did not fit, by the name of the part: `12 of 40 lines`. */
  readonly leftOut: Readonly<Record<string, string>>;
  readonly tip: string;
}

/** How far up the goal chain goes. */
const MAX_GOALS = 10;

/** Tells of one task. Throws `not-found` or `ambiguous`. */
export async function brief(session: Session, name: string, input: BriefInput = {}): Promise<BriefAnswer> {
  const snapshot = await session.read();
  const id = snapshot.find(name);
  const task = await snapshot.task(id);
  const short = snapshot.short(id);
  const parts = [
    goalPart(snapshot, task),
    waitingPart(session, snapshot, id),
    conflictPart(task, short),
    acceptancePart(task, short),
    textPart('Description', task.description, 0.5),
    await resultPart(snapshot, task),
    notePart(task),
    part('Files it will touch', task.scope.map(tame), 1),
    textPart('Result so far', task.result, 1),
  ].filter(({ isEmpty }) => !isEmpty);
  const frame = frameOf(session, snapshot, task);
  const { text, leftOut } = partsWithin(frame, parts, {
    budget: input.tokens ?? BRIEF_TOKENS,
    rest: `git tasks show ${short}`,
  });
  return { id, text, leftOut, tip: snapshot.tip };
}

type BriefPart = Part & { readonly isEmpty: boolean };

function part(name: string, lines: readonly string[], share: number): BriefPart {
  return { name, lines: lines.flatMap((line) => fencedLines(line)), share, isEmpty: lines.length === 0 };
}

function textPart(name: string, text: string | undefined, share: number): BriefPart {
  return part(name, text === undefined ? [] : [text], share);
}

/** The tasks that this one is a part of, the outermost first. */
function goalPart(snapshot: Snapshot, task: Task): BriefPart {
  const { table } = snapshot;
  const lines: string[] = [];
  let row = task.parent === undefined ? NONE : table.rowOf(task.parent);
  while (row >= 0 && lines.length < MAX_GOALS) {
    lines.unshift(`${snapshot.short(table.id(row))} ${tame(table.summary(row).subject)}`);
    row = table.parent(row);
  }
  return part('It is a part of', lines, 0.5);
}

function waitingPart(session: Session, snapshot: Snapshot, id: TaskId): BriefPart {
  const { table } = snapshot;
  const reasons = [...dependencies(readinessFor(session, table), table.rowOf(id))];
  const lines = reasons.flatMap((reason): string[] => {
    if (!('id' in reason)) return [];
    const row = table.rowOf(reason.id);
    if (row === NONE) return [`${reason.id} (missing)`];
    const what = reason.kind === 'child' ? 'its part ' : '';
    return [`${what}${snapshot.short(reason.id)} (${table.status(row)}) ${tame(table.summary(row).subject)}`];
  });
  return part('It waits for', lines, 0.5);
}

function conflictPart({ conflicts }: Task, short: string): BriefPart {
  const lines = conflicts.map(({ field, kept, other }) =>
    tame(`${field}: ${JSON.stringify(kept)} or ${JSON.stringify(other)}`),
  );
  return part(`Conflicts to settle first (git tasks resolve ${short})`, lines, 0.5);
}

function acceptancePart({ acceptance, accepted, checks }: Task, short: string): BriefPart {
  const ticked = new Set(accepted);
  const lines = acceptance.map((line, i) => `[${ticked.has(line) ? 'x' : ' '}] ${i + 1} ${tame(line)}`);
  const runs = checks.map((name) => `check ${tame(name)} (run by: git tasks done ${short})`);
  return part(`Done means (git tasks tick ${short} NUMBER)`, [...lines, ...runs], 0.5);
}

/** What came out of the tasks that this one waited for, and of its parts. */
async function resultPart(snapshot: Snapshot, task: Task): Promise<BriefPart> {
  const { table } = snapshot;
  const children = childrenOfRow(table, table.rowOf(task.id)).map((row) => table.id(row));
  const ids = [...task.blockedBy, ...children].filter((id) => {
    const row = table.rowOf(id);
    return row !== NONE && table.status(row) === 'completed';
  });
  const done = await snapshot.tasks([...new Set(ids)]);
  const told = done.filter(({ result, kind }) => result !== undefined && kind === undefined);
  const lines = told.flatMap(({ id, subject, result = '' }) => [
    `${snapshot.short(id)} ${tame(subject)}:`,
    indented(result),
  ]);
  return part('What came out of the tasks before it', lines, 0.6);
}

/** The newest first: they are what the next one is to know. */
function notePart({ notes }: Task): BriefPart {
  const lines = notes.toReversed().flatMap(({ at, by, text }) => [`${at} ${tame(by)}:`, indented(text)]);
  return part('Notes, newest first', lines, 1);
}

function indented(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '  ');
}

function frameOf(
  session: Session,
  snapshot: Snapshot,
  task: Task,
): { readonly head: readonly string[]; readonly foot: string } {
  const { table } = snapshot;
  const row = table.rowOf(task.id);
  const short = snapshot.short(task.id);
  const ready = isReady(readinessFor(session, table), row) ? ', ready to start' : '';
  const head = `Task ${short} (${task.id}) of list ${task.list} of the git-tasks ledger: ${task.status}, priority ${task.priority}${ready}.`;
  const facts = [
    `subject: ${tame(task.subject)}`,
    ...(task.owner === undefined ? [] : [`owner: ${tame(task.owner)}`]),
    ...(task.labels.length === 0 ? [] : [`labels: ${task.labels.map(tame).join(', ')}`]),
    ...(task.due === undefined ? [] : [`due: ${task.due}`]),
  ];
  const foot = `To go on: git tasks claim ${short}, note ${short} TEXT, done ${short} --result TEXT, release ${short}.`;
  return { head: [`${head} ${FENCE_RULE}`, ...fencedLines(facts.join('\n'))], foot };
}
