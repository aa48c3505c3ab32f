/**
 * The index as one file: columns that are used where they lie, and one line of JSON for each task's rest.
 *
 *     header (one line of JSON, padded to 8 bytes) | sections, each padded to 8 bytes | crc32 of all before
 *
 * A command opens ten thousand tasks by reading this file and touching only the rows that it shows. The checksum makes
 * a torn or damaged file look like no file at all: everything in it can be read again from git.
 */
import { crc32 } from 'node:zlib';
import type { Columns } from '../../graph/columns.ts';
import type { RowSource } from '../../graph/table.ts';
import { NONE } from '../../graph/table.ts';
import type { TaskSummary } from '../../task/summary.ts';
import { toInstant } from '../../task/instant.ts';
import type { Status } from '../../task/types.ts';
import { STATUSES } from '../../task/validate.ts';
import type { DamagedFile, IndexHead, LastChange, StoredIndex } from './types.ts';

/** Of this file's layout. Another number: the file is not read, and built anew. */
const VERSION = 2;

const ID_LENGTH = 8;

interface Header extends IndexHead {
  readonly version: number;
  readonly rows: number;
  readonly edges: number;
  readonly oidLength: 40 | 64;
  readonly lists: readonly string[];
  readonly missing: readonly string[];
  readonly damaged: readonly DamagedFile[];
  /** Byte lengths of the sections in `SECTIONS` order. */
  readonly lengths: readonly number[];
}

type Section = 'status' | 'priority' | 'flags' | 'list' | 'created' | 'parent' | 'edgeStart' | 'edgeCount' | 'edges';
const COLUMNS: readonly Section[] = [
  'status',
  'priority',
  'flags',
  'list',
  'created',
  'parent',
  'edgeStart',
  'edgeCount',
  'edges',
];
const SECTION_COUNT = COLUMNS.length + 5;

/** The parts of a task that have no column; the last two are what git knows of it. */
type Detail = readonly [subject: string, rest: Partial<TaskSummary>, change: LastChange | null];

/** The file's bytes. Rows are written in order of id, whatever their order in the table. */
export function encodeBase(index: StoredIndex): Buffer {
  const { columns } = index.table;
  const order = Array.from({ length: columns.size }, (_, row) => row);
  const ids = order.map((row) => index.table.id(row));
  order.sort((a, b) => ((ids[a] ?? '') < (ids[b] ?? '') ? -1 : 1));
  const details = detailSections(index, order);
  const sections: Uint8Array[] = [
    ...columnSections(columns, order),
    Buffer.from(order.map((row) => ids[row]).join(''), 'latin1'),
    Buffer.from(order.map((row) => index.blob(row)).join(''), 'hex'),
    details.offsets,
    details.text,
    Buffer.from(order.map((row) => aliasLines(index.table.summary(row))).join(''), 'utf8'),
  ];
  const header: Header = {
    version: VERSION,
    ...index.head,
    rows: columns.size,
    edges: columns.edgesUsed,
    oidLength: index.oidLength,
    lists: columns.lists,
    missing: columns.missing,
    damaged: index.damaged,
    lengths: sections.map((section) => section.byteLength),
  };
  const parts = [padded(Buffer.from(`${JSON.stringify(header)}\n`), 0x20), ...sections.map((part) => padded(part, 0))];
  const body = Buffer.concat(parts);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(body));
  return Buffer.concat([body, sum]);
}

/** The index that the bytes hold, or undefined when they are torn, damaged or of another version. */
export function decodeBase(bytes: Buffer): StoredIndexParts | undefined {
  // The columns are used in place, and an array of 32-bit numbers has to begin at a multiple of 4.
  const file = bytes.byteOffset % 8 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
  if (file.length < 16 || file.readUInt32LE(file.length - 4) !== crc32(file.subarray(0, -4))) return undefined;
  const end = file.indexOf(0x0a);
  const header = JSON.parse(file.toString('utf8', 0, end)) as Header;
  if (header.version !== VERSION || header.lengths.length !== SECTION_COUNT) return undefined;
  const sections = sectionsOf(file, header, end + 1);
  const [ids, blobs, offsets, text, aliases] = sections.slice(COLUMNS.length);
  if (ids === undefined || blobs === undefined || offsets === undefined) return undefined;
  if (text === undefined || aliases === undefined) return undefined;
  const columns = columnsOf(header, sections);
  const starts = new Uint32Array(offsets.buffer, offsets.byteOffset, header.rows + 1);
  const detail = (row: number): Detail =>
    JSON.parse(text.toString('utf8', starts[row] ?? 0, starts[row + 1] ?? 0)) as Detail;
  const oidBytes = header.oidLength / 2;
  return {
    head: { id: header.id, tip: header.tip, tree: header.tree },
    columns,
    damaged: header.damaged,
    source: rowSource(columns, { rows: header.rows, ids, detail }),
    blob: (row) => blobs.toString('hex', row * oidBytes, (row + 1) * oidBytes),
    change: (row) => detail(row)[2] ?? undefined,
    alias: (name) => findAlias(aliases, name),
  };
}

/** What `decodeBase` gives: the columns and the look-ups that read the file on demand. */
export interface StoredIndexParts {
  readonly head: IndexHead;
  readonly columns: Columns;
  readonly damaged: readonly DamagedFile[];
  readonly source: RowSource;
  blob(row: number): string;
  change(row: number): LastChange | undefined;
  /** Ids of the tasks that have this alias. */
  alias(name: string): string[];
}

function columnSections(columns: Columns, order: readonly number[]): Uint8Array[] {
  const rowAt = new Int32Array(columns.size);
  order.forEach((row, at) => {
    rowAt[row] = at;
  });
  const moved = (target: number): number => (target >= 0 ? (rowAt[target] ?? NONE) : target);
  const edges = new Int32Array(columns.edgesUsed);
  const starts = new Int32Array(columns.size);
  let used = 0;
  order.forEach((row, at) => {
    const from = columns.edgeStart[row] ?? 0;
    starts[at] = used;
    for (let e = from; e < from + (columns.edgeCount[row] ?? 0); e++) edges[used++] = moved(columns.edges[e] ?? NONE);
  });
  const pick = <T extends Uint8Array | Uint16Array | Uint32Array | Int32Array>(to: T, from: T): T => {
    order.forEach((row, at) => {
      to[at] = from[row] ?? 0;
    });
    return to;
  };
  const n = columns.size;
  return [
    pick(new Uint8Array(n), columns.status),
    pick(new Uint8Array(n), columns.priority),
    bytesOf(pick(new Uint16Array(n), columns.flags)),
    bytesOf(pick(new Uint16Array(n), columns.list)),
    bytesOf(pick(new Uint32Array(n), columns.created)),
    bytesOf(pick(new Int32Array(n), columns.parent).map(moved)),
    bytesOf(starts),
    bytesOf(pick(new Int32Array(n), columns.edgeCount)),
    bytesOf(edges.subarray(0, used)),
  ];
}

function detailSections(index: StoredIndex, order: readonly number[]): { offsets: Uint8Array; text: Buffer } {
  const lines = order.map((row) => JSON.stringify(detailOf(index, row)));
  const offsets = new Uint32Array(lines.length + 1);
  lines.forEach((line, i) => {
    offsets[i + 1] = (offsets[i] ?? 0) + Buffer.byteLength(line);
  });
  return { offsets: bytesOf(offsets), text: Buffer.from(lines.join('')) };
}

function detailOf(index: StoredIndex, row: number): Detail {
  const {
    id: _id,
    list: _list,
    subject,
    status: _s,
    priority: _p,
    created: _c,
    blockedBy: _b,
    parent: _pa,
    ...rest
  } = index.table.summary(row);
  return [subject, rest, index.change(row) ?? null];
}

function aliasLines(summary: TaskSummary): string {
  return (summary.aliases ?? []).map((alias) => `\n${alias}\t${summary.id}`).join('');
}

function findAlias(aliases: Buffer, name: string): string[] {
  const needle = Buffer.from(`\n${name}\t`);
  const found: string[] = [];
  for (let at = aliases.indexOf(needle); at >= 0; at = aliases.indexOf(needle, at + needle.length)) {
    const id = at + needle.length;
    found.push(aliases.toString('latin1', id, id + ID_LENGTH));
  }
  return found;
}

function columnsOf(header: Header, sections: readonly Buffer[]): Columns {
  const view = (section: Section): Buffer => sections[COLUMNS.indexOf(section)] ?? Buffer.alloc(0);
  const ints = (section: Section): Int32Array => {
    const { buffer, byteOffset, byteLength } = view(section);
    return new Int32Array(buffer, byteOffset, byteLength / 4);
  };
  const flags = view('flags');
  const list = view('list');
  const created = view('created');
  return {
    size: header.rows,
    status: view('status'),
    priority: view('priority'),
    flags: new Uint16Array(flags.buffer, flags.byteOffset, header.rows),
    list: new Uint16Array(list.buffer, list.byteOffset, header.rows),
    created: new Uint32Array(created.buffer, created.byteOffset, header.rows),
    parent: ints('parent'),
    edgeStart: ints('edgeStart'),
    edgeCount: ints('edgeCount'),
    edges: ints('edges'),
    edgesUsed: ints('edges').length,
    lists: [...header.lists],
    missing: [...header.missing],
  };
}

interface RowParts {
  readonly rows: number;
  readonly ids: Buffer;
  readonly detail: (row: number) => Detail;
}

function rowSource(columns: Columns, { rows, ids, detail }: RowParts): RowSource {
  // Decoded at once: a search looks at fourteen ids of ten thousand, and a call into the buffer costs more than a slice.
  const text = ids.toString('latin1');
  const id = (row: number): string => text.slice(row * ID_LENGTH, (row + 1) * ID_LENGTH);
  const lowerBound = (wanted: string): number => {
    let low = 0;
    let high = rows;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (id(middle) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const summary = (row: number, idOf: (row: number) => string): TaskSummary => {
    const [subject, rest] = detail(row);
    const start = columns.edgeStart[row] ?? 0;
    const edges = columns.edges.subarray(start, start + (columns.edgeCount[row] ?? 0));
    const parent = columns.parent[row] ?? NONE;
    return {
      id: id(row),
      list: columns.lists[columns.list[row] ?? 0] ?? '',
      subject,
      status: STATUSES[columns.status[row] ?? 0] as Status,
      priority: columns.priority[row] ?? 0,
      created: toInstant((columns.created[row] ?? 0) * 1000),
      blockedBy: Array.from(edges, idOf).sort(),
      ...(parent !== NONE && { parent: idOf(parent) }),
      ...rest,
    };
  };
  return { size: rows, id, lowerBound, summary };
}

function sectionsOf(file: Buffer, header: Header, start: number): Buffer[] {
  let at = align(start);
  return header.lengths.map((length) => {
    const section = file.subarray(at, at + length);
    at = align(at + length);
    return section;
  });
}

function align(offset: number): number {
  return (offset + 7) & ~7;
}

function padded(bytes: Uint8Array, filler: number): Uint8Array {
  const room = align(bytes.byteLength);
  if (room === bytes.byteLength) return bytes;
  const grown = Buffer.alloc(room, filler);
  grown.set(bytes);
  return grown;
}

function bytesOf(array: Uint16Array | Uint32Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
