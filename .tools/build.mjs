/**
 * Builds `dist/cli` (the executable: CommonJS bundles with a V8 code cache) and `dist/lib` (the library: `tsc`).
 *
 *     node .tools/build.mjs              everything
 *     node .tools/build.mjs --cli        the executable only
 *     node .tools/build.mjs --if-stale   only when an input has changed since the last build
 *
 * Every file is put in place by rename, so a build may run while tests use the last one.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const cliFolder = join(root, 'dist/cli');
const require = createRequire(import.meta.url);

/**
 * What most commands never need is loaded when one of its exports is used for the first time, although the import in
 * the source is an ordinary static one. Libraries (to the name of the bundle file that each becomes) …
 */
const LAZY_LIBRARIES = {
  yaml: 'yaml',
  'isomorphic-git': 'isomorphic-git',
  'isomorphic-git/http/node': 'isomorphic-git-http',
  marked: 'marked',
  'proper-lockfile': 'proper-lockfile',
  'hono/html': 'hono-html',
  'log-update': 'log-update',
  xmlbuilder2: 'xmlbuilder2',
  'jsonc-parser': 'jsonc-parser',
  'smol-toml': 'smol-toml',
  diff: 'diff',
  // The validator of JSON schemas in the MCP SDK, for what our server never asks a client: a third of its loading time.
  '@modelcontextprotocol/server/_shims': 'mcp-validator',
};

/** … and built-ins that Node has not loaded by itself when a program starts; 1 to 5 ms each (measured on Node 20). */
const LAZY_BUILT_INS = ['child_process', 'crypto', 'http', 'https', 'net', 'perf_hooks', 'readline', 'stream', 'zlib'];

/** What each lazy import is loaded by. */
const LAZY = {
  ...Object.fromEntries(LAZY_BUILT_INS.flatMap((name) => [name, `node:${name}`].map((id) => [id, `node:${name}`]))),
  ...Object.fromEntries(Object.entries(LAZY_LIBRARIES).map(([library, name]) => [library, `./${name}`])),
};

/**
 * Verbs that are loaded together. Each group is a bundle of its own with a code cache of its own, because V8 reads all of
 * a cache at each start: `--help` needs no verb, and reading needs nothing of writing. What is in no group goes to
 * `rest`.
 */
const VERB_BUNDLES = {
  read: ['list', 'ready', 'blocked', 'show', 'why', 'plan', 'stats', 'log'],
  write: ['init', 'add', 'set', 'note', 'next', 'claim', 'renew', 'release', 'done', 'reopen', 'cancel'],
  mcp: ['mcp'],
  contract: ['schema', 'help'],
  prime: ['prime'],
  hook: ['hook'],
};

/** The only file that names the files of verbs. */
const VERB_TABLE = join(root, 'src/cli/verbs.ts');

/** What all bundles must have in common, since its classes are compared: module to the name that `core` exports it by. */
const SHARED = { [join(root, 'src/errors.ts')]: 'errors', commander: 'commander' };

/** Options that every bundle shares. Names are kept: renaming them costs 10 ms in each start (measured). */
const BUNDLE = {
  bundle: true,
  write: false,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  charset: 'ascii',
  legalComments: 'none',
  logLevel: 'warning',
  absWorkingDir: root,
  // `import()` becomes a lazily evaluated module, that of a built-in a `require`: the ESM loader is never started.
  supported: { 'dynamic-import': false },
};

/** Replaces each lazy import by a stand-in with a getter for every export. */
const lazyImports = {
  name: 'lazy-imports',
  setup(bundler) {
    bundler.onResolve({ filter: /^[^.]/ }, ({ path, namespace }) =>
      namespace !== 'lazy' && Object.hasOwn(LAZY, path) ? { path, namespace: 'lazy' } : undefined,
    );
    bundler.onResolve({ filter: /^\.\//, namespace: 'lazy' }, ({ path }) => ({ path, external: true }));
    bundler.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({ contents: standIn(path), loader: 'js' }));
  },
};

/** In the table of verbs, a verb is what its bundle exports under the verb's name. */
const verbBundles = {
  name: 'verb-bundles',
  setup(bundler) {
    bundler.onResolve({ filter: /\/commands\/[\w-]+\.ts$/ }, ({ path, importer }) => {
      return importer === VERB_TABLE ? { path: basename(path, '.ts'), namespace: 'verb' } : undefined;
    });
    bundler.onResolve({ filter: /^\.\//, namespace: 'verb' }, ({ path }) => ({ path, external: true }));
    bundler.onLoad({ filter: /.*/, namespace: 'verb' }, ({ path }) => {
      return { contents: `module.exports = require('./${bundleOf(path)}')['${path}'];`, loader: 'js' };
    });
  },
};

/** In the other bundles, what is shared is that of `core`. */
const sharedModules = {
  name: 'shared-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /errors\.ts$|^commander$/ }, ({ path, resolveDir }) => {
      const name = SHARED[path.startsWith('.') ? join(resolveDir, path) : path];
      return name === undefined ? undefined : { path: name, namespace: 'shared' };
    });
    bundler.onResolve({ filter: /^\.\/core$/, namespace: 'shared' }, ({ path }) => ({ path, external: true }));
    bundler.onLoad({ filter: /.*/, namespace: 'shared' }, ({ path }) => {
      return { contents: `module.exports = require('./core')['${path}'];`, loader: 'js' };
    });
  },
};

function bundleOf(verb) {
  return Object.keys(VERB_BUNDLES).find((name) => VERB_BUNDLES[name].includes(verb)) ?? 'rest';
}

function standIn(id) {
  const exported = require(id);
  const names = Object.keys(exported).filter((name) => name !== '__esModule');
  return [
    'let loaded;',
    `const load = () => (loaded ??= require('${LAZY[id]}'));`,
    // The mark tells esbuild's import helper that `default` is an export here like any other.
    exported.__esModule ? "Object.defineProperty(exports, '__esModule', { value: true });" : '',
    `for (const name of ${JSON.stringify(names)})`,
    '  Object.defineProperty(exports, name, { enumerable: true, get: () => load()[name] });',
  ].join('\n');
}

/**
 * Writes one bundle as a function expression behind a line with its build id. The launcher names the code cache after
 * that id, because V8 itself compares no more than the length of the source.
 */
function emit(name, code) {
  // The launcher reads one byte as one character, and esbuild leaves regular expressions as they are.
  const ascii = code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const source = `(function(exports,require,module){${ascii}\n})`;
  const id = createHash('sha256').update(source).digest('hex').slice(0, 16);
  replaceFile(join(cliFolder, `${name}.js`), `//${id}\n${source}\n`);
}

function replaceFile(path, content) {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

async function bundle(name, options) {
  const result = await build({ ...BUNDLE, ...options });
  emit(name, result.outputFiles[0].text);
}

async function buildCli() {
  mkdirSync(cliFolder, { recursive: true });
  const libraries = Object.entries(LAZY_LIBRARIES).map(([library, name]) =>
    bundle(name, {
      stdin: { contents: `module.exports = require('${library}')`, resolveDir: root },
      mainFields: ['module', 'main'],
    }),
  );
  const shared = Object.entries(SHARED).map(([path, name]) => `export * as ${name} from ${JSON.stringify(path)};`);
  const core = entryOf(["export { main } from './src/cli/main.ts';", ...shared]);
  const verbs = [...Object.keys(VERB_BUNDLES), 'rest'].map((name) => {
    const names = verbNames().filter((verb) => bundleOf(verb) === name);
    const lines = names.map((verb) => `export * as ${JSON.stringify(verb)} from './src/cli/commands/${verb}.ts';`);
    return bundle(name, { ...entryOf(lines), plugins: [lazyImports, verbBundles, sharedModules] });
  });
  await Promise.all([bundle('core', { ...core, plugins: [lazyImports, verbBundles] }), ...verbs, ...libraries]);
  for (const file of readdirSync(cliFolder)) {
    if (file.endsWith('.cache')) rmSync(join(cliFolder, file), { force: true });
  }
  run([join(root, '.tools/warm-up.mjs')]);
}

/** The files of the verbs: each `src/cli/commands/<verb>.ts`. */
function verbNames() {
  return readdirSync(join(root, 'src/cli/commands')).map((file) => basename(file, '.ts'));
}

function entryOf(lines) {
  return { stdin: { contents: lines.join('\n'), resolveDir: root, loader: 'ts' } };
}

function buildLibrary() {
  run([require.resolve('typescript/package.json').replace('package.json', 'bin/tsc'), '-p', root]);
}

function run(args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`failed: node ${args.map((arg) => relative(root, arg) || '.').join(' ')}`);
}

/** Hash of everything that a build is made from, and of the Node version that the code cache is good for. */
function inputsHash() {
  const hash = createHash('sha256').update(process.version);
  const files = ['package.json', 'package-lock.json', 'tsconfig.json', ...['src', 'bin', '.tools'].flatMap(filesBelow)];
  files.sort((a, b) => (a < b ? -1 : 1));
  for (const file of files) {
    hash.update(`\0${file.replaceAll(sep, '/')}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function filesBelow(folder) {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const stampFile = join(root, 'dist/.inputs');

function isFresh(stamp) {
  return existsSync(join(cliFolder, 'core.js')) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
}

const cliOnly = process.argv.includes('--cli');
const stamp = `${inputsHash()}${cliOnly ? ' cli' : ''}\n`;
if (!process.argv.includes('--if-stale') || !(isFresh(stamp) || (cliOnly && isFresh(stamp.replace(' cli', ''))))) {
  console.log(`build: ${cliOnly ? 'dist/cli' : 'dist/cli and dist/lib'}`);
  await buildCli();
  if (!cliOnly) buildLibrary();
  replaceFile(stampFile, stamp);
}
