/** Finds the objects that a remote does not have. */
import { commitReader, compareHistories } from '../merge-base.ts';
import type { NewObject, ObjectStore, Oid } from '../ports.ts';
import { walkReachable } from '../walk.ts';

/** How many of a remote's refs are looked at for history in common. */
const MAX_BASES = 20;

/** Everything that a commit reaches, apart from what the remote has through these commits of its own. */
export async function objectsToSend(store: ObjectStore, tip: Oid, remoteTips: readonly Oid[]): Promise<NewObject[]> {
  const reader = commitReader(store);
  const seen = new Set<Oid>();
  let fresh: readonly Oid[] | undefined;
  for (const base of remoteTips.slice(0, MAX_BASES)) {
    if (!(await store.has(base)) || (await store.read(base))?.type !== 'commit') continue;
    const { onlyX, related } = await compareHistories(reader, tip, base);
    if (!related) continue;
    await walkReachable(store, [base], { seen, ancestors: false, files: false });
    if (fresh === undefined || onlyX.length < fresh.length) fresh = onlyX;
  }
  const found: NewObject[] = [];
  await walkReachable(store, fresh ?? [tip], {
    seen,
    ancestors: fresh === undefined,
    files: true,
    found: ({ oid }, object) => {
      if (object !== undefined) found.push({ oid, type: object.type, data: object.data });
    },
  });
  return found;
}
