import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchFolder } from '../support/git.ts';
import { type Mismatch, parseTranscript, runTranscript, updateTranscript } from '../support/transcript.ts';

const root = join(import.meta.dirname, '../..');

function markdownIn(folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
}

const files = ['README.md', ...markdownIn('docs'), ...markdownIn('test/cli')]
  .filter((path) => existsSync(join(root, path)))
  .filter((path) => parseTranscript(readFileSync(join(root, path), 'utf8')).length > 0);

const updating = process.env.UPDATE_TRANSCRIPTS === '1';

describe.runIf(files.length > 0)('the commands in the documents do what the documents show', () => {
  test.each(files)('%s', (path) => {
    const markdown = readFileSync(join(root, path), 'utf8');
    if (updating) writeFileSync(join(root, path), updateTranscript(markdown, scratchFolder()));
    const attempt = (): Mismatch | undefined => runTranscript(markdown, scratchFolder());
    const first = updating ? undefined : attempt();
    // One run of all documents in thousands has two names that begin alike. That it happens twice in one is no chance.
    const mismatch = first?.hasAlikeNames === true ? attempt() : first;
    // As text and not as objects: vitest then shows the lines that differ.
    expect(mismatch && `$ ${mismatch.command}\n${mismatch.actual}`).toBe(
      mismatch && `$ ${mismatch.command}\n${mismatch.expected}`,
    );
  });
});

describe('the transcript runner', () => {
  const block = (...lines: string[]): string => ['# Title', '```console', ...lines, '```', ''].join('\n');
  const actualOf = (...lines: string[]): string | undefined => runTranscript(block(...lines), scratchFolder())?.actual;

  test('accepts the output and the exit code that are shown', () => {
    expect(actualOf('$ echo one; echo two >&2', 'one', 'two', '$ exit 3', '[exit 3]', '$ true')).toBeUndefined();
  });

  test('finds other output, missing output, more output and another exit code', () => {
    expect(actualOf('$ echo one', 'two')).toBe('one');
    expect(actualOf('$ true', 'two')).toBe('');
    expect(actualOf('$ echo one; echo two', 'one')).toBe('one\ntwo');
    expect(actualOf('$ exit 4', '[exit 3]')).toBe('[exit 4]');
    expect(actualOf('$ exit 4')).toBe('[exit 4]');
  });

  test('looks at console blocks only', () => {
    expect(parseTranscript('```sh\n$ false\n```\n```console\n$ true\n```\n$ false\n')).toHaveLength(1);
  });

  test('takes continued commands and lines that stand for any number of lines', () => {
    expect(actualOf('$ cat <<END', '> one', '> two', '> three', '> END', 'one', '...', 'three')).toBeUndefined();
    expect(actualOf('$ seq 5', '...', '3', '...')).toBeUndefined();
    expect(actualOf('$ seq 5', '...', '7', '...')).toBe('1\n2\n3\n4\n5');
  });

  test('keeps the folder and exported variables from one command to the next', () => {
    expect(actualOf('$ pwd', '~/project', '$ cd ..; export A="b c"', '$ pwd; echo "$A"', '~', 'b c')).toBeUndefined();
  });

  test('binds an id where it is first shown, and follows it through prefixes and into commands', () => {
    const shown = [
      '$ echo Added x9d4',
      'Added k7ab',
      '$ echo x9d4m2zz',
      'k7abcdef',
      '$ echo k7ab k7abcd',
      'k7ab k7abcd',
    ];
    expect(actualOf(...shown)).toBeUndefined();
    expect(actualOf('$ echo x9d4 x9d5', 'k7ab k7ab')).toBe('x9d4 x9d5');
    expect(actualOf('$ echo x9d4 x9d4', 'k7ab k7ac')).toBe('x9d4 x9d4');
    expect(actualOf('$ echo x9d4; echo x9e5m2zz', 'k7ab', 'k7abcdef')).toBe('x9d4\nx9e5m2zz');
  });

  test('tells whether names began alike by chance, where something else is printed than shown', () => {
    const hasAlikeNames = (...lines: string[]): boolean | undefined =>
      runTranscript(block(...lines), scratchFolder())?.hasAlikeNames;
    expect(hasAlikeNames('$ echo x9d4 x9d4m x9e5; echo x9d4m', 'k7ab', 'k7cd')).toBe(false);
    expect(hasAlikeNames('$ echo x9d4m x9d4k', 'k7ab k7cd')).toBe(true);
    expect(hasAlikeNames('$ echo 9d4a3f8 9d4akxyz', 'a1b2c3d m2zz0000 more')).toBe(true);
    expect(hasAlikeNames('$ echo 9d4a3f8 9d4a3f8d10', 'a1b2c3d a1b2c3d4e5 more')).toBe(false);
  });

  test('does not take another word or number for an id', () => {
    expect(actualOf('$ echo task', 'base')).toBe('task');
    expect(actualOf('$ echo 1001', '1000')).toBe('1001');
  });

  test('binds commit hashes and lets times differ', () => {
    const head = 'git commit -q --allow-empty -m x; git rev-parse --short HEAD; git log -1 --format=%H';
    const hash = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678';
    expect(actualOf(`$ ${head}`, hash.slice(0, 7), hash, `$ git log -1 --format=%s ${hash}`, 'x')).toBeUndefined();
    expect(actualOf('$ date -u +%FT%TZ', '2026-11-22T13:00:00Z')).toBeUndefined();
    expect(actualOf('$ echo just now, in 29m', '3s ago, in 30m')).toBeUndefined();
  });

  test('writes what is printed into the document, with names that it accepts again and keeps', () => {
    const random = `id=$(od -An -N2 -tx1 /dev/urandom | tr -d ' \\n')9d4m; echo "$id $id"`;
    const old = block('$ echo one', 'two', `$ ${random}`, '', '$ exit 3', '$ date -u +%FT%TZ', 'x');
    const updated = updateTranscript(old, scratchFolder());
    expect(updated).toContain('$ echo one\none\n');
    expect(updated).toContain('$ exit 3\n[exit 3]\n');
    expect(runTranscript(updated, scratchFolder())).toBeUndefined();
    expect(updateTranscript(old, scratchFolder())).toBe(updated);
    expect(updateTranscript(updated, scratchFolder())).toBe(updated);
  });

  test('runs git-tasks by its name and as a command of git', () => {
    expect(actualOf('$ git tasks --version | wc -l', '1', '$ git-tasks --version | wc -l', '1')).toBeUndefined();
  });
});
