import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

const src = join(import.meta.dirname, '../../../src');
const VALUE_IMPORT = /^(?:import|export)\s(?!type\s)[^'";]*?from\s+'(\.[^']+)'/gm;

/** The files that are loaded with these, paths relative to `src`; what is imported on demand or as a type is not. */
function loadedWith(entries: readonly string[]): string[] {
  const seen = new Set(entries.map((entry) => join(src, entry)));
  for (const file of seen) {
    // The one way from a command to the ledger; it is gone through when the verb is run.
    if (file.endsWith('cli/open-ledger.ts')) continue;
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(VALUE_IMPORT))
      seen.add(join(dirname(file), target));
  }
  return [...seen].map((file) => relative(src, file));
}

test('the search for a verb loads no command, and no command loads a use case before it is run', () => {
  const commands = readdirSync(join(src, 'cli/commands')).map((name) => `cli/commands/${name}`);
  const foreign = (files: readonly string[]): string[] =>
    files.filter((file) => !/^(?:cli|task|errors|world)\b/.test(file));
  expect(commands.length).toBeGreaterThan(20);
  expect(loadedWith(['cli/main.ts']).length).toBeGreaterThan(10);
  expect(loadedWith(['cli/main.ts']).filter((file) => file.startsWith('cli/commands/'))).toEqual([]);
  expect(foreign(loadedWith(['cli/main.ts', ...commands]))).toEqual([]);
});
