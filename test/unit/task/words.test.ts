import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinWords, splitWords } from '../../../src/task/words.ts';

describe('a line of words', () => {
  test.each<[string, readonly string[] | undefined]>([
    ['', []],
    [' \t ', []],
    ['one two', ['one', 'two']],
    ['"hello world" second', ['hello world', 'second']],
    [`'it''s' "it's"`, ['its', "it's"]],
    [String.raw`it\'s a\ b \\`, ["it's", 'a b', '\\']],
    [String.raw`"\"\\\$\a"`, [String.raw`"\$\a`]],
    [String.raw`'\n'`, [String.raw`\n`]],
    ['""', ['']],
    ['a"b c"d', ['ab cd']],
    ['a\\', ['a\\']],
    ["it's", undefined],
    ['"open', undefined],
    ['$(rm -rf ~) `x` $HOME *', ['$(rm', '-rf', '~)', '`x`', '$HOME', '*']],
  ])('%j is %j', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  test('comes apart as it was put together', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('"', "'", '\\', ' ', '\n', '$', 'a') }),
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(splitWords(joinWords(words))).toEqual(words);
      }),
    );
  });

  test('is read as a shell reads it', () => {
    const unit = fc.constantFrom('"', "'", '\\', ' ', 'a', 'b', '-');
    const lines = fc.sample(fc.string({ unit, maxLength: 12 }), 300).filter((line) => !line.endsWith('\\'));
    for (const line of lines) {
      const words = splitWords(line);
      if (words === undefined) continue;
      const script = `printf '%s\\0' x ${line}`;
      const { status, stdout } = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
      expect({ line, status, words: stdout.split('\0').slice(1, -1) }).toEqual({ line, status: 0, words });
    }
  });
});
