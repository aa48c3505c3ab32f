/** Blockers and parents that no task has: somebody deleted their files, since the tool itself never does. */
import { NONE } from '../../graph/table.ts';
import type { Snapshot } from '../../ledger/snapshot.ts';
import type { Task, TaskId } from '../../task/types.ts';
import type { Check, Diagnosis, State } from './diagnosis.ts';
import type { Finding } from './finding.ts';
import { deletedVersions, type PastVersion } from './past-versions.ts';

/** Restores the tasks that others still name, and those that these name in turn. An edge is never dropped for it. */
export const danglingEdges: Check = {
  title: 'restore tasks that others wait for',
  run: async (state) => {
    const edges = [...danglingIn(state.snapshot)];
    if (edges.length === 0) return [];
    const versions = await versionsOf(state, new Set(edges.map(({ target }) => target)));
    return edges.map((edge) => diagnose(state, edge, versions));
  },
};

interface Dangling {
  readonly code: 'missing-blocker' | 'missing-parent';
  readonly id: TaskId;
  readonly target: TaskId;
}

function* danglingIn({ table }: Snapshot): Generator<Dangling> {
  for (let row = 0; row < table.size; row++) {
    for (const blocker of table.blockers(row)) {
      if (blocker < NONE) yield { code: 'missing-blocker', id: table.id(row), target: table.id(blocker) };
    }
    const parent = table.parent(row);
    if (parent < NONE) yield { code: 'missing-parent', id: table.id(row), target: table.id(parent) };
  }
}

/** The last versions of these tasks, and of what is missing for these. */
async function versionsOf({ session, snapshot }: State, ids: ReadonlySet<TaskId>): Promise<Map<TaskId, PastVersion>> {
  const versions = new Map<TaskId, PastVersion>();
  const asked = new Set<TaskId>();
  for (let wanted = ids; wanted.size > 0;) {
    for (const id of wanted) asked.add(id);
    const found = await deletedVersions(session, snapshot.tip, wanted);
    for (const [id, version] of found) versions.set(id, version);
    const named = [...found.values()].flatMap(({ task }) => targetsOf(task));
    wanted = new Set(named.filter((id) => !snapshot.has(id) && !asked.has(id)));
  }
  return versions;
}

function targetsOf({ blockedBy, parent }: Task): readonly TaskId[] {
  return parent === undefined ? blockedBy : [...blockedBy, parent];
}

function diagnose({ snapshot }: State, edge: Dangling, versions: ReadonlyMap<TaskId, PastVersion>): Diagnosis {
  const { code, id, target } = edge;
  const verb = code === 'missing-blocker' ? 'waits for' : 'is a part of';
  const finding: Finding = {
    code,
    severity: 'error',
    id,
    message: `${snapshot.short(id)} ${verb} ${target}, and no task has that id`,
  };
  const version = versions.get(target);
  if (version === undefined) {
    const flag = code === 'missing-blocker' ? `--unblock ${target}` : '--parent none';
    return {
      finding: {
        ...finding,
        hint: `No commit has it. Drop the edge with: git tasks set ${snapshot.short(id)} ${flag}`,
      },
    };
  }
  // What it names in turn comes back with it.
  const tasks = restoredWith(version.task, versions);
  return {
    finding: {
      ...finding,
      hint: `Its file was deleted after ${version.commit.slice(0, 12)}. Restore it with: git tasks doctor --fix`,
    },
    operations: tasks.map((task) => ({ op: 'adopt', id: task.id, task })),
  };
}

function restoredWith(task: Task, versions: ReadonlyMap<TaskId, PastVersion>): Task[] {
  const tasks = new Map([[task.id, task]]);
  for (const { blockedBy, parent } of tasks.values()) {
    for (const id of parent === undefined ? blockedBy : [...blockedBy, parent]) {
      const version = versions.get(id);
      // A map that grows while it is walked is walked to its new end.
      if (version !== undefined && !tasks.has(id)) tasks.set(id, version.task);
    }
  }
  return [...tasks.values()];
}
