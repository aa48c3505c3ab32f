/** Flags that several verbs share, and how their values are read. */
import { type Command, Option } from 'commander';
import type { FieldsInput } from '../app/fields-input.ts';
import type { WriteOptions } from '../app/change.ts';
import { TasksError } from '../errors.ts';
import { parseDuration } from '../task/duration.ts';
import type { JsonValue, Status } from '../task/types.ts';
import { type Context } from './verb.ts';
import { readText } from './input.ts';

/** Flags of every verb. */
export interface GlobalFlags {
  readonly json?: true;
  readonly list?: string;
  readonly as?: string;
  readonly at?: string;
  readonly C?: string;
  readonly color?: string;
}

/** Flags of every verb that writes. */
export interface WriteFlags {
  readonly force?: true;
  readonly reason?: string;
}

/** Flags of the fields of a task. */
export interface FieldFlags {
  readonly description?: string;
  readonly descriptionFile?: string;
  readonly activeForm?: string;
  readonly blockedBy?: readonly string[];
  readonly blocks?: readonly string[];
  readonly reviews?: readonly string[];
  readonly gate?: readonly string[];
  readonly parent?: string;
  readonly priority?: number;
  readonly label?: readonly string[];
  readonly scope?: readonly string[];
  readonly due?: string;
  readonly defer?: string;
  readonly accept?: readonly string[];
  readonly check?: readonly string[];
  readonly meta?: readonly string[];
}

const STATUSES: readonly Status[] = ['pending', 'in_progress', 'completed', 'cancelled'];

/** Declares the flags of every verb. They are accepted before the verb, too. */
export function declareGlobalFlags(command: Command): void {
  command
    .optionsGroup('Global options:')
    .option('--json', 'answer with one JSON object')
    .option('--list <name>', 'the list to work in; else read all, add to main')
    .option('--as <actor>', 'who acts; else GIT_TASKS_ACTOR, then user.name')
    .option('--at <rev|time>', 'read the ledger as of a commit or a time')
    .option('-C <dir>', 'run as if started in this folder')
    .option('--color <when>', 'auto, always or never');
}

/** Declares `--force` and `--reason`. */
export function declareWriteFlags(command: Command): void {
  command.option('--force', 'override a rule; needs --reason').option('--reason <text>', 'why, for the history');
}

/** What the write flags mean. */
export function writeOptions({ force, reason }: WriteFlags): WriteOptions {
  return { force, reason };
}

/** Declares the flags of the fields, in the order in which people think of them. */
export function declareFieldFlags(command: Command): void {
  command
    .option('-d, --description <text>', 'the task in full; - reads standard input')
    .option('--description-file <file>', 'read the description from a file')
    .option('-p, --priority <0-4>', '0 is the highest; 2 unless said otherwise', parsePriority)
    .option('-l, --label <label>', 'a word to select by; repeatable, or a,b', collectNames)
    .option('--blocked-by <id>', 'must be completed first; repeatable, or a,b', collectNames)
    .option('--blocks <id>', 'waits for this task; repeatable, or a,b', collectNames)
    .option('--reviews <id>', 'waits for this task, and another actor must do it; repeatable, or a,b', collectNames)
    .option('--gate <name>', 'waits for this gate, made closed if new; repeatable, or a,b', collectNames)
    .option('--parent <id>', 'the task that this one is a part of')
    .option('--scope <glob>', 'files it will touch, no two at once; repeatable', collect)
    .option('--due <when>', 'when it should be done: 2026-12-01, tomorrow, 3d')
    .option('--defer <when>', 'not ready before then')
    .option('--accept <text>', 'what must be true at the end; repeatable', collect)
    .option('--check <name>', 'a check that must pass; repeatable, or a,b', collectNames)
    .option('--active-form <text>', 'what to show meanwhile: "Running the tests"')
    .option('--meta <key=value>', 'anything else; values may be JSON; repeatable', collect);
}

/** The fields that the flags set. `none` clears a parent, due or defer; an empty text clears a text. */
export async function fieldsInput(flags: FieldFlags, context: Context): Promise<FieldsInput> {
  const { description, descriptionFile } = flags;
  if (description !== undefined && descriptionFile !== undefined) {
    throw new TasksError('usage', '--description and --description-file say the same thing', { hint: 'Choose one' });
  }
  const text =
    descriptionFile === undefined ? await textOrInput(description, context) : await readText(context, descriptionFile);
  return {
    description: orNull(text, ''),
    activeForm: orNull(flags.activeForm, ''),
    priority: flags.priority,
    parent: orNull(flags.parent, 'none'),
    due: orNull(flags.due, 'none'),
    defer: orNull(flags.defer, 'none'),
    labels: flags.label,
    blockedBy: flags.blockedBy,
    blocks: flags.blocks,
    reviews: flags.reviews,
    gates: flags.gate,
    scope: flags.scope,
    acceptance: flags.accept,
    checks: flags.check,
    metadata: flags.meta === undefined ? undefined : parseMetadata(flags.meta),
  };
}

/** The text itself, or standard input where it is `-`. */
export async function textOrInput(text: string | undefined, context: Context): Promise<string | undefined> {
  return text === '-' ? readText(context, '-') : text;
}

/** Declares `--limit`. */
export function declareLimit(command: Command, fallback: number): void {
  command.option('--limit <n>', `show at most this many; 0 for all (default: ${fallback})`, parseLimit);
}

/** Declares `--lease` and `--hold`, which exclude each other. */
export function declareLease(command: Command): void {
  command
    .addOption(
      new Option('--lease <time>', 'how long the claim holds: 45s, 30m, 2h').argParser(parseDuration).conflicts('hold'),
    )
    .option('--hold', 'hold it without an end (for people)');
}

/** Adds a value to those that were given before. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Adds the names of a comma list to those that were given before. */
export function collectNames(value: string, before: readonly string[] = []): readonly string[] {
  const names = value.split(',').map((name) => name.trim());
  return [...before, ...names.filter((name) => name !== '')];
}

/** Adds statuses to those that were given before. Throws `usage`. */
export function collectStatuses(value: string, before: readonly Status[] = []): readonly Status[] {
  return [...before, ...collectNames(value).map(parseStatus)];
}

/** The status that a word names. Throws `usage`. */
export function parseStatus(word: string): Status {
  const status = STATUSES.find((known) => known === word.replaceAll('-', '_'));
  if (status !== undefined) return status;
  throw new TasksError('usage', `There is no status ${JSON.stringify(word)}`, {
    hint: `Choose from: ${STATUSES.join(', ')}`,
  });
}

/** A priority as `1` or `P1`. Throws `usage`. */
export function parsePriority(word: string): number {
  const digit = /^[pP]?([0-4])$/.exec(word)?.[1];
  if (digit !== undefined) return Number(digit);
  throw new TasksError('usage', `${JSON.stringify(word)} is not a priority`, { hint: 'Give 0 (highest) to 4' });
}

/** A number of lines to show. Throws `usage`. */
export function parseLimit(word: string): number {
  if (/^\d{1,9}$/.test(word)) return Number(word);
  throw new TasksError('usage', `--limit takes a number, not ${JSON.stringify(word)}`, { hint: '0 shows all' });
}

/** A budget of tokens. Throws `usage` below what totals and frame need. */
export function parseTokens(word: string): number {
  if (/^\d{3,7}$/.test(word) && Number(word) >= 200) return Number(word);
  throw new TasksError('usage', `--tokens takes a number, not ${JSON.stringify(word)}`, { hint: 'Give 200 or more' });
}

/**
 * Metadata from `key=value` words. A value that is a JSON number, boolean, null, list or map is that; anything else is
 * text, also a number that a double could not hold exactly. `key=` deletes the key, as null does.
 */
export function parseMetadata(words: readonly string[]): Readonly<Record<string, JsonValue>> {
  const entries = words.map((word): [string, JsonValue] => {
    const at = word.indexOf('=');
    if (at > 0) return [word.slice(0, at), parseMetadataValue(word.slice(at + 1))];
    throw new TasksError('usage', `--meta takes key=value, not ${JSON.stringify(word)}`, {
      hint: 'key= deletes a key',
    });
  });
  return Object.fromEntries(entries);
}

function parseMetadataValue(text: string): JsonValue {
  if (text === '') return null;
  try {
    const value = JSON.parse(text) as JsonValue;
    if (typeof value === 'string') return text;
    return typeof value !== 'number' || isExact(value) ? value : text;
  } catch {
    return text;
  }
}

function isExact(value: number): boolean {
  return Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
}

function orNull(text: string | undefined, clearing: string): string | null | undefined {
  return text === clearing ? null : text;
}
