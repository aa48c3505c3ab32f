/**
 * Waits for the branch to move or the clock to reach a moment. There is one way to wait, and this is it.
 *
 * Nothing is kept for a reader that is slow: it is told of the tip that is there when it asks again.
 */
import type { Oid } from '../git/ports.ts';
import { watchRefs } from '../git/ref-watch.ts';
import { trackingRef } from '../git/tracking.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { World } from '../world.ts';

/** What is followed, and with which clock. A `Session` fits. */
export interface FollowPort {
  readonly ledger: Ledger;
  readonly world: Pick<World, 'now' | 'sleep'>;
}

/** How long to follow. */
export interface FollowLimits {
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** Ends it at this moment (milliseconds since 1970). */
  readonly until?: number | undefined;
}

/** What to tell of. */
export interface TipOptions extends FollowLimits {
  /** The tip that is known already. */
  readonly known: Oid;
  /** The moment to be told of, asked anew each time; Infinity: none. */
  dueAt(): number;
}

/** `moved`: the branch is elsewhere (null: it is gone). `due`: the moment has come. */
export type TipNews = { readonly kind: 'moved'; readonly tip: Oid | null } | { readonly kind: 'due' };

/** How often to look at the files of the refs, in milliseconds: below what people notice, and 0.1 ms each time. */
const POLL = 200;

/** Tells of every move and every moment, in their order, until it is ended. */
export async function* followTip({ ledger, world }: FollowPort, options: TipOptions): AsyncGenerator<TipNews> {
  const { signal, until = Number.POSITIVE_INFINITY } = options;
  const watch = watchRefs(ledger.repository, refsOf(ledger), world);
  const wake = (): void => watch.wake();
  signal?.addEventListener('abort', wake);
  let known: Oid | null = options.known;
  const isOver = (): boolean => signal?.aborted === true || world.now() >= until;
  try {
    while (!isOver()) {
      const tip: Oid | null = watch.mayHaveMoved() ? await tipOf(ledger) : known;
      if (tip !== known) {
        known = tip;
        yield { kind: 'moved', tip };
      }
      if (isOver()) return;
      if (world.now() >= options.dueAt()) yield { kind: 'due' };
      const next = Math.min(until, options.dueAt()) - world.now();
      if (next > 0) await watch.pause(Math.min(POLL, next));
    }
  } finally {
    signal?.removeEventListener('abort', wake);
    watch.close();
  }
}

/** The branch, and the remote's copy of it, which counts as long as a clone has no branch of its own. */
function refsOf({ ref, repository }: Ledger): readonly string[] {
  return [ref, trackingRef(repository.config.get('tasks.remote') ?? 'origin', ref)];
}

async function tipOf(ledger: Ledger): Promise<Oid | null> {
  return (await ledger.tip())?.oid ?? null;
}
