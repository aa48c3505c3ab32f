/** A process that reads through git and then has nothing left to do: `node … <folder> <oid>`. */
import { openAt } from './repositories.ts';

const [, , folder = '', oid = '', then = ''] = process.argv;
const { objects } = await openAt(folder);
const object = await objects.read(oid);
process.stdout.write(`${object?.type}\n`);
if (then === 'stay') setInterval(() => undefined, 1000);
