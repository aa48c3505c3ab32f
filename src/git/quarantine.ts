/**
 * The stores of a repository that is receiving a push: readable, not writable.
 *
 * Until the hooks `pre-receive` and `update` have agreed, what came lies in a quarantine (git-receive-pack(1),
 * "QUARANTINE ENVIRONMENT") that is deleted when they refuse. A change made there could rest on objects that are about to
 * vanish, so git refuses to move refs, and so do we.
 */
import { TasksError } from '../errors.ts';
import type { Env } from '../world.ts';
import type { ObjectStore, RefStore } from './ports.ts';

/** Both stores of a repository. */
export interface Stores {
  readonly objects: ObjectStore;
  readonly refs: RefStore;
}

/** The folder with what a push has brought, while a hook judges it; undefined outside of such hooks. */
export function quarantineOf(env: Env): string | undefined {
  return env['GIT_QUARANTINE_PATH'] || undefined;
}

/** The stores without their writing. */
export function readOnlyStores({ objects, refs }: Stores): Stores {
  return {
    objects: {
      oidLength: objects.oidLength,
      hash: (type, data) => objects.hash(type, data),
      read: (oid) => objects.read(oid),
      readMany: (oids) => objects.readMany(oids),
      has: (oid) => objects.has(oid),
      write: async (wanted) => {
        if (wanted.length > 0) throw refused();
      },
      shallow: () => objects.shallow?.() ?? new Set(),
    },
    refs: {
      read: (ref) => refs.read(ref),
      list: (prefix) => refs.list(prefix),
      compareAndSwap: async () => {
        throw refused();
      },
    },
  };
}

function refused(): TasksError {
  return new TasksError('read-only', 'the ledger cannot be changed while a push is being received', {
    hint: 'reading works here; change it in a post-receive hook, which runs when the push has been accepted',
    data: { variable: 'GIT_QUARANTINE_PATH' },
  });
}
