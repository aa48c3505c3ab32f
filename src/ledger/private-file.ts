/** Small notes of this clone alone, in the git folder: what is lost with them can be found out again or done without. */
import { dirname } from 'node:path';
import { isSystemFault } from '../errors.ts';
import type { FileSystem } from '../git/files/file-system.ts';

/** The JSON value of a note; undefined where there is none that can be read. */
export function readNote(fs: FileSystem, path: string): unknown {
  try {
    return JSON.parse(fs.readFileSync(path).toString('utf8'));
  } catch (error) {
    if (isSystemFault(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Replaces a note. Where nothing can be written it stays as it is. `unique` names the file in between. */
export function writeNote(
  fs: FileSystem,
  path: string,
  note: { readonly value: unknown; readonly unique: string },
): void {
  const temporary = `${path}.${note.unique}.tmp`;
  try {
    fs.mkdirSync(dirname(path), { recursive: true });
    const file = fs.openSync(temporary, 'w', 0o666);
    try {
      const bytes = Buffer.from(`${JSON.stringify(note.value)}\n`);
      fs.writeSync(file, bytes, 0, bytes.length);
    } finally {
      fs.closeSync(file);
    }
    fs.renameSync(temporary, path);
  } catch (error) {
    if (!isSystemFault(error)) throw error;
  }
}
