/** `batch`: many operations as JSON lines, in one commit or one commit each; all or nothing. */
import { TasksError } from '../errors.ts';
import { parseDuration } from '../task/duration.ts';
import type { TaskId } from '../task/types.ts';
import { fieldProblems, isMap } from '../task/validate.ts';
import { planAdd } from './add.ts';
import { makeChanges, type PlanContext, type PlanVerb, type WriteOptions } from './change.ts';
import { planCloseGates, planOpenGates } from './gate.ts';
import { planCancel, planClaim, planDone, planRelease, planReopen } from './life.ts';
import { planRenew } from './renew.ts';
import { type NewInput, planNew } from './new.ts';
import type { Session } from './session.ts';
import { planNote, planSet, type SetInput } from './set.ts';
import { planTick } from './tick.ts';
import type { Workbench } from './workbench.ts';

export interface BatchInput {
  /** One JSON object a line: `{"verb":"add","subject":"…"}`. Blank lines are skipped. */
  readonly lines: string;
  /** A commit for each line instead of one for all. */
  readonly each?: boolean | undefined;
}

/** What one line did. */
export interface BatchResult {
  readonly verb: string;
  readonly ids: readonly TaskId[];
}

/** The answer of `batch`. */
export interface BatchAnswer {
  readonly results: readonly BatchResult[];
  /** The last commit. */
  readonly commit: string;
  readonly changed: boolean;
  readonly commits: number;
}

/** Verbs that can make a claim. */
const TAKING: ReadonlySet<string> = new Set(['claim', 'set']);

/** Verbs that may end work for good. */
const FINISHING: ReadonlySet<string> = new Set(['done', 'cancel']);

/** Verbs that make tasks. */
const MAKING: ReadonlySet<string> = new Set(['add', 'new']);

type Line = Readonly<Record<string, unknown>>;
type LineVerb = (bench: Workbench, line: Line, context: PlanContext) => Promise<readonly TaskId[]>;

/** Runs the lines in order, each on the state that the ones before it left. */
export async function runBatch(session: Session, input: BatchInput, options: WriteOptions = {}): Promise<BatchAnswer> {
  const lines = parseLines(input.lines);
  if (lines.length === 0) throw new TasksError('usage', 'The batch is empty', { hint: 'Give JSON lines on stdin' });
  const plans = lines.map((line, i) => planLine(line, i + 1));
  const plansOfOne: PlanVerb<BatchResult[]> = async (bench, context) => {
    const results: BatchResult[] = [];
    for (const plan of plans) results.push(await plan(bench, context));
    return results;
  };
  const has = (verbs: ReadonlySet<string>): boolean => lines.some(({ verb }) => verbs.has(String(verb)));
  const claims = has(TAKING) ? 'claim' : has(FINISHING) ? 'finish' : 'tell';
  const title = options.title ?? (lines.length > 1 ? `batch: ${lines.length} operations` : undefined);
  const made =
    input.each === true
      ? await makeChanges(
          session,
          plans.map((plan): PlanVerb<BatchResult[]> => async (b, c) => [await plan(b, c)]),
          { ...options, claims },
        )
      : await makeChanges(session, [plansOfOne], { ...options, title, claims });
  const commits = made.filter(({ changed }) => changed).length;
  return {
    results: made.flatMap(({ result }) => result),
    commit: made.at(-1)?.commit ?? '',
    changed: commits > 0,
    commits,
  };
}

function parseLines(lines: string): Line[] {
  return lines.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      const value: unknown = JSON.parse(line);
      if (isMap(value)) return [value];
    } catch (error) {
      throw new TasksError('invalid', `Line ${i + 1} of the batch is not JSON: ${(error as Error).message}`);
    }
    throw new TasksError('invalid', `Line ${i + 1} of the batch is not a JSON object`);
  });
}

function planLine(line: Line, number: number): PlanVerb<BatchResult> {
  const { verb } = line;
  const plan = typeof verb === 'string' ? VERBS[verb] : undefined;
  if (typeof verb !== 'string' || plan === undefined) {
    throw new TasksError('invalid', `Line ${number} of the batch has no known verb: ${JSON.stringify(verb)}`, {
      hint: `Verbs: ${Object.keys(VERBS).join(', ')}`,
      data: { line: number },
    });
  }
  const allowed = BATCH_FIELDS[verb] ?? [];
  const unknown = Object.keys(line).find((key) => !allowed.includes(key));
  if (unknown !== undefined) {
    throw new TasksError('invalid', `Line ${number} of the batch: ${verb} has no field ${JSON.stringify(unknown)}`, {
      hint: `Its fields are: ${allowed.join(', ')}`,
      data: { line: number, field: unknown },
    });
  }
  return async (bench, context) => {
    try {
      const ids = await plan(bench, line, context);
      if (MAKING.has(verb)) for (const id of ids) bench.call(id, { words: `line ${number}`, place: { line: number } });
      return { verb, ids };
    } catch (error) {
      if (!(error instanceof TasksError)) throw error;
      const { code, hint, data } = error;
      const details = { data: { ...data, line: number }, cause: error, ...(hint !== undefined && { hint }) };
      throw new TasksError(code, `Line ${number} of the batch: ${error.message}`, details);
    }
  };
}

const FIELD_KEYS = [
  'subject activeForm description result priority parent due defer',
  'labels blockedBy reviews gates blocks scope acceptance checks metadata',
]
  .join(' ')
  .split(' ');
const REMOVAL_KEYS = ['unlabel', 'unblock', 'unreview', 'ungate', 'unscope', 'unaccept', 'uncheck'];
const ID_KEYS = ['verb', 'id', 'ids'];

/** The fields that a line may have, by its verb. */
export const BATCH_FIELDS: Readonly<Record<string, readonly string[]>> = {
  add: ['verb', 'name', 'key', 'list', ...FIELD_KEYS],
  new: ['verb', 'name', 'template', 'arguments', 'set', 'key'],
  set: [...ID_KEYS, 'status', ...FIELD_KEYS, ...REMOVAL_KEYS],
  note: ['verb', 'id', 'text', 'key'],
  gate: ['verb', 'open', 'close'],
  claim: [...ID_KEYS, 'lease', 'hold'],
  renew: [...ID_KEYS, 'lease'],
  release: ID_KEYS,
  done: [...ID_KEYS, 'result', 'tickAll'],
  tick: ['verb', 'id', 'lines', 'all', 'undo'],
  reopen: ID_KEYS,
  cancel: [...ID_KEYS, 'cascade', 'unblock'],
};

const VERBS: Readonly<Record<string, LineVerb>> = {
  add: async (bench, line, context) => {
    const { verb: _verb, name, ...fields } = line;
    const input = {
      ...fieldsOf(fields),
      subject: text(line, 'subject') ?? '',
      key: text(line, 'key'),
      list: text(line, 'list'),
    };
    const id = await planAdd(bench, input, context);
    if (name !== undefined) bench.name(text(line, 'name') ?? '', id);
    return [id];
  },
  new: async (bench, line, context) => {
    const { arguments: words, set } = textsOf(line);
    const input = { template: text(line, 'template') ?? '', arguments: words, set, key: text(line, 'key') };
    const made = await planNew(bench, input, context);
    const prefix = text(line, 'name');
    if (prefix !== undefined) for (const { name, id } of made) bench.name(`${prefix}.${name}`, id);
    return made.map(({ id }) => id);
  },
  set: async (bench, line, context) => {
    const { verb: _verb, id: _id, ids: _ids, ...fields } = line;
    return planSet(bench, { ...(fieldsOf(fields) as Partial<SetInput>), ids: idsOf(line) }, context);
  },
  note: async (bench, line, context) => [
    await planNote(
      bench,
      { id: text(line, 'id') ?? '', text: text(line, 'text') ?? '', key: text(line, 'key') },
      context,
    ),
  ],
  gate: async (bench, line, context) => [
    ...(await planOpenGates(bench, { names: gateNames(line['open']) }, context)),
    ...(await planCloseGates(bench, { names: gateNames(line['close']) }, context)),
  ],
  claim: async (bench, line, context) =>
    planClaim(bench, { ids: idsOf(line), lease: lengthOf(line), hold: line['hold'] === true }, context),
  renew: async (bench, line, context) => planRenew(bench, { ids: idsOf(line), lease: lengthOf(line) }, context),
  release: async (bench, line) => planRelease(bench, { ids: idsOf(line) }),
  done: async (bench, line, context) =>
    planDone(bench, { ids: idsOf(line), result: text(line, 'result'), tickAll: line['tickAll'] === true }, context),
  tick: async (bench, line) => {
    const items = fieldsOf(line)['lines'] as readonly string[] | undefined;
    return [
      await planTick(bench, {
        id: text(line, 'id') ?? '',
        items,
        all: line['all'] === true,
        undo: line['undo'] === true,
      }),
    ];
  },
  reopen: async (bench, line) => planReopen(bench, { ids: idsOf(line) }),
  cancel: async (bench, line) =>
    planCancel(bench, { ids: idsOf(line), cascade: line['cascade'] === true, unblock: line['unblock'] === true }),
};

/** The arguments of a template, by position and by name. */
function textsOf({ arguments: words = [], set = {} }: Line): Pick<NewInput, 'arguments' | 'set'> {
  const areTexts = (values: readonly unknown[]): boolean => values.every((value) => typeof value === 'string');
  if (!Array.isArray(words) || !areTexts(words)) throw new TasksError('invalid', 'arguments must be a list of texts');
  if (!isMap(set) || !areTexts(Object.values(set))) throw new TasksError('invalid', 'set must be a map of texts');
  return { arguments: words as string[], set: set as Record<string, string> };
}

function gateNames(value: unknown): string[] {
  const names: unknown = value === undefined ? [] : typeof value === 'string' ? [value] : value;
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new TasksError('invalid', '"open" and "close" are names of gates');
}

function idsOf(line: Line): string[] {
  const ids = line['ids'] ?? [line['id']];
  if (Array.isArray(ids) && ids.length > 0 && ids.every((id) => typeof id === 'string')) return ids;
  throw new TasksError('invalid', 'needs "id" or "ids"');
}

function lengthOf(line: Line): number | undefined {
  const lease = text(line, 'lease');
  return lease === undefined ? undefined : parseDuration(lease);
}

function text(line: Line, key: string): string | undefined {
  const value = line[key];
  if (value === undefined || typeof value === 'string') return value;
  throw new TasksError('invalid', `${key} must be a text`);
}

/** The fields of a line with their types checked: what follows trusts them. */
function fieldsOf(line: Line): Readonly<Record<string, unknown>> {
  for (const [key, value] of Object.entries(line)) {
    if (LISTS.has(key) && !(Array.isArray(value) && value.every((member) => typeof member === 'string'))) {
      throw new TasksError('invalid', `${key} must be a list of texts`);
    }
    if (TEXTS.has(key) && value !== null && typeof value !== 'string') {
      throw new TasksError('invalid', `${key} must be a text`);
    }
    const [problem] = key === 'priority' || key === 'status' || key === 'metadata' ? fieldProblems(key, value) : [];
    if (problem !== undefined) throw new TasksError('invalid', `${problem.path.join('.')} ${problem.message}`);
  }
  return line;
}

const LISTS = new Set([
  'lines',
  'labels',
  'blockedBy',
  'reviews',
  'gates',
  'blocks',
  'scope',
  'acceptance',
  'checks',
  ...REMOVAL_KEYS,
]);
const TEXTS = new Set([
  'subject',
  'activeForm',
  'description',
  'result',
  'parent',
  'due',
  'defer',
  'key',
  'list',
  'name',
]);
