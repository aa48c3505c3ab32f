/**
 * The file `packed-refs`: many refs in one file, each overruled by a loose file of its name.
 *
 * Source: git-pack-refs(1) and gitrepository-layout(5). It is read afresh each time: git may replace it at any moment.
 */
import { isSystemError } from '../../errors.ts';
import type { Oid } from '../ports.ts';
import { damaged, readFailure } from './failures.ts';
import type { FileSystem } from './file-system.ts';

const LINE = /^([0-9a-f]{40}) (refs\/[^\n]+)$/;
const OID_LENGTH = 40;

/** The bytes of `packed-refs`; empty when there is none. */
export function readPackedRefs(fs: FileSystem, path: string): Buffer {
  try {
    return fs.readFileSync(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return Buffer.alloc(0);
    throw readFailure(error, path);
  }
}

/** The value of one ref, found without parsing the rest. */
export function findPackedRef(bytes: Buffer, ref: string): Oid | undefined {
  const needle = Buffer.from(` ${ref}\n`);
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
    const start = at - OID_LENGTH;
    const oid = bytes.toString('latin1', Math.max(0, start), at);
    const startsLine = start === 0 || bytes[start - 1] === 0x0a;
    if (startsLine && /^[0-9a-f]{40}$/.test(oid)) return oid;
  }
  return undefined;
}

/** All refs of the file. Throws `damaged` at a line that is none. */
export function parsePackedRefs(bytes: Buffer, path: string): Map<string, Oid> {
  const oidByRef = new Map<string, Oid>();
  for (const line of bytes.toString('utf8').split('\n')) {
    if (line === '' || line.startsWith('#') || line.startsWith('^')) continue;
    const [, oid, ref] = LINE.exec(line) ?? [];
    if (oid === undefined || ref === undefined) throw damaged(path, `it has the line "${line.slice(0, 80)}"`);
    oidByRef.set(ref, oid);
  }
  return oidByRef;
}

/** The file without one ref (and without the peeled value below it). */
export function withoutPackedRef(bytes: Buffer, ref: string): Buffer {
  // latin1 keeps every byte as it is.
  const lines = bytes.toString('latin1').split('\n');
  const name = Buffer.from(ref).toString('latin1');
  const kept: string[] = [];
  let isDropped = false;
  for (const line of lines) {
    if (!line.startsWith('^')) isDropped = line.slice(OID_LENGTH + 1) === name && !line.startsWith('#');
    if (!isDropped) kept.push(line);
  }
  return Buffer.from(kept.join('\n'), 'latin1');
}
