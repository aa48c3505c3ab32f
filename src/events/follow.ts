/** Follows the states of the ledger, commit by commit, from a commit on and then as they come. */
import type { Oid } from '../git/ports.ts';
import { checkFormat } from '../ledger/format.ts';
import { type LogEntry, readCommit } from '../ledger/history.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { nextMoment } from './clock.ts';
import { type FollowLimits, type FollowPort, followTip } from './follow-tip.ts';
import { type Step, stepsBetween } from './steps.ts';

/** Where to begin, and how long to follow. */
export interface FollowOptions extends FollowLimits {
  /** The commit whose successors are told of; the tip when undefined. */
  readonly since?: Oid | undefined;
}

/**
 * Something new. `start`: the state to begin with. `step`: a commit, and those that it brought. `clock`: time has passed
 * that changes what is ready. `rewritten`: the branch does not contain what it did (`to` null: it is gone).
 */
export type Moment =
  | { readonly kind: 'start'; readonly state: Snapshot; readonly now: number }
  | {
      readonly kind: 'step';
      readonly before: Snapshot;
      readonly state: Snapshot;
      readonly commit: LogEntry;
      readonly side: Step['side'];
      readonly now: number;
    }
  | { readonly kind: 'clock'; readonly state: Snapshot; readonly from: number; readonly now: number }
  | {
      readonly kind: 'rewritten';
      readonly state: Snapshot;
      readonly from: Oid;
      readonly to: Oid | null;
      readonly now: number;
    };

/** Where the following stands. */
interface Course {
  state: Snapshot;
  /** Up to when the clock has been told. */
  clock: number;
}

/** Every commit since `since`, once, and every moment of the clock. Throws `no-ledger`, `unsupported` and the like. */
export async function* follow(port: FollowPort, options: FollowOptions = {}): AsyncGenerator<Moment> {
  const { ledger, world } = port;
  const tip = await ledger.open();
  const state = options.since === undefined ? tip : await ledger.openAt(options.since);
  const course: Course = { state, clock: world.now() };
  yield { kind: 'start', state, now: course.clock };
  let dueAt = nextMoment(state.table, course.clock);
  const news = followTip(port, { ...options, known: state.tip, dueAt: () => dueAt });
  for await (const item of news) {
    const now = world.now();
    if (now >= dueAt) {
      yield { kind: 'clock', state: course.state, from: course.clock, now };
      course.clock = now;
    }
    if (item.kind === 'moved') yield* walk(port, course, { to: item.tip, now, signal: options.signal });
    course.clock = Math.max(course.clock, now);
    dueAt = nextMoment(course.state.table, course.clock);
  }
}

interface Walk {
  readonly to: Oid | null;
  readonly now: number;
  readonly signal: AbortSignal | undefined;
}

async function* walk({ ledger }: FollowPort, course: Course, { to, now, signal }: Walk): AsyncGenerator<Moment> {
  const { objects } = ledger.repository;
  const from = course.state.tip;
  const steps = to === null || to === from ? [] : await stepsBetween(objects, from, to);
  if (to === null || steps === undefined) {
    if (to !== null) course.state = await ledger.openAt(to);
    return yield { kind: 'rewritten', state: course.state, from, to, now };
  }
  for (const { commit: oid, side } of steps) {
    if (signal?.aborted === true) return;
    const commit = await readCommit(objects, oid);
    await checkFormat(objects, commit.tree, ledger.ref);
    const before = course.state;
    course.state = await before.moveTo({ tip: oid, tree: commit.tree });
    yield { kind: 'step', before, state: course.state, commit, side, now };
  }
  // What the tables collect on their way can go, and what this clone knows of others' clocks comes anew.
  const fresh = await ledger.open();
  if (fresh.tip === to) course.state = fresh;
}
