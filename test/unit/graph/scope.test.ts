import { describe, expect, it } from 'vitest';
import { globsMeet } from '../../../src/graph/scope.ts';

describe('two globs', () => {
  it.each([
    ['src/a.ts', 'src/a.ts'],
    ['src/**', 'src/a/b.ts'],
    ['src/*.ts', 'src/a.ts'],
    ['**', 'anything'],
    ['**/x.ts', 'src/a/x.ts'],
    ['src', 'src/a.ts'],
    ['./src/a.ts', 'src/a.ts'],
    ['src/*/x', 'src/y*/x'],
    ['a/**/z', 'a/b/**'],
    ['src/{a,b}.ts', 'src/c.ts'],
  ])('%s and %s may match one file', (a, b) => {
    expect([globsMeet(a, b), globsMeet(b, a)]).toEqual([true, true]);
  });

  it.each([
    ['src/a.ts', 'src/b.ts'],
    ['src/*.ts', 'src/a.js'],
    ['src/**', 'test/a.ts'],
    ['docs/*.md', 'docs/a/b.txt'],
    ['a/?', 'a/bc'],
  ])('%s and %s never do', (a, b) => {
    expect([globsMeet(a, b), globsMeet(b, a)]).toEqual([false, false]);
  });

  it('are compared in time however many stars they have', () => {
    const started = performance.now();
    globsMeet(`${'a*'.repeat(500)}b`, `${'a'.repeat(5000)}c`);
    globsMeet('**/'.repeat(12) + 'x', 'y/'.repeat(12) + 'z');
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
