/**
 * Commit messages: a subject for people, trailers for machines.
 *
 * Everything that comes from a task is made one harmless line first: a subject with a line break could otherwise forge
 * a trailer, and one with an escape sequence could rewrite the terminal of whoever reads the log.
 */
import { changedFields, type FieldChange } from '../task/changes.ts';
import type { Operation } from '../task/operations.ts';
import type { Holder } from '../lease/lease.ts';
import type { Task } from '../task/types.ts';

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
}

/** More tasks than this in one commit are counted, not listed: their files are in the commit. */
const MAX_LISTED = 50;
const MAX_VALUE = 120;

/** The message of a change. */
export function formatMessage(parts: MessageParts): string {
  const trailers = [
    ...taskTrailers(parts.changes),
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
  const last = message.trimEnd().split('\n\n').at(-1) ?? '';
  for (const line of last.split('\n')) {
    const match = /^([A-Z][A-Za-z-]*): (.*)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) {
      const values = trailers.get(match[1]) ?? [];
      values.push(match[2]);
      trailers.set(match[1], values);
    }
  }
  return trailers;
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

function verbOf(operation: Operation): string {
  return VERBS[operation.op];
}

function taskTrailers(changes: readonly TaskChange[]): string[] {
  const trailers = changes.slice(0, MAX_LISTED).flatMap((change) => {
    const name = `Task: ${change.after.list}/${change.after.id}`;
    // A new task is in its file from the first line to the last: saying it again would only make the log longer.
    if (change.before === undefined) return [name];
    return [name, ...changedFields(change.before, change.after).flatMap(changeTrailers)];
  });
  const rest = changes.length - MAX_LISTED;
  return rest > 0 ? [...trailers, `Tasks: ${rest} more`] : trailers;
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

/** The text as one line without control, bidi or invisible characters, cut with an ellipsis. */
function oneLine(text: string, max: number = MAX_VALUE): string {
  const line = text.replaceAll(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length > max
    ? `${line
        .slice(0, max - 1)
        .toWellFormed()
        .replace(/\uFFFD$/u, '')}…`
    : line;
}
