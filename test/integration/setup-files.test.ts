import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFile, replaceAll } from '../../src/app/setup/files.ts';
import { scratchFolder } from '../support/git.ts';
import { treeOf } from './support/setup-site.ts';

describe('several files that are written as one', () => {
  it('are put back when a later one cannot take its place', () => {
    const folder = scratchFolder();
    const at = (name: string): string => join(folder, name);
    writeFileSync(at('changed'), 'before', { mode: 0o640 });
    writeFileSync(at('deleted'), 'before', { mode: 0o600 });
    const before = treeOf(folder);
    const next = Buffer.from('after');
    // The last one needs a folder by the name of the one before it: known only when that is to be renamed.
    const replacements = [
      { file: findFile(at('changed'), folder), next },
      { file: findFile(at('deleted'), folder), next: undefined },
      { file: findFile(at('made'), folder), next },
      { file: findFile(at('x'), folder), next },
      { file: findFile(at('x/y'), folder), next },
    ];
    expect(() => replaceAll(replacements, 'test')).toThrow(/EISDIR|EPERM|ENOTEMPTY/);
    expect(treeOf(folder)).toEqual(before);
    replaceAll(replacements.slice(0, 3), 'test');
    expect([...treeOf(folder).keys()]).toEqual(['changed', 'made']);
    expect(readFileSync(at('changed'), 'utf8')).toBe('after');
    expect(statSync(at('changed')).mode & 0o777).toBe(0o640);
  });
});
