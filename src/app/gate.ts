/** `gate`: opens and closes what tasks wait for beside each other: a decision, a release, the word of a script. */
import { FLAG, type TaskTable } from '../graph/table.ts';
import { blockedRowsOf, neighbours } from '../graph/walk.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { GATE } from '../task/gates.ts';
import { toInstant } from '../task/instant.ts';
import { normalizeLine } from '../task/text.ts';
import type { TaskId } from '../task/types.ts';
import { type Changed, makeChange, type PlanContext, type PlanVerb, type WriteOptions } from './change.ts';
import { ensureGate, findGate, type GateName, mustGetGate } from './gate-edges.ts';
import { readyAfter } from './life.ts';
import type { Session } from './session.ts';
import { startedBehind, type StartedTask } from './started-behind.ts';
import type { Workbench } from './workbench.ts';

/** A gate as every front end shows it. */
export interface GateView {
  readonly id: TaskId;
  readonly list: string;
  readonly name: string;
  readonly state: 'open' | 'closed' | 'cancelled';
  /** How many open tasks wait for it, directly. */
  readonly waiting: number;
  /** Who changed it last, and when, where that is known at no cost. */
  readonly changedBy?: string;
  readonly changedAt?: string;
}

/** The answer of `gate open` and `gate close`. */
export interface GatesAnswer {
  readonly gates: readonly GateView[];
  readonly commit: string;
  readonly changed: boolean;
  /** Tasks that are ready now. */
  readonly unblocked: readonly { readonly id: TaskId; readonly subject: string }[];
  /** Tasks behind a closed gate that go on all the same. */
  readonly running: readonly StartedTask[];
  readonly shortIds: Readonly<Record<TaskId, string>>;
}

/** The answer of `gate list`. */
export interface GateListAnswer {
  readonly gates: readonly GateView[];
  readonly total: number;
  readonly shown: number;
  readonly tip: string;
  readonly shortIds: Readonly<Record<TaskId, string>>;
}

/** Which gates, by name; `gate:NAME` and ids do as well. */
export interface GatesInput {
  readonly names: readonly string[];
  /** The only list to look in; undefined: the session's first, then all. */
  readonly list?: string | undefined;
}

/** Opens gates: what waits for them may go on. A gate that is open already stays as it is. */
export async function openGates(session: Session, input: GatesInput, options: WriteOptions = {}): Promise<GatesAnswer> {
  const plan: PlanVerb<TaskId[]> = (bench, context) => planOpenGates(bench, inList(session, input), context);
  const change = await makeChange(session, plan, { title: titleOf('open', input), ...options });
  return answerGates(session, change);
}

/** Closes gates: what waits for them cannot be started any more. A new name makes a closed gate. */
export async function closeGates(
  session: Session,
  input: GatesInput,
  options: WriteOptions = {},
): Promise<GatesAnswer> {
  const plan: PlanVerb<TaskId[]> = (bench, context) => planCloseGates(bench, inList(session, input), context);
  const change = await makeChange(session, plan, { title: titleOf('close', input), ...options });
  return answerGates(session, change);
}

/** Lists the gates, the closed ones first. */
export async function listGates(session: Session): Promise<GateListAnswer> {
  const snapshot = await session.read();
  const { table } = snapshot;
  const rows: number[] = [];
  for (let row = 0; row < table.size; row++) {
    const isMine = session.onlyList === undefined || table.listOf(row) === session.onlyList;
    if (isMine && isGate(table, row)) rows.push(row);
  }
  const key = ({ state, name, id }: GateView): string => `${state === 'closed' ? 0 : 1} ${name} ${id}`;
  const gates = viewsOf(snapshot, rows).sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const shortIds = Object.fromEntries(gates.map(({ id }) => [id, snapshot.short(id)]));
  return { gates, total: gates.length, shown: gates.length, tip: snapshot.tip, shortIds };
}

/** Plans the opening of gates. */
export async function planOpenGates(bench: Workbench, input: GatesInput, context: PlanContext): Promise<TaskId[]> {
  const ids: TaskId[] = [];
  for (const name of input.names) {
    const { id } = await mustGetGate(bench, gateName(name, input, context));
    ids.push(id);
    const { status } = await bench.task(id);
    if (status === 'cancelled') await bench.push({ op: 'reopen', id });
    if (status !== 'completed') await bench.push({ op: 'complete', id, by: context.author.actor });
  }
  return [...new Set(ids)];
}

/** Plans the closing of gates, and makes those that are new. */
export async function planCloseGates(bench: Workbench, input: GatesInput, context: PlanContext): Promise<TaskId[]> {
  const ids: TaskId[] = [];
  for (const name of input.names) {
    const gate = gateName(name, input, context);
    const id = (await findGate(bench, gate))?.id ?? (await ensureGate(bench, gate, context));
    ids.push(id);
    const { status } = await bench.task(id);
    if (status === 'completed' || status === 'cancelled') await bench.push({ op: 'reopen', id });
  }
  return [...new Set(ids)];
}

function titleOf(verb: string, { names }: GatesInput): string {
  return `${verb} ${names.length > 1 ? 'gates' : 'gate'} ${names.map(normalizeLine).join(', ')}`;
}

function inList({ onlyList }: Session, { names }: GatesInput): GatesInput {
  return { names, list: onlyList };
}

function gateName(name: string, input: GatesInput, context: PlanContext): GateName {
  return { name, list: input.list ?? context.list, elsewhere: input.list === undefined };
}

function isGate(table: TaskTable, row: number): boolean {
  return table.has(row, FLAG.kind) && table.summary(row).kind === GATE;
}

function answerGates(session: Session, { result: ids, snapshot, commit, changed }: Changed<TaskId[]>): GatesAnswer {
  const { table } = snapshot;
  const rows = ids.map((id) => table.rowOf(id));
  const opened = ids.filter((id) => table.status(table.rowOf(id)) === 'completed');
  const closed = ids.filter((id) => table.isOpen(table.rowOf(id)));
  const unblocked = changed ? readyAfter(snapshot, opened, session.world.now()) : [];
  const running = changed ? startedBehind(table, closed).filter(({ status }) => status === 'in_progress') : [];
  const named = [...ids, ...unblocked.map(({ id }) => id), ...running.map(({ id }) => id)];
  const shortIds = Object.fromEntries([...new Set(named)].map((id) => [id, snapshot.short(id)]));
  return { gates: viewsOf(snapshot, rows), commit, changed, unblocked, running, shortIds };
}

function viewsOf(snapshot: Snapshot, rows: readonly number[]): GateView[] {
  const { table } = snapshot;
  const blocks = blockedRowsOf(table);
  return rows.map((row): GateView => {
    const { id, list, subject, status } = table.summary(row);
    const change = snapshot.knownChange(id);
    return {
      id,
      list,
      name: subject,
      state: status === 'completed' ? 'open' : status === 'cancelled' ? 'cancelled' : 'closed',
      waiting: neighbours(blocks, row).filter((other) => table.isOpen(other)).length,
      ...(change !== undefined && { changedBy: change.by, changedAt: toInstant(change.at * 1000) }),
    };
  });
}
