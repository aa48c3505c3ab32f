/**
 * `doctor`: finds damage and mends it by commits. Nothing is ever deleted, and history is never rewritten.
 *
 *     locks -> objects -> branch -> index -> merges -> what the files say -> clock
 *
 * From the inside out: each step needs what the one before it has made whole, and each works without a ledger that can be
 * opened until the branch is known to lead somewhere.
 */
import { TasksError } from '../../errors.ts';
import type { Oid } from '../../git/ports.ts';
import { checkFormat } from '../../ledger/format.ts';
import { readCommit } from '../../ledger/history.ts';
import type { LedgerIndex } from '../../ledger/index/ledger-index.ts';
import { Snapshot } from '../../ledger/snapshot.ts';
import { lintLedger } from '../lint.ts';
import type { Session } from '../session.ts';
import { aliases } from './aliases.ts';
import { branchFinding, type BranchState, findRefuge, readBranch, takeRefuge } from './branch.ts';
import { checkClock } from './clock.ts';
import { cycles } from './cycles.ts';
import { type Check, type Diagnosis, stateOf } from './diagnosis.ts';
import { danglingEdges } from './edges.ts';
import { type Finding, type Scene, sceneOf } from './finding.ts';
import { healObjects } from './heal.ts';
import { checkIndex, scannedIndex } from './index-files.ts';
import { checkLocks } from './locks.ts';
import { checkMerges } from './merges.ts';
import { misplaced } from './misplaced.ts';
import { objectFindings, type ObjectsReport, readObjects } from './objects.ts';
import { salvage } from './salvage.ts';
import { taskFiles } from './task-files.ts';

export type { Finding, FindingCode } from './finding.ts';

/** The answer of `doctor`. */
export interface DoctorAnswer {
  readonly findings: readonly Finding[];
  /** How much was looked at. */
  readonly checked: { readonly objects: number; readonly tasks: number };
  /** Where the branch is now; empty when it leads nowhere. */
  readonly tip: string;
}

export interface DoctorInput {
  /** Mends what can be mended without a decision. */
  readonly fix?: boolean | undefined;
}

/** In this order: a file that is found again may be what an edge was missing. */
const CHECKS: readonly Check[] = [taskFiles, misplaced, danglingEdges, cycles, aliases];

/** Examines the ledger, and mends it where asked. Throws `no-ledger` where there is none and never was. */
export async function examine(session: Session, input: DoctorInput = {}): Promise<DoctorAnswer> {
  const scene = sceneOf(session, input.fix === true);
  // Before anything is mended it must be known who mends.
  if (scene.fix) session.author();
  const findings = checkLocks(scene);
  const { tip, report } = await wholeBranch(scene, findings);
  if (tip === undefined) return { findings, checked: { objects: report.seen, tasks: 0 }, tip: '' };
  let index = await indexAt(scene, tip);
  findings.push(...(await checkIndex(scene, index)));
  const merges = await checkMerges(scene);
  findings.push(...merges);
  if (merges.some(({ fixed }) => fixed)) index = await indexAt(scene, (await session.ledger.tip())?.oid ?? tip);
  const snapshot = await checkContent(scene, findings, new Snapshot(index, session.repository.objects));
  findings.push(...(await lintWarnings(scene, snapshot)), ...checkClock(scene, report.latest));
  return { findings, checked: { objects: report.seen, tasks: snapshot.table.size }, tip: snapshot.tip };
}

/** The index of a commit, from its files alone. Throws `not-a-ledger`. */
async function indexAt(scene: Scene, tip: Oid): Promise<LedgerIndex> {
  const { objects } = scene.session.repository;
  const { tree } = await readCommit(objects, tip);
  await checkFormat(objects, tree, scene.session.ledger.ref);
  return scannedIndex(scene, { tip, tree });
}

interface WholeBranch {
  /** Undefined: the branch leads nowhere, and was not moved. */
  readonly tip: Oid | undefined;
  readonly report: ObjectsReport;
}

/** Makes the objects whole, and where the tip stays unreadable, goes back to the last state that is not. */
async function wholeBranch(scene: Scene, findings: Finding[]): Promise<WholeBranch> {
  const state = await readBranch(scene);
  const tip = await startOf(scene, state);
  const objects = tip === undefined ? NOTHING : await healedObjects(scene, tip);
  if (tip === undefined || isUnreadable(objects.report, tip)) {
    return recover(scene, findings, { state: { ...state, oid: tip }, objects });
  }
  findings.push(...objects.findings);
  return { tip, report: objects.report };
}

/** Where the walk begins. Throws `no-ledger` where there is nothing; undefined where there was something. */
async function startOf({ session }: Scene, { oid, torn, log }: BranchState): Promise<Oid | undefined> {
  if (oid !== undefined) return oid;
  if (torn !== undefined || log.length > 0) return undefined;
  // A clone without a branch of its own has the remote's.
  return (await session.ledger.tip())?.oid ?? (await session.ledger.open()).tip;
}

interface Unreadable {
  readonly state: BranchState;
  readonly objects: HealedObjects;
}

async function recover(scene: Scene, findings: Finding[], { state, objects }: Unreadable): Promise<WholeBranch> {
  const refuge = await findRefuge(scene, state);
  if (refuge === undefined || !scene.fix) {
    findings.push(...objects.findings, branchFinding(scene, state, { refuge, fixed: false }));
    return { tip: undefined, report: objects.report };
  }
  await takeRefuge(scene, state, refuge);
  findings.push(branchFinding(scene, state, { refuge, fixed: true }));
  const saved = await salvage(scene, refuge);
  if (saved !== undefined) findings.push(saved.finding);
  const tip = saved?.tip ?? refuge.oid;
  const { findings: left, report } = await healedObjects(scene, tip);
  // What was lost and is not reached any more is in the finding about the branch.
  findings.push(...objects.findings.filter(({ fixed }) => fixed === true), ...left);
  return { tip, report };
}

interface HealedObjects {
  readonly report: ObjectsReport;
  readonly findings: readonly Finding[];
}

const NOTHING: HealedObjects = { report: { bad: [], seen: 0, latest: undefined }, findings: [] };

/** Mending shows what lies behind: a tree that is back may lead to a file that is lost too. */
async function healedObjects(scene: Scene, tip: Oid): Promise<HealedObjects> {
  const findings: Finding[] = [];
  let report = await readObjects(scene, [tip]);
  while (scene.fix && report.bad.length > 0) {
    const healed = await healObjects(scene, report.bad);
    const mended = report.bad.filter(({ oid }) => healed.has(oid));
    findings.push(...objectFindings(scene, mended, healed));
    if (mended.length === 0) break;
    report = await readObjects(scene, [tip]);
  }
  return { report, findings: [...findings, ...objectFindings(scene, report.bad, new Map())] };
}

/** Whether commit or folders of the tip itself are lost. A lost file only damages its task. */
function isUnreadable({ bad }: ObjectsReport, tip: Oid): boolean {
  return bad.some(({ commit, type, isCopy }) => commit === tip && type !== 'blob' && !isCopy);
}

/** Runs the checks of the content one after the other, each on what the mends before it have left. */
async function checkContent(scene: Scene, findings: Finding[], start: Snapshot): Promise<Snapshot> {
  let state = await stateOf(scene.session, start);
  for (const check of CHECKS) {
    const diagnoses = await check.run(state);
    if (!scene.fix || !diagnoses.some(isMendable)) {
      findings.push(...diagnoses.map(({ finding }) => finding));
      continue;
    }
    const mended = await mend(scene, check);
    findings.push(...mended.findings);
    if (mended.snapshot !== undefined) state = await stateOf(scene.session, mended.snapshot);
  }
  return state.snapshot;
}

function isMendable({ operations, leaves }: Diagnosis): boolean {
  return operations !== undefined || leaves !== undefined;
}

/** One commit for all findings of a kind. */
async function mend({ session }: Scene, check: Check): Promise<{ findings: Finding[]; snapshot?: Snapshot }> {
  let diagnoses: readonly Diagnosis[] = [];
  try {
    const { snapshot } = await session.ledger.transact(session.author(), async (state) => {
      diagnoses = await check.run(await stateOf(session, state));
      return {
        operations: diagnoses.flatMap(({ operations }) => operations ?? []),
        files: new Map(diagnoses.flatMap(({ leaves }) => (leaves ?? []).map((path) => [path, null] as const))),
        title: `doctor: ${check.title}`,
        mends: true,
      };
    });
    const findings = diagnoses.map((diagnosis) =>
      isMendable(diagnosis) ? fixedFinding(diagnosis) : diagnosis.finding,
    );
    return { findings, snapshot };
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
    // What stands in the way of one mend need not stand in the way of the next.
    return {
      findings: diagnoses.map(({ finding }) => ({ ...finding, hint: `It could not be mended: ${error.message}` })),
    };
  }
}

function fixedFinding({ finding: { hint: _hint, ...finding } }: Diagnosis): Finding {
  return { ...finding, fixed: true };
}

/** What `lint` sees beside damage: nothing that could be mended without a decision. */
async function lintWarnings({ session }: Scene, snapshot: Snapshot): Promise<Finding[]> {
  const known: readonly string[] = ['conflict', 'cancelled-blocker', 'overlap', 'stuck', 'template'];
  const { problems } = await lintLedger({ ...session, isPast: true, read: async () => snapshot });
  return problems.flatMap(({ code, message, id }): Finding[] =>
    known.includes(code) ? [{ code, severity: 'warning', message, ...(id !== undefined && { id }) }] : [],
  );
}
