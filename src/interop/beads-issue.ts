/** One issue of beads as the fields of a task; its edges are read in `beads.ts`, which knows the others. Pure. */
import { MAX_LINE, MAX_TEXT } from '../task/limits.ts';
import { normalizeLine, sortedSet } from '../task/text.ts';
import type { Instant, JsonValue, Note, Status } from '../task/types.ts';
import { isMap } from '../task/validate.ts';
import { parseCriteria } from './acceptance.ts';
import { readForeignRecord, toInstantText, toLine, toText, type ForeignRecord, type Report } from './foreign-record.ts';
import type { ImportedFields, ImportIssue } from './types.ts';

/** An edge as the issue names it. */
export interface BeadsEdge {
  readonly type: string;
  readonly id: string;
}

/** An issue whose edges are not resolved yet. */
export interface BeadsIssue {
  readonly key: string;
  readonly line: number;
  readonly fields: Omit<ImportedFields, 'metadata'>;
  /** What will be `metadata.beads`, without its links. */
  readonly entries: readonly (readonly [string, JsonValue])[];
  readonly edges: readonly BeadsEdge[];
  /** Undefined where the issue does not say. */
  readonly updated: Instant | undefined;
  readonly deleted: boolean;
  readonly issues: ImportIssue[];
}

/** The day that stands for "until somebody says so" (the convention of Taskwarrior's `someday`). */
const SOMEDAY = '9999-12-30';

const STATUSES: ReadonlyMap<string, Status> = new Map([
  ['open', 'pending'],
  ['in_progress', 'in_progress'],
  ['closed', 'completed'],
  ['tombstone', 'cancelled'],
  ['blocked', 'pending'],
  ['deferred', 'pending'],
  ['pinned', 'pending'],
  ['hooked', 'pending'],
]);

/** Those that mean the same here, so that the word need not be kept. */
const SAME_STATUSES = new Set(['open', 'in_progress', 'closed']);

/** Types that are records of beads itself, which its `ready` never offers. */
const NOT_WORK = new Set(['agent', 'event', 'gate', 'merge-request', 'message', 'molecule', 'rig', 'role']);

/** Flags that keep an issue out of beads' `ready`. */
const ASIDE_FLAGS = ['ephemeral', 'wisp', 'pinned', 'is_template'];

/** Reads one record; a text says why it cannot be an issue. */
export function readBeadsIssue(record: Readonly<Record<string, unknown>>, line: number): BeadsIssue | string {
  const key = toLine(record['id']);
  if (Object.hasOwn(record, '_type') && record['_type'] !== 'issue') return 'is not an issue';
  if (key === undefined || key === '') return 'has no usable id';
  if (Object.keys(record).length > MAX_LINE) return 'has too many fields';
  const issues: ImportIssue[] = [];
  const report: Report = (kind, message) => issues.push({ key, line, message, kind });
  const reader = readForeignRecord(record, report);
  reader.take('id', () => key);
  reader.take('_type', () => true);
  const updated = toInstantText(record['updated_at']);
  const type = reader.line('issue_type');
  const { word, status } = readStatus(reader, report, record);
  const edges = reader.members('dependencies', toEdge);
  const fields = readFields({ reader, report, record, key, status, word, type });
  const entries: [string, JsonValue][] = [['id', key]];
  if (type !== undefined) entries.push(['type', type]);
  if (word !== undefined && !SAME_STATUSES.has(word)) entries.push(['status', word]);
  const taken = new Set([...entries.map(([name]) => name), 'links']);
  for (const [name, value] of reader.rest()) entries.push([freeName(name, taken), value]);
  return { key, line, fields, entries, edges, updated, deleted: word === 'tombstone', issues };
}

interface Reading {
  readonly reader: ForeignRecord;
  readonly report: Report;
  readonly record: Readonly<Record<string, unknown>>;
  readonly key: string;
  readonly status: Status;
  readonly word: string | undefined;
  readonly type: string | undefined;
}

function readFields(reading: Reading): BeadsIssue['fields'] {
  const { reader, report, status, type } = reading;
  const created = readCreated(reading);
  const { subject, fullTitle } = readSubject(reading);
  const { acceptance, criteria } = readAcceptance(reading);
  const labels = reader.members('labels', (label) => toLine(label) || undefined);
  const sections = [
    fullTitle,
    reader.text('description'),
    section('Design', reader.text('design')),
    section('Acceptance criteria', criteria),
  ];
  return defined<BeadsIssue['fields']>({
    subject,
    status,
    priority: readPriority(reader),
    owner: readOwner(reading),
    // A plain task is the normal case; the label would select nothing.
    labels: sortedSet([...labels, ...(type === undefined || type === 'task' ? [] : [type])]),
    scope: [],
    due: reader.instant('due_at'),
    defer: reader.instant('defer_until') ?? readAside(reading),
    acceptance,
    checks: [],
    description: join(sections, report),
    result: readResult(reader, status),
    notes: readNotes(reading, created),
    created,
    createdBy: reader.line('created_by'),
  });
}

function readStatus(
  reader: ForeignRecord,
  report: Report,
  record: Reading['record'],
): { word: string | undefined; status: Status } {
  const word = reader.line('status');
  const status = STATUSES.get(word ?? 'open');
  if (status !== undefined) {
    if (word === 'blocked') report('changed', 'status blocked is pending: only blockers block');
    if (word === 'hooked') report('changed', 'status hooked is pending: the hook of the agent is not carried over');
    return { word, status };
  }
  // beads sets `closed_at` with every status that means done, also with those that a project defines.
  const guess = toInstantText(record['closed_at']) === undefined ? 'pending' : 'completed';
  report('changed', `status ${word} is ${guess}`);
  return { word, status: guess };
}

function readSubject({ reader, report, record, key }: Reading): { subject: string; fullTitle?: string } {
  const title = record['title'];
  if (typeof title === 'string' && normalizeLine(title).length > MAX_LINE) {
    reader.take('title', () => true);
    const full = normalizeLine(title);
    report('changed', `the title is longer than ${MAX_LINE} characters: the whole of it begins the description`);
    return { subject: `${full.slice(0, MAX_LINE - 1).replace(/[\uD800-\uDBFF]$/, '')}…`, fullTitle: full };
  }
  const subject = reader.line('title');
  if (subject === undefined) report('changed', 'there is no title: the id stands for it');
  return { subject: subject ?? key };
}

function readPriority(reader: ForeignRecord): number {
  const priority = reader.take('priority', (value) => {
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 4 ? value : undefined;
  });
  return priority ?? 2;
}

function readOwner({ reader, report, status, record }: Reading): string | undefined {
  if (status === 'in_progress') return reader.line('assignee');
  if (status === 'pending' && typeof record['assignee'] === 'string' && record['assignee'] !== '') {
    report('kept-in-metadata', 'the assignee: an owner is who works on it now');
  }
  return undefined;
}

/** Until when a pending task is not offered, although the issue names no day. */
function readAside({ report, record, status, word, type }: Reading): string | undefined {
  if (status !== 'pending') return undefined;
  const flag = ASIDE_FLAGS.find((name) => record[name] === true);
  let reason: string | undefined;
  if (word === 'deferred' || word === 'pinned') reason = `it is ${word}`;
  else if (type !== undefined && NOT_WORK.has(type)) reason = `its type is ${type}`;
  else if (flag !== undefined) reason = `it is marked ${flag}`;
  if (reason === undefined) return undefined;
  report('changed', `deferred to ${SOMEDAY}, because ${reason} and beads does not offer it as ready`);
  return SOMEDAY;
}

function readResult(reader: ForeignRecord, status: Status): string | undefined {
  if (status === 'completed') return reader.text('close_reason');
  return status === 'cancelled' ? (reader.text('delete_reason') ?? reader.text('close_reason')) : undefined;
}

function readCreated({ reader, report, record }: Reading): Instant {
  const created = reader.instant('created_at');
  if (created !== undefined) return created;
  const other = toInstantText(record['updated_at']) ?? toInstantText(record['closed_at']);
  report('changed', `there is no usable created_at: ${other ?? 'the year 1970'} stands for it`);
  return other ?? '1970-01-01T00:00:00Z';
}

/** Criteria as items where they are a list; `criteria` is the text where it is not. */
function readAcceptance({ reader }: Reading): { acceptance: readonly string[]; criteria?: string } {
  const text = reader.text('acceptance_criteria');
  if (text === undefined) return { acceptance: [] };
  const parsed = parseCriteria(text);
  // Which boxes are ticked is only in the text, so the text stays too.
  if (parsed === undefined || parsed.ticked) return { acceptance: parsed?.items ?? [], criteria: text };
  return { acceptance: parsed.items };
}

/** The comments and, because beads gives its notes no author or time, the notes as of the last update. */
function readNotes({ reader, record }: Reading, created: Instant): Note[] {
  const ids = new Set(['beads-notes']);
  const notes = reader.members('comments', (comment, index) => toNote(comment, index, { ids, created }));
  const text = reader.text('notes');
  if (text !== undefined) {
    notes.push({ id: 'beads-notes', at: toInstantText(record['updated_at']) ?? created, by: 'beads', text });
  }
  return notes.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
}

function toNote(comment: unknown, index: number, known: { ids: Set<string>; created: Instant }): Note | undefined {
  if (!isMap(comment)) return undefined;
  const text = toText(comment['text']);
  if (text === undefined || text === '') return undefined;
  const { id: given, author } = comment;
  const own = typeof given === 'number' || typeof given === 'string' ? normalizeLine(String(given)) : '';
  let id = own === '' || own.length > MAX_LINE / 2 ? `beads-${index + 1}` : `beads-${own}`;
  if (known.ids.has(id)) id = `${id}-${index + 1}`;
  known.ids.add(id);
  const at = toInstantText(comment['created_at']) ?? known.created;
  return { id, at, by: toLine(author) || 'unknown', text };
}

function toEdge(dependency: unknown): BeadsEdge | undefined {
  if (!isMap(dependency)) return undefined;
  const id = toLine(dependency['depends_on_id']);
  // Old data has edges without a type; beads reads them as blocking.
  const type = toLine(dependency['type'] ?? 'blocks');
  return id === undefined || id === '' || type === undefined ? undefined : { type: type || 'blocks', id };
}

function section(title: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `## ${title}\n\n${text}`;
}

function join(sections: readonly (string | undefined)[], report: Report): string | undefined {
  let whole: string | undefined;
  for (const part of sections) {
    const next = part === undefined || whole === undefined ? (part ?? whole) : `${whole.trimEnd()}\n\n${part}`;
    if (next !== undefined && next.length > MAX_TEXT) report('skipped', 'a part of the description: it is too long');
    else whole = next;
  }
  return whole;
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  while (taken.has(free)) free += '_';
  taken.add(free);
  return free;
}

type Loose<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** The record without its undefined members. */
function defined<T extends object>(values: Loose<T>): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
