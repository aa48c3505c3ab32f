/** Git and we take turns at writing one repository; after every turn both read all of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashObject, parseCommit, parseTree, serializeCommit, serializeTree } from '../../src/git/objects.ts';
import type { NewObject, ObjectStore, ObjectType, Oid, Repository } from '../../src/git/ports.ts';
import { openAt } from '../contract/support/repositories.ts';
import { type Format, FORMATS, NO_REFTABLE, openSystem, REFTABLES, scratchOf } from '../contract/support/system.ts';
import { git, gitWith } from '../support/git.ts';

const REF = 'refs/heads/tasks';

/** The files of the tip: content by path. */
type Files = ReadonlyMap<string, string>;

interface Turn {
  readonly who: 'we' | 'fast-import' | 'commit-tree' | 'we and pack' | 'gc' | 'repack' | 'pack-refs';
  readonly path: string;
  readonly content: string;
}

const turns = fc.array(
  fc.record<Turn>({
    who: fc.constantFrom('we', 'fast-import', 'commit-tree', 'we and pack', 'gc', 'repack', 'pack-refs'),
    path: fc.constantFrom('a.yaml', 'b.yaml', 'main/a.yaml', 'main/b.yaml', 'main-1/a.yaml', 'Ö ö/ü.yaml'),
    content: fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.toWellFormed()),
  }),
  { minLength: 3, maxLength: 10 },
);

type Stores = Pick<Repository, 'objects' | 'refs'>;

/** The tree of the files and all objects in it, made by us. */
function treeOf(store: ObjectStore, files: Files): { readonly oid: Oid; readonly objects: NewObject[] } {
  const make = (type: ObjectType, data: Uint8Array): NewObject => ({ oid: store.hash(type, data), type, data });
  const folders = new Map<string, Map<string, string>>();
  const objects: NewObject[] = [];
  const entries: { mode: string; name: string; oid: Oid }[] = [];
  for (const [path, content] of files) {
    const [first = '', rest] = path.split(/\/(.*)/s);
    if (rest !== undefined) folders.set(first, new Map(folders.get(first)).set(rest, content));
    else {
      const blob = make('blob', Buffer.from(content));
      objects.push(blob);
      entries.push({ mode: '100644', name: first, oid: blob.oid });
    }
  }
  for (const [name, inside] of folders) {
    const below = treeOf(store, inside);
    objects.push(...below.objects);
    entries.push({ mode: '40000', name, oid: below.oid });
  }
  const tree = make('tree', serializeTree(entries));
  return { oid: tree.oid, objects: [...objects, tree] };
}

async function weWrite({ objects, refs }: Stores, files: Files, extra: number): Promise<void> {
  const tip = await refs.read(REF);
  const tree = treeOf(objects, files);
  const who = { name: 'We', email: 'we@example.org', seconds: 1_780_000_000, timezone: '+0000' };
  const parents = tip === undefined ? [] : [tip];
  const data = serializeCommit({
    tree: tree.oid,
    parents,
    author: who,
    committer: who,
    message: `ours on ${tip ?? 'nothing'}\n`,
  });
  const commit: NewObject = { oid: objects.hash('commit', data), type: 'commit', data };
  const more = Array.from({ length: extra }, (_, index): NewObject => {
    const blob = Buffer.from(`${tip} ${index}`);
    return { oid: objects.hash('blob', blob), type: 'blob', data: blob };
  });
  await objects.write([...more, ...tree.objects, commit]);
  const log = { name: 'We', email: 'we@example.org', at: 1_780_000_000_000, message: 'ours' };
  const result = await refs.compareAndSwap({ ref: REF, expected: tip ?? null, next: commit.oid, log });
  expect(result).toEqual({ status: 'updated' });
}

function fastImport(folder: string, { path, content }: Turn, tip: Oid | undefined): void {
  const size = Buffer.byteLength(content);
  const from = tip === undefined ? '' : `from ${tip}\n`;
  const head = `commit ${REF}\ncommitter Git <git@example.org> 1780000000 +0000\ndata 6\ntheirs\n${from}`;
  gitWith(folder, `${head}M 100644 inline "${path}"\ndata ${size}\n${content}\n\n`, 'fast-import', '--quiet');
}

function commitTree(folder: string, files: Files, tip: Oid | undefined): void {
  const write = (inside: Files): string => {
    const folders = new Map<string, Map<string, string>>();
    const lines: string[] = [];
    for (const [path, content] of inside) {
      const [first = '', rest] = path.split(/\/(.*)/s);
      if (rest !== undefined) folders.set(first, new Map(folders.get(first)).set(rest, content));
      else lines.push(`100644 blob ${gitWith(folder, content, 'hash-object', '-w', '--stdin')}\t${first}`);
    }
    for (const [name, below] of folders) lines.push(`040000 tree ${write(below)}\t${name}`);
    return gitWith(folder, lines.map((line) => `${line}\0`).join(''), 'mktree', '-z');
  };
  const parent = tip === undefined ? [] : ['-p', tip];
  const commit = git(folder, 'commit-tree', write(files), ...parent, '-m', 'theirs');
  git(folder, 'update-ref', '-m', 'theirs', REF, commit, tip ?? '0'.repeat(commit.length));
}

const MAINTENANCE: Readonly<Record<string, readonly string[]>> = {
  gc: ['gc', '--quiet'],
  repack: ['repack', '-adfq', '--depth=20'],
  'pack-refs': ['pack-refs', '--all', '--prune'],
};

/** One turn; gives the files after it. */
async function take(turn: Turn, folder: string, stores: Stores, before: Files): Promise<Files> {
  const maintenance = MAINTENANCE[turn.who];
  if (maintenance !== undefined) {
    git(folder, ...maintenance);
    return before;
  }
  const after = new Map(before).set(turn.path, turn.content);
  const tip = before.size === 0 ? undefined : git(folder, 'rev-parse', REF);
  if (turn.who === 'fast-import') fastImport(folder, turn, tip);
  else if (turn.who === 'commit-tree') commitTree(folder, after, tip);
  else await weWrite(stores, after, turn.who === 'we' ? 0 : 120);
  return after;
}

async function weRead({ objects }: Stores, tree: Oid, prefix = ''): Promise<[string, string][]> {
  const object = await objects.read(tree);
  const entries = parseTree(object?.data ?? Buffer.alloc(0), objects.oidLength);
  const found: [string, string][] = [];
  for (const { mode, name, oid } of entries) {
    if (mode === '40000') found.push(...(await weRead({ objects } as Stores, oid, `${prefix}${name}/`)));
    else found.push([prefix + name, Buffer.from((await objects.read(oid))?.data ?? []).toString()]);
  }
  return found;
}

function gitReads(folder: string): [string, string][] {
  const lines = git(folder, 'ls-tree', '-r', '-z', REF)
    .split('\0')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const [info = '', path = ''] = line.split(/\t(.*)/s);
    // The mark keeps the last line end, which `git` would cut.
    return [path, gitWith(folder, `${info.split(' ')[2]}\n`, 'cat-file', '--batch').split(/\n(.*)/s)[1] ?? ''];
  });
}

function sorted(files: [string, string][]): [string, string][] {
  return files.sort(([a], [b]) => (a < b ? -1 : 1));
}

async function expectBothToRead(folder: string, stores: Stores, files: Files): Promise<void> {
  const wanted = sorted([...files]);
  const tip = files.size === 0 ? undefined : git(folder, 'rev-parse', REF);
  expect(await stores.refs.read(REF)).toBe(tip);
  if (tip === undefined) return;
  expect(sorted(gitReads(folder))).toEqual(wanted);
  const commit = await stores.objects.read(tip);
  const { tree } = parseCommit(commit?.data ?? Buffer.alloc(0));
  expect(sorted(await weRead(stores, tree))).toEqual(wanted);
}

const CASES: readonly (Format & { readonly backend: 'chosen' | 'system' })[] = [
  ...FORMATS.map((format) => ({ ...format, backend: 'chosen' as const })),
  ...FORMATS.slice(0, 1).map((format) => ({
    ...format,
    name: `${format.name} through git`,
    backend: 'system' as const,
  })),
  ...(NO_REFTABLE === undefined ? REFTABLES : []).map((format) => ({ ...format, backend: 'chosen' as const })),
];

describe('git and we', () => {
  it.each(CASES)(
    'write and read one repository in turns: $name',
    async (format) => {
      await fc.assert(
        fc.asyncProperty(turns, async (series) => {
          const folder = scratchOf(format);
          const opened = format.backend === 'system' ? openSystem(folder, format) : await openAt(folder);
          let files: Files = new Map();
          for (const turn of series) {
            files = await take(turn, folder, opened, files);
            await expectBothToRead(folder, opened, files);
          }
          expect(git(folder, 'fsck', '--strict', '--full', '--no-dangling', '--no-progress')).toBe('');
          const all = git(folder, 'cat-file', '--batch-all-objects', '--batch-check=%(objectname)').split('\n');
          const oids = all.filter((oid) => oid !== '');
          const objects = await opened.objects.readMany(oids);
          expect(objects.map((object) => object && hashObject(object.type, object.data, format.algorithm))).toEqual(
            oids,
          );
          if ('release' in opened) opened.release();
          else opened.objects.close();
        }),
        { numRuns: 6 },
      );
    },
    300_000,
  );
});
