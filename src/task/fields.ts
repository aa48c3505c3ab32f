/**
 * The field table: the one place where a field of a task is declared.
 *
 * The codec takes the order and the defaults from it, validation the shapes, the merge its rule, the command line and
 * the documentation the words. A new field is a new row here and a new property of `Task`.
 */
import type { Task } from './types.ts';

/** How a value is shaped and checked (see `validate.ts`). */
export type FieldShape =
  | 'id'
  | 'line'
  | 'text'
  | 'status'
  | 'priority'
  | 'claim'
  | 'lines'
  | 'ids'
  | 'day'
  | 'instant'
  | 'evidence'
  | 'notes'
  | 'map'
  | 'conflicts';

/** How two changed values are merged (design, section 5). `fixed` never changes after creation. */
export type MergeRule = 'fixed' | 'scalar' | 'status' | 'claim' | 'set' | 'text' | 'notes' | 'map' | 'conflicts';

/** The name of a field as it stands in the file. */
export type FieldName = Exclude<keyof Task, 'list' | 'extra'>;

export interface Field {
  readonly name: FieldName;
  readonly shape: FieldShape;
  readonly merge: MergeRule;
  /** Must be in every file. */
  readonly required?: true;
  /** The value that is left out of the file. Sets, maps and lists: empty. */
  readonly defaultValue?: string | number;
  readonly doc: string;
}

/** All fields in the canonical order of the file. */
export const FIELDS: readonly Field[] = [
  { name: 'id', shape: 'id', merge: 'fixed', required: true, doc: 'identifies the task in the whole ledger' },
  { name: 'subject', shape: 'line', merge: 'scalar', required: true, doc: 'what is to be done, in one line' },
  { name: 'activeForm', shape: 'line', merge: 'scalar', doc: 'what to show while it is in progress' },
  {
    name: 'status',
    shape: 'status',
    merge: 'status',
    required: true,
    doc: 'pending, in_progress, completed or cancelled',
  },
  { name: 'kind', shape: 'line', merge: 'scalar', doc: 'gate, for what people or scripts open and close; else a task' },
  { name: 'priority', shape: 'priority', merge: 'scalar', defaultValue: 2, doc: '0 (highest) to 4' },
  { name: 'owner', shape: 'line', merge: 'claim', doc: 'who holds the claim' },
  { name: 'claim', shape: 'claim', merge: 'claim', doc: 'the lease: term, session, expires' },
  { name: 'completedBy', shape: 'lines', merge: 'claim', doc: 'who completed it' },
  { name: 'labels', shape: 'lines', merge: 'set', doc: 'words to select by' },
  { name: 'blockedBy', shape: 'ids', merge: 'set', doc: 'tasks that must be completed first' },
  { name: 'reviews', shape: 'ids', merge: 'set', doc: 'blockers whose work this task reviews' },
  { name: 'parent', shape: 'id', merge: 'scalar', doc: 'the task that this one is a part of' },
  { name: 'scope', shape: 'lines', merge: 'set', doc: 'globs of the files it will touch' },
  { name: 'due', shape: 'day', merge: 'scalar', doc: 'when it should be done' },
  { name: 'defer', shape: 'day', merge: 'scalar', doc: 'not ready before then' },
  { name: 'acceptance', shape: 'lines', merge: 'set', doc: 'what must be true at the end' },
  { name: 'accepted', shape: 'lines', merge: 'set', doc: 'what of acceptance was found to be true' },
  { name: 'checks', shape: 'lines', merge: 'set', doc: 'names of checks that the repository defines' },
  { name: 'description', shape: 'text', merge: 'text', doc: 'the task in full' },
  { name: 'result', shape: 'text', merge: 'text', doc: 'what came out of it' },
  { name: 'evidence', shape: 'evidence', merge: 'notes', doc: 'runs of checks, and where the work is' },
  { name: 'notes', shape: 'notes', merge: 'notes', doc: 'remarks, each with its author and time' },
  { name: 'metadata', shape: 'map', merge: 'map', doc: 'anything else, by key' },
  { name: 'created', shape: 'instant', merge: 'fixed', required: true, doc: 'when it was created' },
  { name: 'createdBy', shape: 'line', merge: 'fixed', doc: 'who created it' },
  { name: 'conflicts', shape: 'conflicts', merge: 'conflicts', doc: 'values that a merge could not choose between' },
];

/** The row of each field, by name. */
export const FIELD_BY_NAME: ReadonlyMap<string, Field> = new Map(FIELDS.map((field) => [field.name, field]));

/** Fields that hold a set of strings. */
export type SetField = 'labels' | 'blockedBy' | 'reviews' | 'scope' | 'acceptance' | 'accepted' | 'checks';

/** The names of the fields that hold a set of strings. */
export const SET_FIELDS: readonly SetField[] = [
  'labels',
  'blockedBy',
  'reviews',
  'scope',
  'acceptance',
  'accepted',
  'checks',
];
