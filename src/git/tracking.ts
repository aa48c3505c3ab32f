/** The refs that remember what a remote had. */
import type { Oid, RefLog, RefStore } from './ports.ts';

/** The tracking ref of a remote's branch, as git names it unless told otherwise. */
export function trackingRef(remote: string, ref: string): string {
  return `refs/remotes/${remote}/${ref.replace(/^refs\/heads\//, '')}`;
}

/** Makes a ref have a value, whatever it had: for refs that only remember. A ref that moves meanwhile is left alone. */
export async function setRef(
  refs: RefStore,
  ref: string,
  to: { readonly next: Oid | null; readonly log: RefLog },
): Promise<void> {
  const expected = (await refs.read(ref)) ?? null;
  if (expected !== to.next) await refs.compareAndSwap({ ref, expected, ...to });
}
