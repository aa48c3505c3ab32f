/** Reads every object that the ledger reaches, and compares it with its id. */
import { statSync } from 'node:fs';
import { listLoose } from '../../git/files/object-list.ts';
import { LooseReader, looseObjectPath } from '../../git/files/loose.ts';
import type { Oid } from '../../git/ports.ts';
import { type Place, walkReachable } from '../../git/walk.ts';
import { type Finding, FIX_HINT, type Scene } from './finding.ts';

/** An object that is missing, or not what its id says. */
export interface BadObject extends Place {
  readonly problem: string;
  /** It is whole in another place of this repository: only one of its copies is torn. */
  readonly isCopy: boolean;
}

/** What the walk over a history found. */
export interface ObjectsReport {
  readonly bad: readonly BadObject[];
  /** How many objects were looked at. */
  readonly seen: number;
  /** The commit with the latest date. */
  readonly latest: { readonly oid: Oid; readonly seconds: number } | undefined;
}

/** Reads everything that these commits reach. All of doctor takes 1.5 to 2 s of CPU for 10,000 tasks with 1,000 commits. */
export async function readObjects(scene: Scene, from: readonly Oid[]): Promise<ObjectsReport> {
  const { objects } = scene.session.repository;
  const bad = new Map<Oid, BadObject>();
  const places = new Map<Oid, Place>();
  let latest: ObjectsReport['latest'];
  const loose = new Set(listLoose(scene.files.fs, scene.objectsDir));
  const seen = await walkReachable(objects, from, {
    files: true,
    found: (place) => {
      if (loose.has(place.oid)) places.set(place.oid, place);
    },
    foundCommit: (oid, { committer }) => {
      if (latest === undefined || committer.seconds > latest.seconds) latest = { oid, seconds: committer.seconds };
    },
    bad: (place, problem) => void bad.set(place.oid, { ...place, problem, isCopy: false }),
  });
  const reader = new LooseReader(scene.files.fs, scene.objectsDir);
  for (const place of places.values()) {
    const problem = looseProblem(scene, reader, place.oid);
    if (problem !== undefined && !bad.has(place.oid)) bad.set(place.oid, { ...place, problem, isCopy: true });
  }
  return { bad: [...bad.values()], seen: seen.size, latest };
}

/** A pack may hold the same object and hide from every reader that the loose one is torn. */
function looseProblem({ session, objectsDir }: Scene, reader: LooseReader, oid: Oid): string | undefined {
  const object = reader.look(oid);
  const path = looseObjectPath(objectsDir, oid);
  if (object === 'damaged') return `${path} is ${isEmpty(path) ? 'empty' : 'torn'}`;
  const isOther = object !== undefined && session.repository.objects.hash(object.type, object.data) !== oid;
  return isOther ? `${path} holds another object` : undefined;
}

function isEmpty(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === 0;
}

/** The findings; `healed` names the objects that are whole again, and where each came from. */
export function objectFindings(
  { objectsDir }: Scene,
  bad: readonly BadObject[],
  healed: ReadonlyMap<Oid, string>,
): Finding[] {
  return bad.map((object): Finding => {
    const { oid, problem, isCopy } = object;
    const file = looseObjectPath(objectsDir, oid);
    const isTorn = isCopy || statSync(file, { throwIfNoEntry: false }) !== undefined || problem !== 'it is missing';
    const from = healed.get(oid);
    const tail = from === undefined ? '' : `; it was made whole again from ${from}`;
    return {
      code: isTorn ? 'torn-object' : 'missing-object',
      severity: 'error',
      message: `${describe(object)}: ${problem}${tail}`,
      id: oid,
      ...(isTorn && { path: file }),
      ...(from === undefined ? { hint: isCopy ? FIX_HINT : LOST_HINT } : { fixed: true }),
    };
  });
}

const LOST_HINT =
  'git tasks doctor --fix looks for it in worktrees, in the index and at every remote; another clone or a backup may have it too';

/** `the file main/7/k/7kq3m2xz.yaml of commit 1234567 (object 89ab…)`. */
function describe({ oid, type, path, commit }: Place): string {
  const of = `of commit ${commit.slice(0, 12)} (object ${oid})`;
  if (type === 'commit') return `Commit ${oid}`;
  if (type === 'tree') return path === '' ? `The top folder ${of}` : `The folder ${path} ${of}`;
  return `The file ${path} ${of}`;
}
