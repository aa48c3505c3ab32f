/** Templates: reusable sets of tasks with edges between them, as a file on the branch holds them. Pure. */
import { escapePlaceholders, mapTexts, type Placeholder, placeholdersIn } from './placeholders.ts';
import type { JsonValue } from './types.ts';

/** An argument with a name. Its place in the list is its position: the first one is `$0` too. */
export interface TemplateArgument {
  readonly name: string;
  /** Taken when none is given; without it the argument is required. */
  readonly default?: string;
  readonly description?: string;
}

/** The fields that a template may give a task. Texts may hold placeholders; edges name tasks of the same template. */
export interface TemplateFields {
  readonly subject: string;
  readonly activeForm?: string;
  /** 0 to 4, or a text with a placeholder that becomes one of them. */
  readonly priority?: number | string;
  readonly labels?: readonly string[];
  readonly blockedBy?: readonly string[];
  /** Tasks whose work this one reviews: it waits for them, and another actor must do it. */
  readonly reviews?: readonly string[];
  /** Names of gates to wait for. */
  readonly gates?: readonly string[];
  readonly parent?: string;
  readonly scope?: readonly string[];
  readonly due?: string;
  readonly defer?: string;
  readonly acceptance?: readonly string[];
  readonly checks?: readonly string[];
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, JsonValue>>;
}

/** One task of a template, under a name that is known in this template only. */
export interface TemplateTask {
  readonly name: string;
  readonly fields: TemplateFields;
}

export interface Template {
  readonly description?: string;
  readonly arguments: readonly TemplateArgument[];
  readonly tasks: readonly TemplateTask[];
}

/** What stands for an argument in texts: letters of ASCII, digits and `_`, as in the names of variables. */
const ARGUMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const LOCAL_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$/;

/** The names of arguments, and of tasks inside of a template, as regular expressions for schemas. */
export const ARGUMENT_PATTERN: string = ARGUMENT_NAME.source;
export const LOCAL_PATTERN: string = LOCAL_NAME.source;

/** Fields that a template may give a task, in the order of a task file. */
export const TEMPLATE_FIELDS: readonly (keyof TemplateFields)[] = [
  'subject',
  'activeForm',
  'priority',
  'labels',
  'blockedBy',
  'reviews',
  'gates',
  'parent',
  'scope',
  'due',
  'defer',
  'acceptance',
  'checks',
  'description',
  'metadata',
];

/** Whether the text may name an argument. */
export function isArgumentName(text: string): boolean {
  return ARGUMENT_NAME.test(text) && text !== 'ARGUMENTS';
}

/** Whether the text may name a task inside of a template: letters, digits, `.`, `_`, `-`; at most 64. */
export function isLocalName(text: string): boolean {
  return LOCAL_NAME.test(text);
}

/** Whether a text holds a placeholder that is to be filled in. */
export function hasPlaceholder(text: string, args: readonly TemplateArgument[]): boolean {
  return placeholdersIn(text, declared(args)).length > 0;
}

/** All placeholders in the texts of a template's tasks. */
export function placeholdersOf({ arguments: args, tasks }: Template): Placeholder[] {
  const found: Placeholder[] = [];
  const names = declared(args);
  for (const { fields } of tasks) {
    mapTexts(fields as unknown as JsonValue, (text) => {
      found.push(...placeholdersIn(text, names));
      return text;
    });
  }
  return found;
}

/** The fields with every text escaped: filled in, they say what they say now. */
export function escapeFields(fields: TemplateFields): TemplateFields {
  return mapTexts(fields as unknown as JsonValue, escapePlaceholders) as unknown as TemplateFields;
}

/**
 * Names of tasks that wait for each other, or undefined when the tasks can be done in some order. A task waits for its
 * blockers, and a parent for its parts. What a placeholder names is outside of the template and closes no circle.
 */
export function findLocalCycle(tasks: readonly TemplateTask[]): readonly string[] | undefined {
  const waits = new Map(
    tasks.map(({ name, fields }) => [name, new Set([...(fields.blockedBy ?? []), ...(fields.reviews ?? [])])]),
  );
  for (const { name, fields } of tasks) if (fields.parent !== undefined) waits.get(fields.parent)?.add(name);
  for (let found = true; found;) {
    found = false;
    for (const [name, targets] of waits) {
      if ([...targets].some((target) => waits.has(target))) continue;
      waits.delete(name);
      found = true;
    }
  }
  // What is left is on a circle or waits for one; following any edge long enough leads onto it.
  const path: string[] = [];
  for (let [name] = waits.keys(); name !== undefined && !path.includes(name);) {
    path.push(name);
    name = [...(waits.get(name) ?? [])].find((target) => waits.has(target));
    if (name !== undefined && path.includes(name)) return path.slice(path.indexOf(name));
  }
  return undefined;
}

function declared(args: readonly TemplateArgument[]): { isDeclared(name: string): boolean } {
  const names = new Set(args.map(({ name }) => name));
  return { isDeclared: (name) => names.has(name) };
}
