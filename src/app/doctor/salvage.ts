/** Brings back what can still be read of the changes that a branch had to leave behind. */
import type { Oid } from '../../git/ports.ts';
import { type WalkOptions, walkReachable, walkTree } from '../../git/walk.ts';
import { pathToTask } from '../../ledger/layout.ts';
import { sameJson } from '../../task/changes.ts';
import type { Operation } from '../../task/operations.ts';
import type { Task } from '../../task/types.ts';
import { decodeTask } from '../../yaml/codec.ts';
import type { Refuge } from './branch.ts';
import type { Finding, Scene } from './finding.ts';
import { storedIndex } from './index-files.ts';

/** What was saved, in a commit of its own. */
export interface Saved {
  readonly finding: Finding;
  readonly tip: Oid;
}

/** More commits than this are not searched: each gives less than the one after it. */
const MAX_SEARCHED = 100;

/** Makes a commit of every task that a lost state has in another version and that can be read; undefined where none is. */
export async function salvage(scene: Scene, { gone }: Refuge): Promise<Saved | undefined> {
  const { session } = scene;
  const [commit, tasks] = await readableTasks(scene, gone.slice(0, MAX_SEARCHED));
  if (commit === undefined || tasks.length === 0) return undefined;
  let operations: Operation[] = [];
  const change = await session.ledger.transact(session.author(), async (snapshot) => {
    operations = [];
    for (const task of tasks) {
      const known = snapshot.has(task.id) ? await snapshot.task(task.id) : undefined;
      if (!sameJson(known, task)) operations.push({ op: 'adopt', id: task.id, task });
    }
    return { operations, title: `doctor: bring back what can be read of ${commit.slice(0, 12)}`, mends: true };
  });
  if (!change.changed) return undefined;
  const message = `${operations.length} task(s) of the lost commit ${commit.slice(0, 12)} could still be read and were brought back`;
  const finding = { code: 'broken-ref', severity: 'error', message, id: commit, fixed: true } as const;
  return { finding, tip: change.commit };
}

/** The tasks of the newest of these commits that gives any. The index knows the tree of one that is lost itself. */
async function readableTasks(scene: Scene, commits: readonly Oid[]): Promise<[Oid | undefined, Task[]]> {
  const { objects } = scene.session.repository;
  const { head } = storedIndex(scene);
  for (const commit of commits) {
    const tasks: Task[] = [];
    const options: WalkOptions = {
      ancestors: false,
      files: true,
      bad: () => undefined,
      found: ({ path }, object) => {
        const task = object?.type === 'blob' ? taskIn(path, object.data) : undefined;
        if (task !== undefined) tasks.push(task);
      },
    };
    if (head.tip === commit) await walkTree(objects, { tree: head.tree, commit }, options);
    else await walkReachable(objects, [commit], options);
    if (tasks.length > 0) return [commit, tasks];
  }
  return [undefined, []];
}

function taskIn(path: string, data: Uint8Array): Task | undefined {
  const place = pathToTask(path);
  const decoded = place === undefined ? undefined : decodeTask(Buffer.from(data).toString('utf8'), place);
  return decoded?.ok === true ? decoded.task : undefined;
}
