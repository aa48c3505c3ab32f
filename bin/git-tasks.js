#!/usr/bin/env node
/**
 * The launcher: runs `dist/cli/core.js`, which parses the command line and asks for the bundle of the verb, each with
 * V8's code cache.
 *
 * Start-up is most of what a short command costs, so the bundle is compiled through `vm.Script` with `cachedData`.
 * Medians of 60 interleaved starts of `--help` on Node 20, stdout piped, of a program that is little more than its
 * argument parser: `node -e 0` 25.6 ms; an empty script that touches `process.stdout` 28.3; this without a cache 33.6;
 * with one that was made after runs 31.1; with one of every function, compiled eagerly, 31.4. That one is 64 % larger
 * (120 against 73 kB), V8 reads all of it in each start, and it grows with the program instead of with what is used.
 * A cache that is made before a run lacks the functions that V8 compiles lazily, which are nearly all.
 * Not used, because each costs more than it saves: `node:v8` for its version tag (2 ms), `node:crypto` for a hash
 * (3 ms), the ESM loader.
 */
'use strict';
const fs = require('fs');
const { Script } = require('vm');

const folder = `${__dirname}/../dist/cli/`;
const bundles = new Map();

/** V8 rejects a cache that was made by another version or with other flags; a name of its own keeps each one. */
const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').trim();
const variant = `${process.version}-${process.arch}${flags === '' ? '' : `-${Buffer.from(flags).toString('hex').slice(0, 60)}`}`;

/** The exports of a bundle; evaluated at its first use. Bundles ask for each other as `./name`. */
function load(name) {
  let bundle = bundles.get(name);
  if (bundle === undefined) {
    bundle = compile(name);
    bundles.set(name, bundle);
    const requireFrom = (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id));
    bundle.script.runInThisContext()(bundle.module.exports, requireFrom, bundle.module);
  }
  return bundle.module.exports;
}

/**
 * A bundle starts with `//<build id>`. The id is in the name of the cache because V8 compares only the length of the
 * source: under a fixed name, the cache of an older build could run as the code of this one.
 * A cache starts with the verbs that have been learnt, one line, before V8's data.
 */
function compile(name) {
  const filename = `${folder}${name}.js`;
  const source = fs.readFileSync(filename, 'latin1');
  const cacheFile = `${folder}${name}.${source.slice(2, 18)}.${variant}.cache`;
  let cache;
  try {
    cache = fs.readFileSync(cacheFile);
  } catch {
    // No cache yet.
  }
  const end = cache === undefined ? -1 : cache.indexOf(10);
  const cachedData = end < 0 ? undefined : cache.subarray(end + 1);
  const script = new Script(source, { filename, cachedData });
  const learnt = end < 0 || script.cachedDataRejected ? [] : cache.latin1Slice(0, end).split(' ');
  return { script, cacheFile, learnt, module: { exports: {} } };
}

/**
 * Adds what this run has compiled to the caches, once for each verb.
 * It is only a cache: where the folder cannot be written, everything works without, so a failure is no news.
 */
function learn(verb) {
  for (const { script, cacheFile, learnt } of bundles.values()) {
    if (learnt.includes(verb)) continue;
    const temporary = `${cacheFile}.${process.pid}.tmp`;
    try {
      fs.writeFileSync(
        temporary,
        Buffer.concat([Buffer.from(`${[...learnt, verb].join(' ')}\n`), script.createCachedData()]),
      );
      fs.renameSync(temporary, cacheFile);
    } catch {
      fs.rmSync(temporary, { force: true });
    }
  }
}

/** The last boundary: what escapes the program is a defect of it. That a reader has gone is the program's to handle. */
function fail(error) {
  process.stderr.write(`BUG: ${error?.stack ?? error}\n`);
  process.exitCode = 70;
}

async function start(args) {
  const code = await load('core').main(args);
  process.exitCode ??= code; // not where something has failed beside it
  const verb = /^[a-z][a-z-]{0,19}$/.test(args[0] ?? '') ? args[0] : '-';
  if (code !== 2) learn(verb);
  // The program is over when `main` is. Without this, Node takes 3 to 8 ms more to wait for V8's background threads and to
  // take itself apart. What a slow reader has not taken yet keeps it waiting all the same.
  if (process.stdout.writableLength + process.stderr.writableLength === 0) process.exit();
}

if (require.main === module) {
  process.on('uncaughtException', fail);
  start(process.argv.slice(2)).catch(fail);
} else {
  module.exports = { load, learn };
}
