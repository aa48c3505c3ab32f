/** Writes packs in which the versions of one file or folder stand together, each as its difference to the newer one. */
import { TasksError } from '../../errors.ts';
import { wholeInPack } from '../../git/files/pack-entries.ts';
import { writePack } from '../../git/files/pack-write.ts';
import type { NewObject, Oid } from '../../git/ports.ts';
import type { Place } from '../../git/walk.ts';
import { syncFolder } from './join-packs.ts';
import type { TidyPlace } from './place.ts';

/** A pack that was written, and the objects that it has given back whole. */
export interface MadePack {
  readonly stem: string;
  readonly whole: ReadonlySet<Oid>;
}

/** Content of one pack in bytes: it is built in memory, in the background of somebody's work. */
const MAX_CONTENT = 32 * 1024 * 1024;

/** Objects that are read at once. */
const CHUNK = 1000;

/** Packs the objects, which come newest first. Durable and read again when it resolves. Throws `damaged`. */
export async function packSeries(place: TidyPlace, objects: readonly Place[]): Promise<MadePack[]> {
  const made: MadePack[] = [];
  let batch: NewObject[] = [];
  let content = 0;
  const flush = (): void => {
    if (batch.length > 0) made.push(storeAndRead(place, batch));
    [batch, content] = [[], 0];
  };
  const ordered = bySeries(objects);
  for (let at = 0; at < ordered.length; at += CHUNK) {
    const chunk = ordered.slice(at, at + CHUNK);
    const read = await place.objects.readMany(chunk.map(({ oid }) => oid));
    for (const [i, { oid, like }] of chunk.entries()) {
      const object = read[i];
      if (object === undefined)
        throw new TasksError('damaged', `The object ${oid} of the ledger is missing`, {
          hint: 'Run: git tasks doctor',
        });
      if (content + object.data.length > MAX_CONTENT) flush();
      batch.push({ oid, ...object, like });
      content += object.data.length;
    }
  }
  flush();
  return made;
}

/** Version after version of each path. Commits differ too much from each other to be worth it. */
function bySeries(objects: readonly Place[]): { readonly oid: Oid; readonly like: Oid | undefined }[] {
  const series = new Map<string, Place[]>();
  for (const object of objects) {
    const key = `${object.type} ${object.path}`;
    const members = series.get(key);
    if (members === undefined) series.set(key, [object]);
    else members.push(object);
  }
  return [...series.values()].flatMap((members) =>
    members.map(({ oid, type }, i) => ({ oid, like: type === 'commit' ? undefined : members[i - 1]?.oid })),
  );
}

function storeAndRead({ files, shared, objectsDir, objects }: TidyPlace, batch: readonly NewObject[]): MadePack {
  const stem = writePack(objectsDir, batch, { world: files, isDurable: true, shared });
  syncFolder(files.fs, `${objectsDir}/pack`);
  const oids = batch.map(({ oid }) => oid);
  const whole = wholeInPack(files.fs, stem, { oids, hash: objects.hash.bind(objects) });
  if (whole.size === oids.length) return { stem, whole };
  throw new TasksError('damaged', `${stem}.pack does not give back what was written to it`, {
    hint: 'Nothing was removed. Check the disk',
  });
}
