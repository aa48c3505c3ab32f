/** zlib for many small objects: the output buffer is made to fit, which is half of the cost. */
import { deflateSync, inflateSync } from 'node:zlib';

/** zlib's smallest output buffer. */
const MIN_CHUNK = 64;

/**
 * The inflated bytes; `deflated` may go on after the stream's end. Throws zlib's error when the stream is broken or
 * longer than `size`, and a RangeError when it is shorter.
 *
 * The output buffer is one byte larger than the content, so that one native call does it all: 8 µs for an object of
 * 400 bytes, against 16 µs with zlib's default of 16 kB.
 */
export function inflateExactly(deflated: Uint8Array, size: number): Buffer {
  const room = Math.max(MIN_CHUNK, size + 1);
  const data = inflateSync(deflated, { chunkSize: room, maxOutputLength: room });
  if (data.length !== size) throw new RangeError(`inflates to ${data.length} bytes instead of ${size}`);
  return data;
}

/** The most bytes that content of this size can take when deflated, also by a poor compressor. */
export function deflatedBound(size: number): number {
  return size + (size >>> 8) + 64;
}

/** The deflated bytes. A fitting output buffer halves the time for small objects, here too (33 to 17 µs). */
export function deflate(data: Uint8Array): Buffer {
  return deflateSync(data, { chunkSize: deflatedBound(data.length) });
}
