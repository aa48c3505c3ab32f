/** A check of the ledger's content: what is wrong in a state, and the operations that would mend it. */
import type { Snapshot } from '../../ledger/snapshot.ts';
import { diffTrees } from '../../ledger/tree-diff.ts';
import type { Oid } from '../../git/ports.ts';
import { readEach } from '../../git/walk.ts';
import type { Operation } from '../../task/operations.ts';
import type { Session } from '../session.ts';
import type { Finding } from './finding.ts';

/** The state that a check looks at. */
export interface State {
  readonly session: Session;
  readonly snapshot: Snapshot;
  /** The blob of every file on the branch, by path. */
  readonly blobs: ReadonlyMap<string, Oid>;
}

/** One finding and what mends it; without operations and files it takes a person. */
export interface Diagnosis {
  readonly finding: Finding;
  readonly operations?: readonly Operation[];
  /** Paths whose content the operations have taken over. */
  readonly leaves?: readonly string[];
}

/** A kind of check. It has no effects, so it may run again on the state that a mend really follows. */
export interface Check {
  /** Subject of the commit that mends, after `doctor: `. */
  readonly title: string;
  readonly run: (state: State) => Promise<readonly Diagnosis[]> | readonly Diagnosis[];
}

/** The state of a snapshot. */
export async function stateOf(session: Session, snapshot: Snapshot): Promise<State> {
  const files = await diffTrees(session.repository.objects, undefined, snapshot.tree);
  return { session, snapshot, blobs: new Map(files.map(({ path, after }) => [path, after ?? ''])) };
}

/** The text of a file, or undefined where it cannot be read. */
export async function textAt({ session, blobs }: State, path: string): Promise<string | undefined> {
  const { objects } = session.repository;
  const [object] = await readEach(objects, [blobs.get(path) ?? '']);
  return object === undefined || object instanceof Error ? undefined : Buffer.from(object.data).toString('utf8');
}
