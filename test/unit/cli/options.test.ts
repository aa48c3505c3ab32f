import { describe, expect, test } from 'vitest';
import {
  collect,
  collectNames,
  collectStatuses,
  parseLimit,
  parseMetadata,
  parsePriority,
} from '../../../src/cli/options.ts';

describe('metadata', () => {
  test.each([
    ['k=text', 'text'],
    ['k=a=b', 'a=b'],
    ['k=12', 12],
    ['k=-1.5e3', -1500],
    ['k=true', true],
    ['k=null', null],
    ['k=', null],
    ['k=[1,"a"]', [1, 'a']],
    ['k={"a":{"b":[]}}', { a: { b: [] } }],
    ['k="quoted"', '"quoted"'],
    ['k={broken', '{broken'],
    ['k=12345678901234567890', '12345678901234567890'],
    ['k=1e999', '1e999'],
    ['k=0123', '0123'],
  ])('%s', (word, value) => {
    expect(parseMetadata([word])).toEqual({ k: value });
  });

  test('takes any key, and the last value of one', () => {
    expect(parseMetadata(['a=1', 'b=2', 'a=3'])).toEqual({ a: 3, b: 2 });
    expect(Object.keys(parseMetadata(['__proto__=1']))).toEqual(['__proto__']);
  });

  test('needs a key', () => {
    expect(() => parseMetadata(['value'])).toThrow('--meta takes key=value');
    expect(() => parseMetadata(['=value'])).toThrow('--meta takes key=value');
  });
});

test('repeated values add up, names also from comma lists', () => {
  expect(collect('b,c', collect('a'))).toEqual(['a', 'b,c']);
  expect(collectNames('b, c,', collectNames('a'))).toEqual(['a', 'b', 'c']);
  expect(collectStatuses('pending,in-progress')).toEqual(['pending', 'in_progress']);
  expect(() => collectStatuses('open')).toThrow('There is no status "open"');
});

test('numbers are read strictly', () => {
  expect([parsePriority('0'), parsePriority('P4'), parseLimit('0')]).toEqual([0, 4, 0]);
  for (const word of ['5', '-1', '1.0', '', 'high']) expect(() => parsePriority(word)).toThrow('is not a priority');
  for (const word of ['-1', 'all', '']) expect(() => parseLimit(word)).toThrow('--limit takes a number');
});
