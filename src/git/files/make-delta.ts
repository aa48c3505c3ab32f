/**
 * Makes git's binary deltas between two versions of one file or folder.
 *
 * Source: gitformat-pack(5), "Deltified representation". Only what both have at their beginning and at their end is
 * shared: one edit of a task changes one place of its file and one id in each folder on the way to it, so that finds
 * nearly all there is to find, in one look at each byte and without an index of the base.
 */

/** An insertion holds at most this many bytes. */
const MAX_INSERT = 127;

/** A copy is cut into ranges of at most this many bytes: three bytes of size, but git's own limit is two. */
const MAX_COPY = 0xffff;

/** The delta that makes `target` of `base`. May be longer than the target: the caller compares. */
export function makeDelta(base: Uint8Array, target: Uint8Array): Buffer {
  const limit = Math.min(base.length, target.length);
  let head = 0;
  while (head < limit && base[head] === target[head]) head++;
  let tail = 0;
  while (tail < limit - head && base[base.length - 1 - tail] === target[target.length - 1 - tail]) tail++;
  const bytes = [...sizeBytes(base.length), ...sizeBytes(target.length)];
  pushCopy(bytes, 0, head);
  pushInsert(bytes, target.subarray(head, target.length - tail));
  pushCopy(bytes, base.length - tail, tail);
  return Buffer.from(bytes);
}

/** Seven bits a byte, lowest first. */
function sizeBytes(size: number): number[] {
  const bytes: number[] = [];
  let rest = size;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

/** An instruction byte whose bits say which bytes of offset and size follow; bytes that are 0 are left out. */
function pushCopy(bytes: number[], start: number, length: number): void {
  for (let done = 0; done < length; done += MAX_COPY) {
    const offset = start + done;
    const size = Math.min(MAX_COPY, length - done);
    const at = bytes.push(0x80) - 1;
    for (let byte = 0; byte < 4; byte++) pushPart(bytes, { at, bit: 1 << byte, part: (offset >>> (8 * byte)) & 0xff });
    for (let byte = 0; byte < 2; byte++) pushPart(bytes, { at, bit: 16 << byte, part: (size >>> (8 * byte)) & 0xff });
  }
}

function pushPart(bytes: number[], { at, bit, part }: { at: number; bit: number; part: number }): void {
  if (part === 0) return;
  bytes[at] = (bytes[at] ?? 0) | bit;
  bytes.push(part);
}

function pushInsert(bytes: number[], data: Uint8Array): void {
  for (let at = 0; at < data.length; at += MAX_INSERT) {
    const part = data.subarray(at, at + MAX_INSERT);
    bytes.push(part.length, ...part);
  }
}
