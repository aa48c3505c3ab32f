/**
 * Applies git's binary deltas.
 *
 * Source: gitformat-pack(5), "Deltified representation". A delta is two sizes and a list of instructions: copy a range
 * of the base, or insert the bytes that follow.
 */

/** The content that the delta makes of its base. Throws a RangeError when the delta does not fit. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const source = readSize(delta, 0);
  const target = readSize(delta, source.next);
  if (source.size !== base.length)
    throw new RangeError(`its delta wants a base of ${source.size} bytes, not ${base.length}`);
  // Not from the pool that small buffers share: see `withoutPool`.
  const result = Buffer.allocUnsafeSlow(target.size);
  let at = target.next;
  let filled = 0;
  while (at < delta.length) {
    const instruction = delta[at++] ?? 0;
    if (instruction === 0) throw new RangeError('its delta has a reserved instruction');
    if ((instruction & 0x80) === 0) {
      if (at + instruction > delta.length || filled + instruction > result.length) throw cut();
      delta.copy(result, filled, at, at + instruction);
      at += instruction;
      filled += instruction;
      continue;
    }
    const offset = readBits(delta, at, instruction & 0x0f);
    at += bitCount(instruction & 0x0f);
    const length = readBits(delta, at, (instruction >> 4) & 0x07) || 0x10000;
    at += bitCount((instruction >> 4) & 0x07);
    if (offset + length > base.length || filled + length > result.length) throw cut();
    base.copy(result, filled, offset, offset + length);
    filled += length;
  }
  if (filled !== result.length) throw cut();
  return result;
}

function cut(): RangeError {
  return new RangeError('its delta is cut or reaches outside of its base');
}

/** A little-endian number of which only the bytes marked in `present` are stored. */
function readBits(delta: Buffer, start: number, present: number): number {
  let at = start;
  let value = 0;
  for (let byte = 0; byte < 4; byte++) {
    if ((present & (1 << byte)) !== 0) value += (delta[at++] ?? 0) * 2 ** (8 * byte);
  }
  return value;
}

function bitCount(bits: number): number {
  return (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1) + ((bits >> 3) & 1);
}

/** Seven bits a byte, lowest first. */
function readSize(delta: Buffer, start: number): { size: number; next: number } {
  let size = 0;
  let scale = 1;
  for (let at = start; at < delta.length; at++) {
    const byte = delta[at] ?? 0;
    size += (byte & 0x7f) * scale;
    if ((byte & 0x80) === 0) return { size, next: at + 1 };
    scale *= 128;
  }
  throw cut();
}
