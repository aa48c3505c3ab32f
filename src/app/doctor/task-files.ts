/** Task files that cannot be read: torn, broken by hand, or with the marks of a merge that nobody finished. */
import type { DamagedFile } from '../../ledger/index/types.ts';
import { pathToTask, type TaskPlace } from '../../ledger/layout.ts';
import type { Task } from '../../task/types.ts';
import { decodeTask } from '../../yaml/codec.ts';
import { type Check, type Diagnosis, type State, textAt } from './diagnosis.ts';
import { keepBoth } from './keep-both.ts';
import { lastGoodVersion, type PastVersion } from './past-versions.ts';

/** Restores the last good version, or both sides of an unfinished merge. */
export const taskFiles: Check = {
  title: 'restore damaged task files',
  run: async (state) => {
    const diagnoses: Diagnosis[] = [];
    for (const file of state.snapshot.damaged) diagnoses.push(await diagnose(state, file));
    return diagnoses;
  },
};

async function diagnose(state: State, file: DamagedFile): Promise<Diagnosis> {
  const { path } = file;
  const place = pathToTask(path);
  const sides = place === undefined ? undefined : mergeSides(place, (await textAt(state, path)) ?? '');
  if (sides !== undefined) return markersDiagnosis(path, sides);
  // A good file of the same task elsewhere is another matter: see `misplaced.ts`.
  const good = await lastGoodVersion(state.session, state.snapshot.tip, path);
  const finding = { code: 'damaged', severity: 'error', message: messageOf(file), path, hint: hintOf(good) } as const;
  const id = place?.id;
  if (good === undefined || id === undefined) return { finding };
  return { finding: { ...finding, id }, operations: [{ op: 'adopt', id, task: good.task }] };
}

function messageOf({ path, problems }: DamagedFile): string {
  const [first] = problems;
  const where = first === undefined ? path : `${path}:${first.line}:${first.column}`;
  return `${where} ${first?.message ?? 'cannot be read'}`;
}

function hintOf(good: PastVersion | undefined): string {
  if (good === undefined) return 'No earlier version can be read. Mend it by hand on the branch';
  return `The last good version is in ${good.commit.slice(0, 12)}. Restore it with: git tasks doctor --fix`;
}

function markersDiagnosis(path: string, task: Task): Diagnosis {
  return {
    finding: {
      code: 'conflict-markers',
      severity: 'error',
      message: `${path} has the marks of a merge that was committed unfinished; both sides can be read`,
      path,
      id: task.id,
      hint: 'Keep one side and note the other as conflicts with: git tasks doctor --fix',
    },
    operations: [{ op: 'adopt', id: task.id, task }],
  };
}

/** The first side of a file with conflict markers, with what the second says otherwise as conflicts. */
function mergeSides(place: TaskPlace, text: string): Task | undefined {
  if (!/^<{7}/m.test(text)) return undefined;
  const sides = [sideOf(text, 'ours'), sideOf(text, 'theirs')].map((side) => decodeTask(side, place));
  const [ours, theirs] = sides;
  return ours?.ok === true && theirs?.ok === true ? keepBoth(ours.task, theirs.task) : undefined;
}

/** What is between the marks `<<<<<<<`, `|||||||` (the base, of diff3), `=======` and `>>>>>>>` belongs to one side. */
function sideOf(text: string, wanted: 'ours' | 'theirs'): string {
  let side: 'both' | 'ours' | 'base' | 'theirs' = 'both';
  const kept = text.split('\n').filter((line) => {
    const mark = /^(?:<{7}|\|{7}|={7}|>{7})(?= |\r?$)/.exec(line)?.[0][0];
    if (mark !== undefined) side = NEXT[mark] ?? side;
    return mark === undefined && (side === 'both' || side === wanted);
  });
  return kept.join('\n');
}

const NEXT: Readonly<Record<string, 'both' | 'ours' | 'base' | 'theirs'>> = {
  '<': 'ours',
  '|': 'base',
  '=': 'theirs',
  '>': 'both',
};
