/** `doctor`: finds damage and mends it by commits. Nothing is ever deleted, and history is never rewritten. */
import { readBlobAt, walkFile } from '../ledger/history.ts';
import type { DamagedFile } from '../ledger/index/types.ts';
import { pathToTask } from '../ledger/layout.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import type { Task } from '../task/types.ts';
import { decodeTask } from '../yaml/codec.ts';
import { makeChange, type WriteOptions } from './change.ts';
import { lintLedger } from './lint.ts';
import type { Session } from './session.ts';

/** Something that was found. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
  readonly id?: string;
  /** What can be done about it. */
  readonly hint?: string;
  /** It was mended by this run. */
  readonly fixed?: boolean;
}

/** The answer of `doctor`. */
export interface DoctorAnswer {
  readonly findings: readonly Finding[];
  readonly tip: string;
}

export interface DoctorInput {
  /** Mends what can be mended without a decision. */
  readonly fix?: boolean | undefined;
}

/** Examines the ledger, and mends it where asked. */
export async function examine(session: Session, input: DoctorInput = {}, options: WriteOptions = {}): Promise<DoctorAnswer> {
  const snapshot = await session.read();
  const restorable: { readonly finding: Finding; readonly task: Task }[] = [];
  const findings: Finding[] = [];
  for (const file of snapshot.damaged) {
    const good = await lastGoodVersion(session, snapshot, file);
    const finding = damagedFinding(file, good);
    if (good !== undefined && input.fix === true) restorable.push({ finding, task: good.task });
    else findings.push(finding);
  }
  for (const problem of (await lintLedger(session)).problems) {
    if (problem.code === 'damaged') continue;
    const { code, message, id } = problem;
    findings.push({ code, message, ...(id !== undefined && { id }) });
  }
  if (restorable.length === 0) return { findings, tip: snapshot.tip };
  const title = options.title ?? `doctor: restore ${restorable.length} damaged file(s) from history`;
  const { commit } = await makeChange(
    session,
    async (bench) => {
      for (const { task } of restorable) await bench.push({ op: 'adopt', id: task.id, task });
    },
    { ...options, title },
  );
  return { findings: [...restorable.map(({ finding }) => ({ ...finding, fixed: true })), ...findings], tip: commit };
}

interface GoodVersion {
  readonly commit: string;
  readonly task: Task;
}

/** The newest version of a file that can be read, from its history. */
async function lastGoodVersion(
  { repository }: Session,
  { tip }: Snapshot,
  { path }: DamagedFile,
): Promise<GoodVersion | undefined> {
  const place = pathToTask(path);
  if (place === undefined) return undefined;
  for await (const { oid, tree } of walkFile(repository.objects, tip, path)) {
    const text = await readBlobAt(repository.objects, tree, path);
    const decoded = text === undefined ? undefined : decodeTask(text, place);
    if (decoded?.ok === true) return { commit: oid, task: decoded.task };
  }
  return undefined;
}

function damagedFinding({ path, problems }: DamagedFile, good: GoodVersion | undefined): Finding {
  const [first] = problems;
  const where = first === undefined ? path : `${path}:${first.line}:${first.column}`;
  const message = `${where} ${first?.message ?? 'cannot be read'}`;
  const hint =
    good === undefined
      ? 'No earlier version can be read. Mend it by hand on the branch'
      : `The last good version is in ${good.commit.slice(0, 12)}. Restore it with: git tasks doctor --fix`;
  return { code: 'damaged', message, path, hint };
}
