/** A process that adds commits to a branch, each only on top of the tip that it read: `node … <folder> <name> <count>`. */
import { serializeCommit } from '../../../src/git/objects.ts';
import type { NewObject, ObjectType } from '../../../src/git/ports.ts';
import { openAt } from './repositories.ts';

const REF = 'refs/heads/tasks';
const [, , folder = '', name = '', count = '0'] = process.argv;
const repository = await openAt(folder);
const newObject = (type: ObjectType, data: Uint8Array): NewObject => {
  return { oid: repository.objects.hash(type, data), type, data };
};
const tree = newObject('tree', new Uint8Array(0));

for (let made = 0, tries = 0; made < Number(count); tries++) {
  const tip = await repository.refs.read(REF);
  const who = { name, email: '', seconds: 1_780_000_000 + tries, timezone: '+0000' };
  const commit = { tree: tree.oid, parents: tip === undefined ? [] : [tip], author: who, committer: who };
  const object = newObject('commit', serializeCommit({ ...commit, message: `${name} ${made}\n` }));
  await repository.objects.write([tree, object]);
  const log = { name, email: '', at: 1_780_000_000_000, message: 'append' };
  const result = await repository.refs.compareAndSwap({ ref: REF, expected: tip ?? null, next: object.oid, log });
  if (result.status === 'updated') made += 1;
}
