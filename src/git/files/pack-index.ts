/**
 * Looks ids up in the index of a pack, version 2.
 *
 * Source: gitformat-pack(5), "pack-*.idx files". A fan-out table by first byte, then the ids in order: a look-up is a
 * binary search by position, so its cost does not grow with the pack.
 */
import { TasksError } from '../../errors.ts';
import { damaged } from './failures.ts';
import type { FileSystem } from './file-system.ts';
import { FileWindow } from './window.ts';

const OID_BYTES = 20;
const FAN_OUT_AT = 8;
const OIDS_AT = FAN_OUT_AT + 256 * 4;
const VERSION_2 = Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]);

/** Ranges of at most this many ids are read at once instead of being halved further. */
const BLOCK = 128;

/** An open index. */
export class PackIndex {
  /** How many objects the pack has. */
  readonly count: number;
  readonly #window: FileWindow;
  readonly #fanOut: Buffer;

  /** Opens the index. Throws the system's error, `damaged`, or `unsupported` for version 1. */
  constructor(fs: FileSystem, path: string) {
    this.#window = new FileWindow(fs, path);
    try {
      this.#fanOut = readFanOut(this.#window);
      this.count = this.#fanOut.readUInt32BE(255 * 4);
      const least = OIDS_AT + this.count * (OID_BYTES + 8) + 2 * OID_BYTES;
      if (this.#window.size < least) throw damaged(path, 'it is cut');
    } catch (error) {
      this.#window.close();
      throw error;
    }
  }

  get size(): number {
    return this.#window.size;
  }

  /** Loads the whole index for many look-ups, or lets it go again. */
  preload(isWanted: boolean): void {
    if (isWanted) this.#window.widen(this.#window.size);
    else this.#window.narrow();
  }

  /** Where the object starts in the pack, or undefined. `oid` is 20 bytes. */
  find(oid: Buffer): number | undefined {
    const first = oid[0] ?? 0;
    let low = first === 0 ? 0 : this.#fanOut.readUInt32BE((first - 1) * 4);
    let high = this.#fanOut.readUInt32BE(first * 4);
    if (low > high || high > this.count) throw damaged(this.#window.path, 'its fan-out table is out of order');
    while (high - low > BLOCK) {
      const middle = (low + high) >>> 1;
      const order = oid.compare(this.#window.exactlyAt(OIDS_AT + middle * OID_BYTES, OID_BYTES));
      if (order === 0) return this.#offset(middle);
      if (order < 0) high = middle;
      else low = middle + 1;
    }
    const block = this.#window.exactlyAt(OIDS_AT + low * OID_BYTES, (high - low) * OID_BYTES);
    const at = searchBlock(block, oid);
    return at === undefined ? undefined : this.#offset(low + at);
  }

  close(): void {
    this.#window.close();
  }

  #offset(position: number): number {
    const table = OIDS_AT + this.count * (OID_BYTES + 4);
    const offset = this.#window.exactlyAt(table + position * 4, 4).readUInt32BE();
    if (offset < 0x8000_0000) return offset;
    // The top bit marks a row of the table of 64-bit offsets.
    const row = table + this.count * 4 + (offset - 0x8000_0000) * 8;
    return Number(this.#window.exactlyAt(row, 8).readBigUInt64BE());
  }
}

function readFanOut(window: FileWindow): Buffer {
  const head = window.exactlyAt(0, OIDS_AT);
  if (head.subarray(0, 8).equals(VERSION_2)) return Buffer.from(head.subarray(FAN_OUT_AT));
  throw new TasksError('unsupported', `${window.path} is not a pack index of version 2`, {
    hint: 'let git write it anew: git repack -a -d',
    data: { path: window.path },
  });
}

/** The position of the id in a sorted run of ids. */
function searchBlock(block: Buffer, oid: Buffer): number | undefined {
  let low = 0;
  let high = block.length / OID_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = oid.compare(block, middle * OID_BYTES, (middle + 1) * OID_BYTES);
    if (order === 0) return middle;
    if (order < 0) high = middle;
    else low = middle + 1;
  }
  return undefined;
}
