/** How a task stands, in one word and in one mark. */
import type { Palette, Style } from './screen.ts';

/** What decides how a task stands. */
export interface Standing {
  readonly status: string;
  readonly ready?: boolean;
  readonly blocked?: boolean;
}

/** One word for how a task stands; a pending task is `ready`, `blocked`, or `pending` (deferred, or its files are in use). */
export type State = 'ready' | 'blocked' | 'pending' | 'in_progress' | 'completed' | 'cancelled' | 'missing';

const MARKS: Readonly<Record<State, string>> = {
  ready: '○',
  blocked: '◌',
  pending: '◌',
  in_progress: '●',
  completed: '✓',
  cancelled: '✗',
  missing: '?',
};

/** The state of a task. What is started stays `in_progress`, also when it could be taken over or waits for something. */
export function stateOf({ status, ready, blocked }: Standing): State {
  if (status === 'in_progress' || status === 'completed' || status === 'cancelled') return status;
  if (status !== 'pending') return 'missing';
  if (ready === true) return 'ready';
  return blocked === true ? 'blocked' : 'pending';
}

/** The mark of a state. */
export function markOf(state: State): string {
  return MARKS[state];
}

/** How a gate stands: `open` is what its status calls completed. */
export function gateState(status: string): 'open' | 'closed' | 'cancelled' {
  if (status === 'completed') return 'open';
  return status === 'cancelled' ? status : 'closed';
}

/** The state as people say it. */
export function stateWord(state: State): string {
  return state === 'in_progress' ? 'in progress' : state;
}

/** How a state is painted. */
export function styleOf(state: State, paint: Palette): Style {
  switch (state) {
    case 'ready':
    case 'completed':
      return paint.good;
    case 'in_progress':
      return paint.active;
    case 'missing':
      return paint.bad;
    case 'blocked':
    case 'pending':
    case 'cancelled':
      return paint.quiet;
  }
}
