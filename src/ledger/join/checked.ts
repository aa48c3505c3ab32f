/** Up to where the merges of the branch were checked: a note of this clone, which may be lost at any time. */
import { join } from 'node:path';
import { isSystemFault } from '../../errors.ts';
import { commitReader, compareHistories } from '../../git/merge-base.ts';
import { isOid } from '../../git/objects.ts';
import type { ObjectStore, Oid, Repository } from '../../git/ports.ts';

/** The note of one ledger. */
export interface CheckedTip {
  read(): Oid | undefined;
  save(tip: Oid): void;
}

/** Keeps the note in a folder. What cannot be read or written there costs a longer walk and nothing else. */
export function checkedTip({ fs }: Repository, folder: string): CheckedTip {
  const path = join(folder, 'checked');
  let known: Oid | undefined;
  return {
    read: () => (known ??= quietly(() => oidOf(fs.readFileSync(path)))),
    save: (tip) => {
      if (tip === known) return;
      known = tip;
      quietly(() => {
        const file = fs.openSync(path, 'w', 0o666);
        const line = Buffer.from(`${tip}\n`);
        fs.writeSync(file, line, 0, line.length);
        fs.closeSync(file);
      });
    },
  };
}

/** What was checked, if the branch still has it: somebody may have taken the branch back, and the mends with it. */
export async function noteOf(objects: ObjectStore, checked: CheckedTip, tip: Oid): Promise<Oid | undefined> {
  const note = checked.read();
  if (note === undefined || note === tip) return note;
  if ((await objects.read(note)) === undefined) return undefined;
  const { onlyX } = await compareHistories(commitReader(objects), note, tip);
  return onlyX.length === 0 ? note : undefined;
}

function oidOf(data: Uint8Array): Oid | undefined {
  const text = Buffer.from(data).toString('utf8').trimEnd();
  return isOid(text) ? text : undefined;
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!isSystemFault(error)) throw error;
    return undefined;
  }
}
