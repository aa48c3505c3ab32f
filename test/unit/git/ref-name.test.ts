import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRefName, refNameConflict } from '../../../src/git/ref-name.ts';

function gitAccepts(name: string): boolean {
  return spawnSync('git', ['check-ref-format', name]).status === 0;
}

describe('a ref name', () => {
  it('is what git check-ref-format accepts', () => {
    const part = fc.stringMatching(/^[a-b.@{}~^:?*[\\ \x7f-]{0,4}$/);
    const extra = fc.constantFrom('', '.lock', '..', '@{', '@', '.');
    const name = fc
      .tuple(fc.array(fc.tuple(part, extra), { minLength: 1, maxLength: 3 }))
      .map(([parts]) => `refs/${parts.map(([a, b]) => a + b).join('/')}`);
    fc.assert(
      fc.property(name, (ref) => {
        expect(isRefName(ref)).toBe(gitAccepts(ref));
      }),
      { numRuns: 150 },
    );
  });

  it('may be a pseudo ref, but nothing else outside of refs/', () => {
    expect(['HEAD', 'ORIG_HEAD'].every(isRefName)).toBe(true);
    expect(['tasks', 'config', '../HEAD', 'refs', ''].some(isRefName)).toBe(false);
  });

  it('conflicts with a ref whose folder it would be, and the other way round', () => {
    expect(refNameConflict('refs/heads/a', ['refs/heads/ab', 'refs/heads/a/b'])).toBe('refs/heads/a/b');
    expect(refNameConflict('refs/heads/a/b', ['refs/heads/a'])).toBe('refs/heads/a');
    expect(refNameConflict('refs/heads/a', ['refs/heads/a', 'refs/heads/a-b'])).toBeUndefined();
  });
});
