/**
 * The records inside of fields: what a claim, a note, a run of a check and a conflict consist of.
 *
 * Validation and the published schema are made of this table and of nothing else.
 */
import type { FieldShape } from './fields.ts';

/** How a member of a record is shaped, beside the shapes that a field can have. */
export type ValueKind = FieldShape | 'count' | 'amount' | 'flag' | 'json';

/** Fields that are records themselves, or lists of them. */
export type RecordKind = 'claim' | 'evidence' | 'notes' | 'conflicts';

/** A member of a record. */
export interface Member {
  readonly kind: Exclude<ValueKind, RecordKind>;
  /** Must be in every record. */
  readonly required?: true;
  readonly doc: string;
}

/** Members by name, in the order in which documents list them. A record may hold more: unknown members survive. */
export type RecordShape = Readonly<Record<string, Member>>;

/** The records. */
export const RECORDS: Readonly<Record<'claim' | 'note' | 'evidence' | 'conflict', RecordShape>> = {
  claim: {
    term: { kind: 'count', required: true, doc: 'fencing token: 1 for the first claim, one more for each later one' },
    id: { kind: 'line', doc: 'random, and kept by renewals' },
    session: { kind: 'line', doc: 'the session of the holder, where one is known' },
    lease: { kind: 'count', doc: 'length of the lease in seconds' },
    expires: { kind: 'instant', doc: 'the lease runs until then' },
    hold: { kind: 'flag', doc: 'held by a person without an end' },
    provisional: { kind: 'flag', doc: "made without the shared remote's word" },
  },
  note: {
    id: { kind: 'line', required: true, doc: 'identifies the note in its task' },
    at: { kind: 'instant', required: true, doc: 'when it was written' },
    by: { kind: 'line', required: true, doc: 'who wrote it' },
    text: { kind: 'text', required: true, doc: 'the note' },
  },
  evidence: {
    id: { kind: 'line', required: true, doc: 'identifies the entry in its task' },
    at: { kind: 'instant', required: true, doc: 'when it was recorded' },
    by: { kind: 'line', required: true, doc: 'who recorded it' },
    kind: { kind: 'line', required: true, doc: 'check, commit, url or file' },
    name: { kind: 'line', required: true, doc: 'the name of the check, the commit, the address or the path' },
    commit: { kind: 'line', doc: 'the commit of the code that it was seen at; ends with -dirty where files differed' },
    blob: { kind: 'line', doc: 'the blob that a file was' },
    exit: { kind: 'amount', doc: 'exit code of a check; 0 is a pass' },
    seconds: { kind: 'amount', doc: 'how long a check ran' },
    output: { kind: 'text', doc: "the end of a check's output" },
  },
  conflict: {
    field: { kind: 'line', required: true, doc: 'the field with two values' },
    kept: { kind: 'json', required: true, doc: 'the value that the field holds' },
    other: { kind: 'json', required: true, doc: 'the value that was set aside' },
    base: { kind: 'json', doc: 'the value before both changes' },
  },
};
