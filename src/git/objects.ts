/**
 * Git's object formats as pure functions of bytes: ids, trees, commits.
 *
 * Source: gitformat-pack, git-mktree and git-commit-tree of git's documentation, and `git fsck --strict` as the judge.
 */
import { createHash } from 'node:crypto';
import { invariant, TasksError } from '../errors.ts';
import type { ObjectType, Oid } from './ports.ts';

/** The hash functions that a repository may use for ids. */
export type HashAlgorithm = 'sha1' | 'sha256';

/** Mode of a folder in a tree. */
export const TREE_MODE = '40000';

/** One line of a tree. `mode` is git's text: `100644`, `100755`, `120000`, `160000` or `40000`. */
export interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly oid: Oid;
  /** The name's bytes where they are not UTF-8 (`name` is then for display). They win when the tree is written again. */
  readonly rawName?: Uint8Array;
}

/** Who and when, as a commit records it. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970. */
  readonly seconds: number;
  /** Offset from UTC as `+hhmm` or `-hhmm`. */
  readonly timezone: string;
}

/** A commit. Headers that git-tasks does not use (`gpgsig`, `encoding`) are not kept. */
export interface Commit {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** The id of an object: the hash of its header and data. */
export function hashObject(type: ObjectType, data: Uint8Array, algorithm: HashAlgorithm = 'sha1'): Oid {
  return createHash(algorithm).update(`${type} ${data.length}\0`).update(data).digest('hex');
}

/** Whether the text is a whole id, in lower-case hex, of SHA-1 or SHA-256. */
export function isOid(text: string): text is Oid {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** The entries of a tree in their order. `oidLength` is in hex digits. Throws `damaged` when the bytes are no tree. */
export function parseTree(data: Uint8Array, oidLength: 40 | 64 = 40): TreeEntry[] {
  const bytes = toBuffer(data);
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const blank = bytes.indexOf(0x20, at);
    const end = bytes.indexOf(0, blank + 1);
    const next = end + 1 + oidLength / 2;
    if (blank < 0 || end < 0 || next > bytes.length) throw new TasksError('damaged', `a tree is cut at byte ${at}`);
    const mode = bytes.toString('latin1', at, blank);
    const name = bytes.toString('utf8', blank + 1, end);
    const oid = bytes.toString('hex', end + 1, next);
    const isText = !name.includes('\uFFFD') || bytes.subarray(blank + 1, end).equals(Buffer.from(name));
    entries.push(isText ? { mode, name, oid } : { mode, name, oid, rawName: bytes.subarray(blank + 1, end) });
    at = next;
  }
  return entries;
}

/** The bytes of a tree. The entries may come in any order; git's order (a folder sorts as `name/`) is made here. */
export function serializeTree(entries: readonly TreeEntry[]): Uint8Array {
  const rows = entries.map((entry) => {
    const name = entry.rawName === undefined ? Buffer.from(entry.name) : toBuffer(entry.rawName);
    invariant(name.length > 0 && !name.includes(0) && !name.includes(0x2f), `"${entry.name}" can stand in a tree`);
    return { entry, name, key: entry.mode === TREE_MODE ? Buffer.concat([name, Buffer.from('/')]) : name };
  });
  rows.sort((a, b) => Buffer.compare(a.key, b.key));
  const parts: Buffer[] = [];
  const seen = new Set<string>();
  for (const { entry, name } of rows) {
    const id = name.toString('latin1');
    invariant(!seen.has(id), `"${entry.name}" stands once in a tree`);
    seen.add(id);
    parts.push(Buffer.from(`${entry.mode} `), name, Buffer.from([0]), Buffer.from(entry.oid, 'hex'));
  }
  return Buffer.concat(parts);
}

/** Reads a commit. Throws `damaged` when the bytes are no commit. */
export function parseCommit(data: Uint8Array): Commit {
  const text = toBuffer(data).toString('utf8');
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end);
  const message = end < 0 ? '' : text.slice(end + 2);
  const parents: Oid[] = [];
  const first = new Map<string, string>();
  for (const line of head.split('\n')) {
    const blank = line.indexOf(' ');
    const key = line.slice(0, blank);
    const value = line.slice(blank + 1);
    if (key === 'parent') parents.push(value);
    else if (key !== '' && !first.has(key)) first.set(key, value);
  }
  const tree = first.get('tree');
  if (tree === undefined || !isOid(tree)) throw new TasksError('damaged', 'a commit names no tree');
  const author = parseSignature(first.get('author'));
  return { tree, parents, author, committer: parseSignature(first.get('committer')), message };
}

/** The bytes of a commit. Names and emails are cleaned of what would break the header (see `cleanIdent`). */
export function serializeCommit(commit: Commit): Uint8Array {
  const lines = [`tree ${commit.tree}`, ...commit.parents.map((parent) => `parent ${parent}`)];
  lines.push(`author ${formatSignature(commit.author)}`, `committer ${formatSignature(commit.committer)}`);
  return Buffer.from(`${lines.join('\n')}\n\n${commit.message.replaceAll('\0', '')}`);
}

/** A signature as commits, tags and reflogs hold it: `Name <email> seconds +hhmm`. */
export function formatSignature(signature: Signature): string {
  const name = cleanIdent(signature.name) || 'unknown';
  const zone = /^[+-]\d{4}$/.test(signature.timezone) ? signature.timezone : '+0000';
  const seconds = Math.max(0, Math.trunc(signature.seconds) || 0);
  return `${name} <${cleanIdent(signature.email)}> ${seconds} ${zone}`;
}

/** A name or email without `<`, `>`, control characters, and without the punctuation that git trims from its ends. */
export function cleanIdent(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}<>]/gu, ' ')
    .replace(/ {2,}/g, ' ');
  return line.replace(/^[ .,:;"\\']+|[ .,:;"\\']+$/g, '');
}

function parseSignature(text = ''): Signature {
  const match = /^(.*?) ?<([^>]*)> ?(-?\d+)? ?([+-]\d{4})?/.exec(text);
  const [, name = '', email = '', seconds = '0', timezone = '+0000'] = match ?? [];
  return { name, email, seconds: Number(seconds), timezone };
}

/** The same bytes as a Buffer, without a copy. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
