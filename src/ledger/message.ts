/**
 * Commit messages: a subject for people, trailers for machines.
 *
 * Everything that comes from a task is made one harmless line first: a subject with a line break could otherwise forge
 * a trailer, and one with an escape sequence could rewrite the terminal of whoever reads the log.
 */
import { changedFields, type FieldChange } from '../task/changes.ts';
import type { Operation } from '../task/operations.ts';
import type { Holder } from '../lease/lease.ts';
import type { Task, TaskId } from '../task/types.ts';

/** A task before and after a change. */
export interface TaskChange {
  readonly before: Task | undefined;
  readonly after: Task;
}

export interface MessageParts {
  /** Replaces the subject that the operations give. */
  readonly title?: string | undefined;
  readonly operations: readonly Operation[];
  readonly changes: readonly TaskChange[];
  readonly holder: Holder;
  readonly reason?: string | undefined;
  /** Rules that were overridden, each as a phrase. */
  readonly overridden?: readonly string[];
  /** The change restores what the ledger had, whatever the rules of work say. */
  readonly mends?: boolean | undefined;
  /** Tasks whose lease had ended by the writer's clock, though not as it is written. */
  readonly ended?: ReadonlySet<TaskId>;
}

/** More tasks than this in one commit are counted, not listed: their files are in the commit. */
const MAX_LISTED = 50;
const MAX_VALUE = 120;

/** The message of a change. */
export function formatMessage(parts: MessageParts): string {
  const trailers = [
    ...taskTrailers(parts.changes),
    ...stepTrailers(parts.operations),
    ...adoptionTrailers(parts),
    ...[...(parts.ended ?? [])].map((id) => `Lease-ended: ${id}`),
    `Actor: ${oneLine(parts.holder.actor)}`,
    ...(parts.holder.session === undefined ? [] : [`Session: ${oneLine(parts.holder.session)}`]),
    ...(parts.overridden ?? []).map((rule) => `Override: ${oneLine(rule)}`),
    ...(parts.reason === undefined ? [] : [`Reason: ${oneLine(parts.reason, 500)}`]),
  ];
  return `${oneLine(parts.title ?? subjectOf(parts), 200)}\n\n${trailers.join('\n')}\n`;
}

/** Trailers of a message by key, in order. Only the last paragraph counts. */
export function parseTrailers(message: string): ReadonlyMap<string, readonly string[]> {
  const trailers = new Map<string, string[]>();
  for (const [key, text] of trailerLines(message)) {
    const texts = trailers.get(key) ?? [];
    texts.push(text);
    trailers.set(key, texts);
  }
  return trailers;
}

/** Trailers of a message as they stand there: what is said of a task is below its name. */
export function trailerLines(message: string): (readonly [key: string, text: string])[] {
  const last = message.trimEnd().split('\n\n').at(-1) ?? '';
  return last.split('\n').flatMap((line) => {
    const [, key, text] = /^([A-Z][A-Za-z-]*): (.*)$/.exec(line) ?? [];
    return key === undefined || text === undefined ? [] : [[key, text] as const];
  });
}

function subjectOf({ operations, changes }: MessageParts): string {
  const [change] = changes;
  if (change === undefined || changes.length > 1) return `change ${changes.length} tasks`;
  const verbs = [...new Set(operations.filter(({ id }) => id === change.after.id).map(verbOf))];
  return `${verbs.join(', ')} ${change.after.id.slice(0, 4)}: ${change.after.subject}`;
}

const VERBS: Readonly<Record<Operation['op'], string>> = {
  create: 'add',
  edit: 'set',
  note: 'note',
  evidence: 'evidence',
  claim: 'claim',
  renew: 'renew',
  release: 'release',
  complete: 'done',
  reopen: 'reopen',
  cancel: 'cancel',
  resolve: 'resolve',
  replace: 'edit',
  adopt: 'import',
};

/** The verb that an operation has in messages. */
export function verbOf(operation: Pick<Operation, 'op'>): string {
  return VERBS[operation.op];
}

function taskTrailers(changes: readonly TaskChange[]): string[] {
  const trailers = changes.slice(0, MAX_LISTED).flatMap(trailersOf);
  const rest = changes.length - MAX_LISTED;
  return rest > 0 ? [...trailers, `Tasks: ${rest} more`] : trailers;
}

/** What a message says of one task: its name, and a line for each change. */
export function trailersOf({ before, after }: TaskChange): string[] {
  const name = `Task: ${after.list}/${after.id}`;
  // A new task is in its file from the first line to the last: saying it again would only make the log longer.
  return before === undefined ? [name] : [name, ...changedFields(before, after).flatMap(changeTrailers)];
}

const STEPS: ReadonlySet<Operation['op']> = new Set(['claim', 'renew', 'release', 'complete', 'reopen', 'cancel']);

/** Where one change takes a task through more than one step of its life: the steps, which the files do not show. */
function stepTrailers(operations: readonly Operation[]): string[] {
  const stepsById = new Map<string, string[]>();
  for (const operation of operations) {
    if (!STEPS.has(operation.op)) continue;
    const steps = stepsById.get(operation.id);
    if (steps === undefined) stepsById.set(operation.id, [verbOf(operation)]);
    else steps.push(verbOf(operation));
  }
  const lines = [...stepsById.values()].flatMap((steps) => (steps.length > 1 ? [`Steps: ${steps.join(', ')}`] : []));
  return [...new Set(lines)];
}

/** How many tasks are as somebody else had them, or as they were: no rule of work has judged these. */
function adoptionTrailers({ operations, mends }: MessageParts): string[] {
  const adopted = new Set(operations.filter(({ op }) => op === 'adopt').map(({ id }) => id)).size;
  if (mends === true) return [`Mends: ${adopted}`];
  return adopted > 0 ? [`Adopts: ${adopted}`] : [];
}

function changeTrailers(change: FieldChange): string[] {
  if ('added' in change) {
    const words = [...change.added.map((member) => `+${member}`), ...change.removed.map((member) => `-${member}`)];
    return [`Change: ${change.field} ${oneLine(words.join(' '))}`];
  }
  const { field, before, after } = change;
  if (field === 'claim') return claimTrailers(before, after);
  if (LONG.has(field)) return [`Change: ${field}`];
  if (after === undefined) return [`Change: ${field} removed`];
  const from = before === undefined ? '' : `${value(before)} `;
  return [`Change: ${field} ${from}-> ${value(after)}`];
}

/** Fields whose values are texts or structures: the diff shows them better than a line could. */
const LONG = new Set(['description', 'result', 'evidence', 'notes', 'metadata', 'conflicts']);

function claimTrailers(before: unknown, after: unknown): string[] {
  const old = (before ?? {}) as Record<string, unknown>;
  const now = (after ?? {}) as Record<string, unknown>;
  return ['term', 'session', 'expires', 'hold', 'provisional']
    .filter((key) => old[key] !== now[key] && now[key] !== undefined)
    .map((key) => `Change: ${key} -> ${value(now[key])}`);
}

function value(of: unknown): string {
  return oneLine(typeof of === 'string' ? of : JSON.stringify(of));
}

/** The text as one line without control, bidi or invisible characters, cut with an ellipsis: as a trailer has it. */
export function oneLine(text: string, max: number = MAX_VALUE): string {
  const line = text.replaceAll(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length > max
    ? `${line
        .slice(0, max - 1)
        .toWellFormed()
        .replace(/\uFFFD$/u, '')}…`
    : line;
}
