/**
 * Brings native changes into the ledger, by the rules of the ledger.
 *
 * A native list has no sessions, so all its agents share one (`claude:<list>`): whoever works in the list may go on with
 * what the list has claimed, and nobody else may. Each acting agent makes a commit of its own; in a plain list that is one.
 */
import type { TasksError } from '../../errors.ts';
import { listSession } from '../../interop/claude/view.ts';
import type { IdPairs } from '../../interop/claude/reconcile.ts';
import { intentOf } from '../../interop/claude/reconcile.ts';
import { instantToMs } from '../../task/instant.ts';
import type { Task } from '../../task/types.ts';
import { makeChange, type PlanContext } from '../change.ts';
import type { Session } from '../session.ts';
import type { Workbench } from '../workbench.ts';
import { applyItem, type Item, noteRefused } from './items.ts';
import { createTrial } from './trial.ts';
import type { MirrorIssue, MirrorScene, Work } from './job.ts';

/** What became of the native changes. */
export interface LedgerOutcome {
  readonly commits: readonly string[];
  readonly created: number;
  /** Tasks that were changed, new ones left out. */
  readonly changed: number;
  readonly issues: readonly MirrorIssue[];
}

/** Makes the changes. What the rules refuse comes back as issues; it stays out of the ledger. */
export async function bringToLedger(scene: MirrorScene, works: readonly Work[], ids: IdPairs): Promise<LedgerOutcome> {
  const author = scene.session.author().actor;
  let items = await itemsOf(scene, works, author);
  const done = new Set<Item>();
  const commits: string[] = [];
  let last: Round = { errors: new Map(), touched: new Set(), commits: [] };
  const touched = new Set<string>();
  // A task that one agent completes may be what another one's start has waited for.
  for (let before = -1; items.length > 0 && before !== done.size; items = items.filter((item) => !done.has(item))) {
    before = done.size;
    last = await runRound(scene, items, ids);
    commits.push(...last.commits);
    for (const id of last.touched) touched.add(id);
    for (const item of items) if (!last.errors.has(item)) done.add(item);
  }
  const created = works.filter(({ id }) => touched.has(`new ${id}`)).length;
  const issues = [...last.errors].map(([{ work }, error]) => refusal(work, error));
  const kept = [...done].flatMap((item) => item.kept ?? []);
  const changed = [...touched].filter((id) => !id.startsWith('new ') && !touched.has(`new ${id}`)).length;
  return { commits, created, changed, issues: [...issues, ...kept] };
}

interface Round {
  readonly errors: Map<Item, TasksError>;
  readonly touched: Set<string>;
  readonly commits: string[];
}

/** One change for each agent that acts, in the order in which they appear. */
async function runRound(scene: MirrorScene, items: readonly Item[], ids: IdPairs): Promise<Round> {
  const round: Round = { errors: new Map(), touched: new Set(), commits: [] };
  for (const actor of new Set(items.map((item) => item.actor))) {
    const own = items.filter((item) => item.actor === actor);
    const plan = async (bench: Workbench, context: PlanContext): Promise<Map<Item, TasksError>> =>
      planItems(bench, own, { ...context, ids, listId: scene.listId });
    const [only] = own;
    const title =
      own.length === 1 && only?.part === 'status' ? undefined : `mirror the list ${scene.listId} of Claude Code`;
    const { result, changed, commit } = await makeChange(inListOf(scene, actor), plan, { title });
    for (const [item, error] of result) round.errors.set(item, error);
    if (!changed) continue;
    round.commits.push(commit);
    for (const item of own)
      if (item.didChange === true) round.touched.add(item.part === 'create' ? `new ${item.work.id}` : item.work.id);
  }
  return round;
}

/** Goes on as long as one thing makes another possible. Gives what was refused in the end. */
async function planItems(
  bench: Workbench,
  items: readonly Item[],
  context: PlanContext & { readonly ids: IdPairs; readonly listId: string },
): Promise<Map<Item, TasksError>> {
  await bench.snapshot.tasks(items.map(({ work }) => work.id).filter((id) => bench.snapshot.has(id)));
  const trial = createTrial(bench, { holder: context.author, now: context.now });
  const errors = new Map<Item, TasksError>();
  let open = items;
  for (let before = -1; open.length > 0 && open.length !== before; open = open.filter((item) => errors.has(item))) {
    before = open.length;
    errors.clear();
    for (const item of open) {
      const operations = bench.operations.length;
      const error = await applyItem(item, trial, context);
      item.didChange = bench.operations.length > operations;
      if (error !== undefined) errors.set(item, error);
    }
  }
  for (const [item, error] of errors) if (error.code === 'claimed') await noteRefused(item, trial, context);
  return errors;
}

/** The parts of each work with who acts: whoever holds the task for this list, else whom the native side names. */
async function itemsOf(
  { session, listId, isAlive }: MirrorScene,
  works: readonly Work[],
  author: string,
): Promise<Item[]> {
  const snapshot = await session.read();
  const known = works.filter(({ id }) => snapshot.has(id));
  const tasks = await snapshot.tasks(known.map(({ id }) => id));
  const tasksById = new Map(tasks.map((task) => [task.id, task]));
  const isActive = isAlive || works.some((work) => isChange(work, tasksById.get(work.id)));
  const context = { author, session, listSession: listSession(listId), isActive };
  const parts = works.map((work) => partsOf(work, tasksById.get(work.id), context));
  const order: readonly Item['part'][] = ['create', 'fields', 'status', 'delete', 'renew'];
  return parts.flat().sort((a, b) => order.indexOf(a.part) - order.indexOf(b.part));
}

interface PartsContext {
  readonly author: string;
  readonly session: Session;
  readonly listSession: string;
  /** Whether anybody works in the native list. */
  readonly isActive: boolean;
}

function partsOf(work: Work, task: Task | undefined, context: PartsContext): Item[] {
  const { author } = context;
  const { seen } = work;
  const holder = holderIn(task, context);
  if (seen === undefined) return [{ work, part: 'delete', actor: holder ?? author }];
  const fields: Item = { work, part: 'fields', actor: holder ?? author };
  const worker = seen.native.owner || author;
  if (task === undefined)
    return [{ work, part: 'create', actor: author }, fields, { work, part: 'status', actor: worker }];
  const parts = [fields];
  if (intentOf(task.status, seen) !== 'none') parts.push({ work, part: 'status', actor: holder ?? worker });
  const isRunning = context.isActive && seen.native.status === 'in_progress';
  if (holder !== undefined && isRunning && isDue(context.session, task))
    parts.push({ work, part: 'renew', actor: holder });
  return parts;
}

/** Who holds the task for this list. */
function holderIn(task: Task | undefined, context: PartsContext): string | undefined {
  return task?.status === 'in_progress' && task.claim?.session === context.listSession ? task.owner : undefined;
}

function isChange({ seen }: Work, task: Task | undefined): boolean {
  return seen === undefined || task === undefined || JSON.stringify(seen.base) !== JSON.stringify(seen.native);
}

/** Whether half of the lease is over. */
function isDue(session: Session, task: Task | undefined): boolean {
  const expires = task?.claim?.expires;
  return expires !== undefined && instantToMs(expires) - session.world.now() < session.lease() / 2;
}

function inListOf({ session, listId }: MirrorScene, actor: string): Session {
  return {
    ...session,
    author: () => {
      const author = session.author();
      const email = actor === author.actor ? author.email : 'agent@git-tasks.invalid';
      return { actor, email, session: listSession(listId) };
    },
  };
}

function refusal({ native, id, seen }: Work, error: TasksError): MirrorIssue {
  const what = seen === undefined ? 'removed' : `set to ${seen.native.status}`;
  return { kind: 'refused', native, id, message: `#${native} was ${what} in the native list: ${error.message}` };
}
