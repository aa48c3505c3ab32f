/** Reads a file by position through one moving window, so that neighbours cost one call. */
import { damaged, readFailure } from './failures.ts';
import type { FileSystem } from './file-system.ts';
import { quietly } from './staged-files.ts';

/** How much is read at once by default. */
const SMALL_WINDOW = 4096;

/** An open file that is read by position. What `bytesAt` gives stays valid: windows are never overwritten. */
export class FileWindow {
  readonly path: string;
  readonly size: number;
  readonly #fs: FileSystem;
  readonly #file: number;
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #windowBytes = SMALL_WINDOW;

  /** Opens the file. Throws the system's error. */
  constructor(fs: FileSystem, path: string) {
    this.#fs = fs;
    this.path = path;
    this.#file = fs.openSync(path, 'r');
    try {
      this.size = fs.fstatSync(this.#file).size;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Reads that much at once from now on; the size of the file for all of it. */
  widen(bytes: number): void {
    this.#windowBytes = Math.max(SMALL_WINDOW, bytes);
  }

  /** Back to small reads; what is loaded is let go. */
  narrow(): void {
    this.#windowBytes = SMALL_WINDOW;
    this.#buffer = Buffer.alloc(0);
  }

  /** `length` bytes from `position`; fewer at the end of the file. Throws `io` when the system refuses. */
  bytesAt(position: number, length: number): Buffer {
    const end = Math.min(position + length, this.size);
    if (end <= position) return Buffer.alloc(0);
    if (position < this.#start || end > this.#start + this.#buffer.length) this.#load(position, end - position);
    return this.#buffer.subarray(position - this.#start, end - this.#start);
  }

  /** Like `bytesAt`, but a file that ends before is `damaged`. */
  exactlyAt(position: number, length: number): Buffer {
    const bytes = this.bytesAt(position, length);
    if (bytes.length !== length) throw damaged(this.path, `it ends before byte ${position + length}`);
    return bytes;
  }

  /** Nothing was written, so a failure to close loses nothing. */
  close(): void {
    quietly(() => this.#fs.closeSync(this.#file));
  }

  #load(position: number, length: number): void {
    const isWhole = this.#windowBytes >= this.size;
    const start = isWhole ? 0 : position;
    const wanted = isWhole ? this.size : Math.min(Math.max(length, this.#windowBytes), this.size - start);
    const buffer = Buffer.allocUnsafe(Math.max(0, wanted));
    let filled = 0;
    try {
      while (filled < buffer.length) {
        const count = this.#fs.readSync(this.#file, buffer, filled, buffer.length - filled, start + filled);
        if (count === 0) throw damaged(this.path, 'it became shorter while it was read');
        filled += count;
      }
    } catch (error) {
      throw readFailure(error, this.path);
    }
    this.#buffer = buffer;
    this.#start = start;
  }
}
