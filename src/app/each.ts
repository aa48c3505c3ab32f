/**
 * Fan-out: the same tasks for each item of a list, in one commit.
 *
 * Every item has a key of its own, so a second run over a list that has grown makes only what is new, on any machine.
 */
import { createHash } from 'node:crypto';
import { TasksError } from '../errors.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { givenLine } from '../task/arguments.ts';
import { ALL_ARGUMENTS, mapTexts, placeholdersIn } from '../task/placeholders.ts';
import type { JsonValue, TaskId } from '../task/types.ts';
import { makeChange, type PlanContext, type PlanVerb, previewChange, type WriteOptions } from './change.ts';
import { normalizeKey } from './key.ts';
import type { Session } from './session.ts';
import { inPlace, type Pattern, type PatternFields, planTaskSet, type SetKeys } from './task-set.ts';
import { readPattern } from './template.ts';
import type { Workbench } from './workbench.ts';

export interface EachInput {
  /** What to make tasks for: the arguments of one set each. */
  readonly items: readonly string[];
  /** The template to make of each item; without it one task of these fields. */
  readonly template?: string | undefined;
  /** Fields with placeholders. The subject is the item itself where none is given. */
  readonly fields?: (Omit<PatternFields, 'subject'> & { readonly subject?: string | undefined }) | undefined;
  /** Arguments by name, the same for every item. */
  readonly set?: Readonly<Record<string, string>> | undefined;
  /** Keeps one run over the same items apart from another. */
  readonly key?: string | undefined;
  /** Tells what would happen and writes nothing. */
  readonly dryRun?: boolean | undefined;
}

/** What became of one item. */
export interface EachItem {
  readonly item: string;
  readonly created: boolean;
  /** The id of each task by its name in the template, or of the one task under `task`. */
  readonly ids: Readonly<Record<string, TaskId>>;
  /** The subject of the first task. */
  readonly subject: string;
}

/** What a fan-out did. */
export interface EachAnswer {
  readonly template?: string;
  readonly items: readonly EachItem[];
  /** Different items of the list. */
  readonly total: number;
  readonly created: number;
  /** Items whose tasks were there already; they were left as they are. */
  readonly existing: number;
  /** Items that the list has more than once; they count once. */
  readonly repeated: number;
  /** Tasks that were made. */
  readonly tasks: number;
  readonly commit: string;
  readonly changed: boolean;
  readonly dryRun?: true;
  /** The shortest safe prefix of the first new task of each item. */
  readonly shortIds: Readonly<Record<TaskId, string>>;
}

/** Makes tasks for each item. Throws `nothing` for an empty list. */
export async function makeForEach(session: Session, input: EachInput, options: WriteOptions = {}): Promise<EachAnswer> {
  const items = [...new Set(input.items)];
  if (items.length === 0) {
    throw new TasksError('nothing', 'The list is empty, so there is nothing to make', { hint: 'Give one item a line' });
  }
  const repeated = input.items.length - items.length;
  const plan = planOf(input, items);
  const title =
    options.title ?? `${input.template === undefined ? 'add' : `new ${input.template}`}: ${itemCount(items)}`;
  const made =
    input.dryRun === true
      ? { ...(await previewChange(session, plan)), changed: false, snapshot: undefined }
      : await makeChange(session, plan, { ...options, title });
  const { result, commit, changed, snapshot } = made;
  const fresh = result.filter(({ created }) => created);
  return {
    ...(input.template !== undefined && { template: input.template }),
    items: result,
    total: items.length,
    created: fresh.length,
    existing: items.length - fresh.length,
    repeated,
    tasks: fresh.reduce((sum, { ids }) => sum + Object.keys(ids).length, 0),
    commit,
    changed,
    ...(input.dryRun === true && { dryRun: true }),
    shortIds: snapshot === undefined ? {} : shortIdsOf(snapshot, fresh),
  };
}

/**
 * The items of a text: a line each, without the blanks around it; or what stands between NULs, as it is. What is empty is
 * no item. Throws `invalid` for a NUL in a line.
 */
export function itemsIn(text: string, { byNull }: { readonly byNull: boolean }): string[] {
  if (byNull) return text.split('\0').filter((item) => item !== '');
  if (text.includes('\0')) {
    throw new TasksError('invalid', 'The list has NUL characters in it', { hint: 'Is it parted by them? Add: --null' });
  }
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function shortIdsOf(snapshot: Snapshot, items: readonly EachItem[]): Readonly<Record<TaskId, string>> {
  const firsts = items.flatMap(({ ids }) => Object.values(ids).slice(0, 1));
  return Object.fromEntries(firsts.map((id) => [id, snapshot.short(id)]));
}

/** The name of the only task where there is no template. */
const ONLY_TASK = 'task';

function planOf(input: EachInput, items: readonly string[]): PlanVerb<EachItem[]> {
  return async (bench, context) => {
    const pattern = input.template === undefined ? patternOf(input) : await readPattern(bench.snapshot, input.template);
    const made: EachItem[] = [];
    for (const item of items) made.push(await planItem(bench, { item, input, pattern }, context));
    return made;
  };
}

interface ItemInput {
  readonly item: string;
  readonly input: EachInput;
  readonly pattern: Pattern;
}

async function planItem(
  bench: Workbench,
  { item, input, pattern }: ItemInput,
  context: PlanContext,
): Promise<EachItem> {
  const given = givenLine(item, new Map(Object.entries(input.set ?? {})));
  try {
    const tasks = await planTaskSet(bench, { pattern, given, keys: keysOf(item, input) }, context);
    return {
      item,
      created: tasks.some(({ isNew }) => isNew),
      ids: Object.fromEntries(tasks.map(({ name, id }) => [name || ONLY_TASK, id])),
      subject: tasks[0]?.fields.subject ?? '',
    };
  } catch (error) {
    if (!(error instanceof TasksError)) throw error;
    throw inPlace(`item ${JSON.stringify(item.length > MAX_SHOWN ? `${item.slice(0, MAX_SHOWN)}…` : item)}`, error);
  }
}

/** Characters of an item in a message. */
const MAX_SHOWN = 80;

/** The pattern of one task; the item is its subject, or stands at its end where no text asks for it. */
function patternOf({ fields = {} }: EachInput): Pattern {
  const subject = fields.subject ?? `$${ALL_ARGUMENTS}`;
  const all: PatternFields = { ...fields, subject };
  const uses = textsIn(all).flatMap((text) => placeholdersIn(text, { isDeclared: () => false }));
  return { arguments: [], tasks: [{ name: '', fields: all }], uses };
}

function textsIn(fields: PatternFields): string[] {
  const texts: string[] = [];
  mapTexts(fields as unknown as JsonValue, (text) => {
    texts.push(text);
    return text;
  });
  return texts;
}

/** Keys that follow from the item, the template or the subject, and the named arguments. */
function keysOf(item: string, { template, fields, set, key }: EachInput): SetKeys {
  const named = Object.entries(set ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const what = JSON.stringify([template ?? null, fields?.subject ?? null, named, item]);
  const digest = createHash('sha256').update(what).digest('hex').slice(0, 16);
  const start = `${key === undefined ? (template ?? 'each') : normalizeKey(key)}/${digest}`;
  return { of: (name) => (name === '' ? start : `${start}/${name}`), known: 'keep' };
}

function itemCount(items: readonly string[]): string {
  return items.length === 1 ? '1 item' : `${items.length} items`;
}
