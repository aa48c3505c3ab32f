/** What a commit says of itself: who, why, and what it changed. Pure. */
import type { Holder } from '../../lease/lease.ts';
import { cleanIdent, type Commit } from '../../git/objects.ts';
import type { Task, TaskId } from '../../task/types.ts';
import { oneLine, parseTrailers, type TaskChange, trailerLines, trailersOf } from '../message.ts';
import type { Broken } from './types.ts';

/** The trailers of a commit, read. */
export interface Statement {
  readonly actor: string;
  readonly session: string | undefined;
  readonly reason: string | undefined;
  readonly overrides: readonly string[];
  /** Tasks whose lease had ended by the writer's clock, though not as it is written. */
  readonly ended: readonly TaskId[];
  /** What it did to one task step by step, where that was more than one step. */
  readonly steps: readonly (readonly string[])[];
  /** The lines about each task, the first of which names it. */
  readonly tasks: readonly (readonly string[])[];
  /** Tasks that it changed and does not name. */
  readonly unnamed: number;
  /** Why the rules of work do not judge it: an import, or a repair by `doctor`. */
  readonly exempt: 'import' | 'repair' | undefined;
  /** It has no trailer of ours: stock git made it, and its author is who acted. */
  readonly isByHand: boolean;
  readonly author: string;
  readonly isActorNamed: boolean;
}

const OURS = ['Task', 'Tasks', 'Change', 'Actor', 'Session', 'Override', 'Steps', 'Adopts', 'Mends', 'Lease-ended'];

/** Reads what a commit says. */
export function readStatement({ author, message }: Pick<Commit, 'author' | 'message'>): Statement {
  const trailers = parseTrailers(message);
  const first = (key: string): string | undefined => trailers.get(key)?.[0];
  const actor = first('Actor');
  return {
    actor: actor ?? author.name,
    session: first('Session'),
    reason: first('Reason'),
    overrides: trailers.get('Override') ?? [],
    ended: trailers.get('Lease-ended') ?? [],
    steps: (trailers.get('Steps') ?? []).map((line) => line.split(', ')),
    tasks: taskBlocks(message),
    unnamed: Number.parseInt(first('Tasks') ?? '0', 10) || 0,
    exempt: trailers.has('Mends') ? 'repair' : trailers.has('Adopts') ? 'import' : undefined,
    isByHand: !OURS.some((key) => trailers.has(key)),
    author: author.name,
    isActorNamed: actor !== undefined,
  };
}

/** The lines that follow each `Task:`, with it. */
function taskBlocks(message: string): string[][] {
  const blocks: string[][] = [];
  for (const [key, value] of trailerLines(message)) {
    if (key === 'Task') blocks.push([`Task: ${value}`]);
    else if (key === 'Change') blocks.at(-1)?.push(`Change: ${value}`);
  }
  return blocks;
}

/**
 * The one who acts, in the words of the task's claim where they are the same: a trailer is cut and cleaned. Stock git knows
 * no sessions, so by hand the name alone counts.
 */
export function holderIn(statement: Statement, { owner, claim }: Pick<Task, 'owner' | 'claim'>): Holder {
  const actor = owner !== undefined && isSaid(owner, statement.actor) ? owner : statement.actor;
  const own = claim?.session;
  const isOwn = statement.isByHand || (own !== undefined && isSaid(own, statement.session));
  return { actor, session: isOwn ? own : statement.session };
}

function isSaid(text: string, trailer: string | undefined): boolean {
  return trailer !== undefined && (text === trailer || oneLine(text) === trailer);
}

/** What is wrong with who it says has acted. */
export function actorProblems({ isByHand, isActorNamed, actor, author }: Statement): Broken[] {
  if (isByHand) return author === '' ? [{ rule: 'actor', message: 'It names nobody as its author' }] : [];
  if (!isActorNamed) return [{ rule: 'actor', message: 'It says what it changes, and not who did it' }];
  const name = cleanIdent(actor.replace(/…$/, '')) || 'unknown';
  const isSame = actor.endsWith('…') ? author.startsWith(name) : author === name;
  return isSame ? [] : [{ rule: 'actor', message: `It says that ${actor} acted, but its author is ${author}` }];
}

/** Where the lines about tasks differ from what the files show. */
export function messageProblems(statement: Statement, changes: readonly TaskChange[]): Broken[] {
  if (statement.isByHand) return [];
  const said = new Map(statement.tasks.map((lines) => [lines[0] ?? '', lines]));
  const problems: Broken[] = [];
  let named = 0;
  for (const change of changes) {
    const shown = trailersOf(change);
    const lines = said.get(shown[0] ?? '');
    said.delete(shown[0] ?? '');
    if (lines === undefined) continue;
    named++;
    const wrong = lines.find((line) => !shown.includes(line)) ?? shown.find((line) => !lines.includes(line));
    if (wrong === undefined) continue;
    const message = lines.includes(wrong) ? `It says "${wrong}", which its files do not` : `It does not say "${wrong}"`;
    problems.push({ rule: 'message', id: change.after.id, message });
  }
  for (const name of said.keys())
    problems.push({ rule: 'message', message: `It says "${name}", and changes no such task` });
  if (named + statement.unnamed !== changes.length) {
    const message = `It names ${named + statement.unnamed} of the ${changes.length} tasks that it changes`;
    problems.push({ rule: 'message', message });
  }
  return problems;
}
