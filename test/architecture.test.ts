import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkArchitecture, type Layers, type SourceFile } from './support/architecture.ts';
import layersJson from './support/layers.json' with { type: 'json' };

const layers: Layers = layersJson;
const src = join(import.meta.dirname, '../src');

/** Walks the folders one by one: another way than the count below, so that neither can miss a file unseen. */
function readSources(folder: string): SourceFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return readSources(path);
    return [{ path: relative(src, path).replaceAll(sep, '/'), text: readFileSync(path, 'utf8') }];
  });
}

describe('the source tree', () => {
  test('keeps to its layers and limits', () => {
    expect(checkArchitecture(readSources(src), layers).problems).toEqual([]);
  });

  test('is seen whole by the check, and holds TypeScript only', () => {
    const files = readdirSync(src, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.filter(({ name }) => !name.endsWith('.ts'))).toEqual([]);
    expect(checkArchitecture(readSources(src), layers).seen).toBe(files.length);
    expect(files.length).toBeGreaterThan(10);
  });

  test('is described by a table whose every layer imports only from layers above it', () => {
    const order = Object.keys(layers);
    for (const [name, { imports, types = [] }] of Object.entries(layers)) {
      const below = order.slice(order.indexOf(name));
      expect([...imports, ...types].filter((target) => below.includes(target) || !order.includes(target))).toEqual([]);
    }
  });
});

describe('the check itself', () => {
  const problemsOf = (path: string, text: string): string[] => checkArchitecture([{ path, text }], layers).problems;

  test.each([
    ['an upward import', 'task/a.ts', `import { x } from '../ledger/b.ts';`],
    ['an upward import over several lines', 'task/a.ts', `import {\n  x,\n  y,\n} from '../ledger/b.ts';`],
    ['an upward import for its effect', 'task/a.ts', `import '../ledger/b.ts';`],
    ['an upward re-export', 'graph/a.ts', `export { x } from '../git/b.ts';`],
    ['an upward import of a type', 'graph/a.ts', `import type { X } from '../git/b.ts';`],
    ['an upward lazy import', 'app/a.ts', `const x = await import('../cli/b.ts');`],
    ['a value where only types may come from', 'git/a.ts', `import { processWorld } from '../world.ts';`],
    ['a front end in another', 'mcp/tools/a.ts', `import { x } from '../../cli/b.ts';`],
    ['an eager import of what may be loaded lazily', 'cli/a.ts', `import { x } from '../web/b.ts';`],
    ['a file in an unknown folder', 'helpers/a.ts', ''],
    ['a file that is too long', 'app/a.ts', 'x;\n'.repeat(301)],
    ['a reader of process', 'app/a.ts', 'const x = process.env;'],
    ['a clock', 'graph/a.ts', 'const x = Date.now();'],
    ['a hidden clock', 'ledger/a.ts', 'const x = new Date();'],
    ['randomness', 'ledger/a.ts', 'const x = Math.random();'],
    ['a built-in module in a pure layer', 'yaml/a.ts', `import { join } from 'node:path';`],
    ['a default export', 'app/a.ts', 'export default 1;'],
  ])('finds %s', (_what, path, text) => {
    expect(problemsOf(path, text)).toHaveLength(1);
  });

  test.each([
    ['an import from a layer above', 'app/a.ts', `import { x } from '../ledger/b.ts';`],
    ['an import from the same folder', 'app/deep/a.ts', `import { x } from '../b.ts';`],
    ['a type where types may come from', 'git/a.ts', `import type { World } from '../world.ts';`],
    ['another front end that is loaded on demand', 'cli/a.ts', `await import('../web/b.ts');`],
    ['a package', 'yaml/a.ts', `import { parse } from 'yaml';`],
    ['an import in a comment', 'task/a.ts', `/*\nimport { x } from '../git/b.ts';\n*/\n// Date.now()`],
  ])('allows %s', (_what, path, text) => {
    expect(problemsOf(path, text)).toEqual([]);
  });
});
