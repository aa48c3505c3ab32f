import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cleanIdent,
  formatSignature,
  hashObject,
  parseCommit,
  parseTree,
  serializeCommit,
  serializeTree,
  type TreeEntry,
} from '../../../src/git/objects.ts';
import { git, scratchRepository } from '../../support/git.ts';

const WHO = { name: 'Ada Example', email: 'ada@example.org', seconds: 1_780_000_000, timezone: '+0130' };
const OID = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

const entryName = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 12 })
  .map((name) => name.toWellFormed().replaceAll(/[\0/\n]/g, '_'))
  .filter((name) => !['.', '..'].includes(name) && !name.toLowerCase().startsWith('.git'));

describe('a tree', () => {
  it('survives being read and written', () => {
    const entry = fc.record({ mode: fc.constantFrom('100644', '100755', '40000', '120000'), name: entryName });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: ({ name }) => name, maxLength: 30 }), (entries) => {
        const bytes = serializeTree(entries.map((each) => ({ ...each, oid: OID })));
        expect(serializeTree(parseTree(bytes).toReversed())).toEqual(bytes);
        expect(new Set(parseTree(bytes).map(({ name }) => name))).toEqual(new Set(entries.map(({ name }) => name)));
      }),
    );
  });

  it('has the order of git, in which a folder sorts as if its name ended in a slash', () => {
    const folder = scratchRepository();
    const entries: TreeEntry[] = ['a', 'a.b', 'a-b', 'a0', 'B', 'é', '\u{1F600}', '\uFFFD', 'ab'].flatMap((name) => [
      { mode: '40000', name, oid: EMPTY_TREE },
      { mode: '100644', name: `${name}.txt`, oid: OID },
    ]);
    const lines = entries.map(
      ({ mode, name, oid }) => `${mode} ${mode === '40000' ? 'tree' : 'blob'} ${oid}\t${name}\0`,
    );
    const made = spawnSync('git', ['mktree', '-z', '--missing'], {
      cwd: folder,
      input: lines.join(''),
      encoding: 'utf8',
    });
    expect(hashObject('tree', serializeTree(entries))).toBe(made.stdout.trim());
  });

  it('keeps names that are not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('100644 caf\xe9\0', 'latin1'), Buffer.from(OID, 'hex')]);
    const [entry] = parseTree(bytes);
    expect(entry?.name).toBe('caf\uFFFD');
    expect(Buffer.from(serializeTree(parseTree(bytes)))).toEqual(bytes);
  });

  it('that is cut is damaged', () => {
    const bytes = serializeTree([{ mode: '100644', name: 'a', oid: OID }]);
    for (let length = 1; length < bytes.length; length++) {
      expect(() => parseTree(bytes.subarray(0, length))).toThrow(expect.objectContaining({ code: 'damaged' }));
    }
  });

  it.each(['', 'a/b', 'a\0b'])('cannot hold the name %j', (name) => {
    expect(() => serializeTree([{ mode: '100644', name, oid: OID }])).toThrow(/BUG/);
  });

  it('cannot hold a name twice', () => {
    const entry = { mode: '100644', name: 'a', oid: OID };
    expect(() => serializeTree([entry, { ...entry, mode: '40000' }])).toThrow(/BUG/);
  });
});

describe('a commit', () => {
  it('survives being written and read', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(
        fc.nat(2_000_000_000),
        fc.array(fc.constant(OID), { maxLength: 3 }),
        text,
        (seconds, parents, words) => {
          const message = words.toWellFormed().replaceAll('\0', '');
          const commit = { tree: OID, parents, author: { ...WHO, seconds }, committer: WHO, message };
          expect(parseCommit(serializeCommit(commit))).toEqual(commit);
        },
      ),
    );
  });

  it('of git is read, signature and encoding headers included', () => {
    const head = `tree ${OID}\nparent ${OID}\nauthor A B <a@b> 1 +0000\ncommitter C <> 2 -0230\nencoding latin1`;
    const signed = `${head}\ngpgsig -----BEGIN\n parent fake\n -----END\n\nsubject\n\nparent not a header\n`;
    expect(parseCommit(Buffer.from(signed))).toEqual({
      tree: OID,
      parents: [OID],
      author: { name: 'A B', email: 'a@b', seconds: 1, timezone: '+0000' },
      committer: { name: 'C', email: '', seconds: 2, timezone: '-0230' },
      message: 'subject\n\nparent not a header\n',
    });
  });

  it('without a tree is damaged', () => {
    expect(() => parseCommit(Buffer.from('nonsense'))).toThrow(expect.objectContaining({ code: 'damaged' }));
  });

  it('passes git fsck --strict whatever the names are', () => {
    const folder = scratchRepository();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, email) => {
        const who = { ...WHO, name, email };
        const bytes = serializeCommit({ tree: EMPTY_TREE, parents: [], author: who, committer: who, message: 'x\n' });
        const made = spawnSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], { cwd: folder, input: bytes });
        expect([made.status, made.stderr.toString()]).toEqual([0, '']);
      }),
      { numRuns: 25 },
    );
    git(folder, 'mktree');
    expect(git(folder, 'fsck', '--strict', '--no-dangling')).toBe('');
  });
});

describe('a signature', () => {
  it.each([
    ['Ada <Example>\n', 'Ada Example'],
    [' .,"Ada"; ', 'Ada'],
    ['a\u0000b', 'a b'],
    ['<>', ''],
  ])('has the name %j cleaned to %j', (name, expected) => {
    expect(cleanIdent(name)).toBe(expected);
  });

  it('is never without a name, a time or a zone', () => {
    expect(formatSignature({ name: '', email: '', seconds: Number.NaN, timezone: 'UTC' })).toBe('unknown <> 0 +0000');
  });
});
