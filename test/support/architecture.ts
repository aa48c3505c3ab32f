/**
 * Finds what breaks the architecture: imports that `layers.json` does not name, files outside its folders, files that
 * are too long, readers of the clock where there must be none. Pure: works on a list of files.
 */
import { posix } from 'node:path';

/** One source file; the path is relative to `src`, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What a folder (or a file directly in `src`) may import. Its own files are always allowed. */
export interface Layer {
  readonly imports: readonly string[];
  /** Layers of which it may import types. */
  readonly types?: readonly string[];
  /** Layers that it may load by `import()` only: a command that starts another front end. */
  readonly lazy?: readonly string[];
  /** No built-in modules, no clock, no randomness. */
  readonly pure?: boolean;
}

export type Layers = Readonly<Record<string, Layer>>;

interface Import {
  readonly target: string;
  readonly kind: 'value' | 'type' | 'lazy';
}

const STATIC_IMPORT = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;
const LAZY_IMPORT = /\bimport\('([^']+)'\)/g;
const COMMENT = /\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm;
const MAX_LINES = 300;

/** Words that only some files may use. Comments do not count. */
const BANNED: readonly { what: RegExp; name: string; where: (path: string, layer: Layer) => boolean }[] = [
  { what: /\bprocess\s*\./, name: 'process', where: (path) => path !== 'world.ts' },
  { what: /\bDate\.now\b/, name: 'Date.now', where: (path) => path !== 'world.ts' },
  { what: /\bnew Date\(\s*\)/, name: 'new Date()', where: (path) => path !== 'world.ts' },
  { what: /\bMath\.random\b/, name: 'Math.random', where: () => true },
  { what: /\bfrom 'node:/, name: 'a built-in module', where: (_path, layer) => layer.pure === true },
  { what: /^export default\b/m, name: 'a default export', where: () => true },
];

/** All violations, each as one sentence, and the number of files that were looked at. */
export function checkArchitecture(files: readonly SourceFile[], layers: Layers): { seen: number; problems: string[] } {
  const problems = files.flatMap((file) => {
    const name = layerOf(file.path);
    const layer = layers[name];
    if (layer === undefined) return [`${file.path} is in no known layer`];
    return [...lengthProblems(file), ...wordProblems(file, layer), ...importProblems(file, name, layer)];
  });
  return { seen: files.length, problems };
}

/** The first folder of a path, or the name of a file directly in `src`. */
function layerOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function lengthProblems({ path, text }: SourceFile): string[] {
  const lines = text.trimEnd().split('\n').length;
  return lines > MAX_LINES ? [`${path} has ${lines} lines, more than ${MAX_LINES}`] : [];
}

function wordProblems({ path, text }: SourceFile, layer: Layer): string[] {
  const code = text.replaceAll(COMMENT, '');
  return BANNED.filter(({ what, where }) => where(path, layer) && what.test(code)).map(
    ({ name }) => `${path} uses ${name}`,
  );
}

function importProblems({ path, text }: SourceFile, name: string, layer: Layer): string[] {
  const allowed = { value: layer.imports, type: layer.types ?? [], lazy: layer.lazy ?? [] };
  return importsOf(text.replaceAll(COMMENT, ''))
    .filter(({ target }) => target.startsWith('.'))
    .map(({ target, kind }) => ({ kind, target: layerOf(posix.join(posix.dirname(path), target)) }))
    .filter(({ kind, target }) => target !== name && !layer.imports.includes(target) && !allowed[kind].includes(target))
    .map(({ kind, target }) => `${path} imports ${target} (${kind}), which its layer may not`);
}

function importsOf(code: string): Import[] {
  const found: Import[] = [];
  for (const [, type, target] of code.matchAll(STATIC_IMPORT)) {
    if (target !== undefined) found.push({ target, kind: type === undefined ? 'value' : 'type' });
  }
  for (const [, target] of code.matchAll(LAZY_IMPORT)) {
    if (target !== undefined) found.push({ target, kind: 'lazy' });
  }
  return found;
}
