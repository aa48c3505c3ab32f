/** Brings in what a remote has, again and again, for those who watch. Nothing is sent. */
import { TasksError } from '../errors.ts';
import type { Session } from './session.ts';
import { syncLedger } from './sync.ts';

interface FetchOften {
  /** The pause between two fetches, in milliseconds. */
  readonly interval: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Is told of a remote that cannot be used, once until it can be used again. */
  readonly warn: (error: TasksError) => void;
}

/** What may pass by itself, so that it is no reason to stop watching. */
const PASSING: readonly string[] = ['remote', 'race', 'busy', 'touched'];

/** How long to wait at the end for a fetch that is under way, in milliseconds. */
const PATIENCE = 2000;

interface Fetching {
  /** Aborted, with the failure as its reason, when there is no use in going on. */
  readonly failed: AbortSignal;
  /** Resolves when nothing is being written any more, or when that takes too long. */
  settle(): Promise<void>;
}

/** Fetches at once and then at each interval. */
function fetchOften(session: Session, options: FetchOften): Fetching {
  const failure = new AbortController();
  const running = run(session, options).catch((error: unknown) => failure.abort(error));
  return {
    failed: failure.signal,
    settle: () => Promise.race([running, session.world.sleep(PATIENCE)]),
  };
}

async function run(session: Session, { interval, signal, warn }: FetchOften): Promise<void> {
  let told: string | undefined;
  while (!signal.aborted) {
    try {
      await syncLedger(session, { receiveOnly: true });
      told = undefined;
    } catch (error) {
      if (!(error instanceof TasksError) || !PASSING.includes(error.code)) throw error;
      if (error.message !== told) warn(error);
      told = error.message;
    }
    await session.world.sleep(interval, signal);
  }
}

/** What those who watch say of fetching. */
export interface WhileFetching {
  /** The pause between two fetches, in milliseconds; undefined: nothing is fetched. */
  readonly fetch?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly warn?: ((error: TasksError) => void) | undefined;
}

/** Gives what `watch` gives, and fetches meanwhile. `watch` ends when its signal says so. */
export async function* whileFetching<T>(
  session: Session,
  { fetch, signal, warn = () => undefined }: WhileFetching,
  watch: (signal: AbortSignal) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const over = new AbortController();
  const end = (): void => over.abort();
  signal?.addEventListener('abort', end);
  if (signal?.aborted === true) end();
  const fetching =
    fetch === undefined ? undefined : fetchOften(session, { interval: fetch, signal: over.signal, warn });
  fetching?.failed.addEventListener('abort', end);
  try {
    yield* watch(over.signal);
    if (fetching?.failed.aborted === true) throw fetching.failed.reason;
  } finally {
    signal?.removeEventListener('abort', end);
    end();
    await fetching?.settle();
  }
}
