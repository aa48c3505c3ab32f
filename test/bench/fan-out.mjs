/**
 * What the folders between a list and its tasks cost: the measurement behind the layout that format 1 fixes.
 *
 *     node test/bench/fan-out.mjs [--sizes 1000,10000,100000] [--changes 200]
 *
 * It uses the ledger's own tree editing and object store in a scratch repository: each change rewrites one random
 * task's blob, the trees above it and a commit, and moves the branch; the layouts take turns. Prints a Markdown table.
 */
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { serializeCommit } from '../../dist/lib/git/objects.js';
import { openRepository } from '../../dist/lib/git/open.js';
import { Staging } from '../../dist/lib/ledger/staging.js';
import { editTree } from '../../dist/lib/ledger/tree-edit.js';
import { processWorld } from '../../dist/lib/world.js';
import { makeBacklog, randomNumbers } from './backlog.mjs';
import { median, rounded, timedAsync } from './measure.mjs';
import { markdownTable } from './report.mjs';
import { bytesBelow, discard, ENV, git, run, scratchPath } from './scratch.mjs';

/** @typedef {import('../../dist/lib/git/ports.js').Oid} Oid */

/** Folders of an id: x, y, z are its first characters, of 32 each. @type {Record<string, (id: string) => string>} */
const LAYOUTS = {
  flat: () => '',
  x: (id) => `${id.slice(0, 1)}/`,
  xy: (id) => `${id.slice(0, 2)}/`,
  'x/y': (id) => `${id.slice(0, 1)}/${id.slice(1, 2)}/`,
  'xy/z': (id) => `${id.slice(0, 2)}/${id.slice(2, 3)}/`,
};

const REF = 'refs/heads/tasks';
const AUTHOR = { name: 'bench', email: 'bench@localhost', seconds: 1_780_000_000, timezone: '+0000' };

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,10000,100000' },
    changes: { type: 'string', default: '200' },
  },
});
const CHANGES = Number(flags.changes);

/**
 * A ledger's tree, and changes to it.
 * @param {string} folder
 * @param {string} layout
 */
async function openTree(folder, layout) {
  const repository = await openRepository({ ...processWorld(), cwd: folder, env: ENV });
  const { objects, refs } = repository;
  let tip = (await refs.read(REF)) ?? null;
  let tree = tip === null ? undefined : git(folder, 'rev-parse', `${tip}^{tree}`);
  const pathOf = (/** @type {string} */ id) => `main/${LAYOUTS[layout]?.(id) ?? ''}${id}.yaml`;
  /** Commits new texts. @param {ReadonlyMap<string, string>} textById */
  const commit = async (textById) => {
    const staging = new Staging(objects);
    const edits = [...textById].map(([id, text]) => [pathOf(id), staging.put('blob', Buffer.from(text))]);
    tree = await editTree(staging, tree, new Map(/** @type {[string, Oid][]} */ (edits)));
    const parents = tip === null ? [] : [tip];
    const next = staging.put(
      'commit',
      serializeCommit({ tree: tree ?? '', parents, author: AUTHOR, committer: AUTHOR, message: 'set\n' }),
    );
    await staging.flush();
    const log = { name: 'bench', email: 'bench@localhost', at: 0, message: 'set' };
    const { status } = await refs.compareAndSwap({ ref: REF, expected: tip, next, log });
    if (status !== 'updated') throw new Error('somebody else moved the branch of the benchmark');
    tip = next;
  };
  return { commit, close: () => repository.release() };
}

/** About 500 bytes that look like a task. @param {import('./backlog.mjs').BenchTask & Record<string, unknown>} task @param {number} version */
function textOf(task, version) {
  const lines = Object.entries(task).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return `${lines.join('\n')}\nversion: ${version}\n`;
}

/** @typedef {{ objects: number, bytes: number, ms: number }} Cost of one change */

/**
 * The rows of one size.
 * @param {number} size
 */
async function measureSize(size) {
  const tasks = makeBacklog(size);
  /** @type {Map<string, string>} */
  const folders = new Map();
  for (const layout of Object.keys(LAYOUTS)) {
    folders.set(layout, await makeBase(layout, tasks));
  }
  const before = mapValues(folders, packBytes);
  const onPack = await change(folders, tasks);
  for (const folder of folders.values()) git(folder, 'gc', '--quiet', '--prune=now');
  const growth = mapValues(folders, (folder, layout) => (packBytes(folder) - (before.get(layout) ?? NaN)) / CHANGES);
  for (const folder of folders.values()) unpack(folder);
  const onLoose = await change(folders, tasks);
  for (const folder of folders.values()) discard(folder);
  return Object.keys(LAYOUTS).map((layout) => {
    const { objects = NaN, bytes = NaN, ms = NaN } = onPack.get(layout) ?? {};
    const values = [objects, bytes / 1000, (growth.get(layout) ?? NaN) / 1000, ms, onLoose.get(layout)?.ms ?? NaN];
    return [size.toLocaleString('en'), layout, ...values.map((value) => String(rounded(value)))];
  });
}

/** A packed repository with all tasks. @param {string} layout @param {readonly import('./backlog.mjs').BenchTask[]} tasks */
async function makeBase(layout, tasks) {
  const folder = scratchPath('fan-out');
  run('git', ['init', '--quiet', folder]);
  git(folder, 'config', 'gc.auto', '0');
  const tree = await openTree(folder, layout);
  await tree.commit(new Map(tasks.map((task) => [task.id, textOf(task, 0)])));
  tree.close();
  git(folder, 'gc', '--quiet', '--prune=now');
  return folder;
}

/**
 * Makes the same changes in every layout, in turn, and gives what one of them leaves and how long it takes.
 * @param {ReadonlyMap<string, string>} folders
 * @param {readonly import('./backlog.mjs').BenchTask[]} tasks
 * @returns {Promise<Map<string, Cost>>}
 */
async function change(folders, tasks) {
  const random = randomNumbers(tasks.length);
  const before = mapValues(folders, looseState);
  /** @type {Map<string, number[]>} */
  const times = mapValues(folders, () => []);
  for (let i = 1; i <= CHANGES; i++) {
    const task = tasks[random(tasks.length)];
    if (task === undefined) throw new Error('the benchmark has no tasks');
    const texts = new Map([[task.id, textOf(task, i)]]);
    for (const [layout, folder] of folders) {
      const tree = await treeOf(folder, layout);
      times.get(layout)?.push(await timedAsync(() => tree.commit(texts)));
    }
  }
  for (const tree of trees.values()) tree.close();
  trees.clear();
  return mapValues(folders, (folder, layout) => {
    const { objects, bytes } = looseState(folder);
    const was = before.get(layout) ?? { objects: NaN, bytes: NaN };
    return {
      objects: (objects - was.objects) / CHANGES,
      bytes: (bytes - was.bytes) / CHANGES,
      ms: median(times.get(layout) ?? []),
    };
  });
}

/** @type {Map<string, Awaited<ReturnType<typeof openTree>>>} */
const trees = new Map();

/** @param {string} folder @param {string} layout */
async function treeOf(folder, layout) {
  const known = trees.get(folder);
  if (known !== undefined) return known;
  const tree = await openTree(folder, layout);
  trees.set(folder, tree);
  return tree;
}

/**
 * @template From, To
 * @param {ReadonlyMap<string, From>} map
 * @param {(value: From, key: string) => To} to
 * @returns {Map<string, To>}
 */
function mapValues(map, to) {
  return new Map([...map].map(([key, value]) => [key, to(value, key)]));
}

/** The loose objects of a repository, and the bytes of its object folder. @param {string} folder */
function looseState(folder) {
  return { objects: looseCount(folder), bytes: bytesBelow(join(folder, '.git/objects')) };
}

/** @param {string} folder */
function looseCount(folder) {
  return Number(git(folder, 'count-objects').split(' ')[0]);
}

/** @param {string} folder */
function packBytes(folder) {
  return bytesBelow(join(folder, '.git/objects/pack'));
}

/** @param {string} folder */
function unpack(folder) {
  const packs = join(folder, '.git/objects/pack');
  const aside = scratchPath('packs');
  // An object that is in a pack of the repository would not be written again.
  renameSync(packs, aside);
  for (const name of readdirSync(aside)) {
    if (name.endsWith('.pack'))
      run('git', ['unpack-objects', '-q'], { cwd: folder, input: readFileSync(join(aside, name)) });
  }
  rmSync(aside, { recursive: true });
}

const head = [
  'tasks',
  'layout',
  'objects a change',
  'loose kB a change',
  'kB a change after gc',
  'ms, packed base',
  'ms, loose base',
];
const rows = [head];
for (const size of flags.sizes.split(',').map(Number)) {
  rows.push(...(await measureSize(size)));
  console.error(`${size} tasks: measured`);
}
console.log(markdownTable(rows));
