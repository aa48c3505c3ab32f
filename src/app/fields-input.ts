/** The fields of a task as a verb receives them, from flags, JSON lines or tool calls, turned into values. */
import { checkNames } from '../task/completion.ts';
import { parseWhen } from '../task/duration.ts';
import type { SetField } from '../task/fields.ts';
import type { Edit } from '../task/operations.ts';
import { normalizeLine, normalizeText, sortedSet } from '../task/text.ts';
import type { JsonValue, Task, TaskId } from '../task/types.ts';
import type { PlanContext } from './change.ts';
import type { Workbench } from './workbench.ts';

/** Fields to set or add. Ids may be prefixes, foreign ids, or `@name` of the same batch. Null clears a field. */
export interface FieldsInput {
  readonly subject?: string | undefined;
  readonly activeForm?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly result?: string | null | undefined;
  readonly priority?: number | undefined;
  readonly parent?: string | null | undefined;
  /** A day, an instant, `today`, `tomorrow`, or a length from now. */
  readonly due?: string | null | undefined;
  readonly defer?: string | null | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly blockedBy?: readonly string[] | undefined;
  /** Tasks whose work this one reviews: it waits for them, and whoever completed one cannot claim it. */
  readonly reviews?: readonly string[] | undefined;
  /** Names of gates to wait for. One that is new in the task's list is made, closed. */
  readonly gates?: readonly string[] | undefined;
  /** Tasks that are to wait for this one: the edge is stored in them. */
  readonly blocks?: readonly string[] | undefined;
  readonly scope?: readonly string[] | undefined;
  readonly acceptance?: readonly string[] | undefined;
  readonly checks?: readonly string[] | undefined;
  /** Values by key; null deletes the key. */
  readonly metadata?: Readonly<Record<string, JsonValue>> | undefined;
}

/** Members to take out of the sets. */
export interface RemovalsInput {
  readonly unlabel?: readonly string[] | undefined;
  readonly unblock?: readonly string[] | undefined;
  /** Tasks that it no longer reviews; it goes on waiting for them. */
  readonly unreview?: readonly string[] | undefined;
  /** Names of gates that it no longer waits for. */
  readonly ungate?: readonly string[] | undefined;
  readonly unscope?: readonly string[] | undefined;
  readonly unaccept?: readonly string[] | undefined;
  readonly uncheck?: readonly string[] | undefined;
}

/** The edit that the input asks for, with every name looked up. */
export function editOf(bench: Workbench, input: FieldsInput & RemovalsInput, context: PlanContext): Edit {
  const text = (value: string | null | undefined): string | null | undefined =>
    typeof value === 'string' ? normalizeText(value) || null : value;
  const line = (value: string | null | undefined): string | null | undefined =>
    typeof value === 'string' ? normalizeLine(value) || null : value;
  const when = (value: string | null | undefined): string | null | undefined =>
    typeof value === 'string' ? parseWhen(value, context.now) : value;
  const set = {
    // An empty subject stays empty here, so that validation refuses it.
    subject: input.subject === undefined ? undefined : normalizeLine(input.subject),
    activeForm: line(input.activeForm),
    description: text(input.description),
    result: text(input.result),
    priority: input.priority,
    parent: typeof input.parent === 'string' ? bench.find(input.parent) : input.parent,
    due: when(input.due),
    defer: when(input.defer),
  };
  return {
    set: Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined)),
    // What a task reviews it waits for.
    add: setsOf({
      ...input,
      checks: checkNames(input.checks),
      blockedBy: findAll(bench, together(input.blockedBy, input.reviews)),
      reviews: findAll(bench, input.reviews),
    }),
    remove: setsOf({
      labels: input.unlabel,
      blockedBy: findAll(bench, input.unblock),
      reviews: findAll(bench, input.unreview),
      scope: input.unscope,
      acceptance: input.unaccept,
      checks: input.uncheck,
    }),
    ...(input.metadata !== undefined && { metadata: input.metadata }),
  };
}

/** Makes other tasks wait for this one. */
export async function pushBlocks(bench: Workbench, id: TaskId, blocks: readonly string[] | undefined): Promise<void> {
  for (const name of blocks ?? []) {
    await bench.push({ op: 'edit', id: bench.find(name), edit: { add: { blockedBy: [id] } } });
  }
}

function findAll(bench: Workbench, names: readonly string[] | undefined): TaskId[] | undefined {
  return names?.map((name) => bench.find(name));
}

function together(a: readonly string[] = [], b: readonly string[] = []): readonly string[] {
  return [...a, ...b];
}

type Sets = { readonly [Name in SetField]?: readonly string[] | undefined };

function setsOf(sets: Sets): { readonly [Name in SetField]?: readonly string[] } {
  const named: [SetField, readonly string[] | undefined][] = [
    ['labels', sets.labels],
    ['blockedBy', sets.blockedBy],
    ['reviews', sets.reviews],
    ['scope', sets.scope],
    ['acceptance', sets.acceptance],
    ['checks', sets.checks],
  ];
  const used = named.flatMap(([name, members]) =>
    members === undefined || members.length === 0 ? [] : [[name, sortedSet(members.map(normalizeLine))] as const],
  );
  return Object.fromEntries(used);
}

/** The fields of a new task that an edit sets. */
export function editToFields(edit: Edit): Partial<Task> {
  const set = Object.entries(edit.set ?? {}).filter(([, value]) => value !== null);
  const metadata = Object.entries(edit.metadata ?? {}).filter(([, value]) => value !== null);
  return {
    ...Object.fromEntries(set),
    ...edit.add,
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
  };
}
