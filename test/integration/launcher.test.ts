import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXECUTABLE, type Outcome, scratchFolder } from '../support/git.ts';

/** A program as the build would lay it out, around this body of `main(args)`. */
interface Program {
  readonly launcher: string;
  /** The names of the code caches. */
  caches(): string[];
  cachePath(): string;
  replace(id: string, body: string): void;
  run(...args: string[]): Outcome;
}

function createProgram(body: string): Program {
  const folder = scratchFolder();
  const dist = join(folder, 'dist/cli');
  cpSync(dirname(EXECUTABLE), join(folder, 'bin'), { recursive: true });
  mkdirSync(dist, { recursive: true });
  const launcher = join(folder, 'bin/git-tasks.js');
  const replace = (id: string, code: string): void => {
    const main = `exports.main = async (args) => { ${code} };`;
    writeFileSync(join(dist, 'core.js'), `//${id.padEnd(16, '0')}\n(function(exports,require,module){${main}\n})\n`);
  };
  const caches = (): string[] => readdirSync(dist).filter((name) => !name.endsWith('.js'));
  replace('a', body);
  return {
    launcher,
    caches,
    cachePath: () => join(dist, caches()[0] ?? ''),
    replace,
    run: (...args) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], {
        encoding: 'utf8',
        maxBuffer: 1e7,
      });
      return { code: status, stdout, stderr };
    },
  };
}

describe('the launcher', () => {
  test('hands over the arguments, gives the exit code and lets long output drain', () => {
    const program = createProgram(`process.stdout.write(args.join() + 'x'.repeat(5e6)); return 3;`);
    const { code, stdout } = program.run('a', '--b');
    expect(code).toBe(3);
    expect(stdout.length).toBe(5 + 5e6);
  });

  test('says BUG and exits 70 when the program throws, also beside its main line', () => {
    const thrown = createProgram(`throw new Error('boom');`).run();
    expect(thrown).toMatchObject({ code: 70, stderr: expect.stringContaining('BUG: Error: boom') });
    const later = `setTimeout(() => { throw new Error('late'); }, 1); return new Promise(() => setTimeout(() => {}, 50));`;
    const unfinished = createProgram(later).run();
    expect(unfinished).toMatchObject({ code: 70, stderr: expect.stringContaining('BUG: Error: late') });
    const beside = `setTimeout(() => { throw new Error('beside'); }, 1); await new Promise((r) => setTimeout(r, 50)); return 0;`;
    expect(createProgram(beside).run().code).toBe(70);
  });

  test('does not evaluate another bundle before it is asked for', () => {
    const program = createProgram(`return args[0] === 'heavy' ? require('./heavy').answer : 0;`);
    expect(program.run('light').code).toBe(0);
    expect(program.run('heavy').code).toBe(70);
    const heavy = join(dirname(program.cachePath()), 'heavy.js');
    writeFileSync(heavy, `//${'b'.repeat(16)}\n(function(exports,require,module){exports.answer = 42;\n})\n`);
    expect(program.run('heavy').code).toBe(42);
  });
});

describe('the bundles', () => {
  const dist = join(dirname(EXECUTABLE), '../dist/cli');

  test('are pure ASCII, because the launcher reads one byte as one character', () => {
    const bundles = readdirSync(dist).filter((name) => name.endsWith('.js'));
    expect(bundles).toContain('core.js');
    for (const name of bundles) expect(readFileSync(join(dist, name), 'utf8')).not.toMatch(/[^\0-\x7f]/);
  });

  test.each(['yaml', 'isomorphic-git', 'isomorphic-git-http', 'mcp-validator'])(
    'of the library %s can be loaded',
    (name) => {
      const script = `console.log(typeof require(${JSON.stringify(EXECUTABLE)}).load('${name}'))`;
      expect(execFileSync(process.execPath, ['--eval', script], { encoding: 'utf8' })).toBe('object\n');
    },
  );
});

describe('the code cache', () => {
  test('is written after a run, learns each verb once, and is not touched after that', () => {
    const program = createProgram(`return { a: () => 0, b: () => [1, 2].map((x) => x * 2).length - 2 }[args[0]]();`);
    program.run('a');
    const first = statSync(program.cachePath());
    program.run('a');
    expect(statSync(program.cachePath()).ino).toBe(first.ino);
    program.run('b');
    expect(statSync(program.cachePath()).size).toBeGreaterThan(first.size);
    expect(readFileSync(program.cachePath(), 'latin1').split('\n')[0]).toBe('a b');
    expect(program.caches()).toHaveLength(1);
  });

  test('takes every command line that starts with an option for one verb', () => {
    const program = createProgram('return 0;');
    for (const args of [[], ['--help'], ['-C', 'folder', 'list'], ['list']]) program.run(...args);
    expect(readFileSync(program.cachePath(), 'latin1').split('\n')[0]).toBe('- list');
  });

  test('learns nothing from a wrong command line', () => {
    const program = createProgram('return 2;');
    program.run('nonsense');
    expect(program.caches()).toEqual([]);
  });

  test('of one build never runs as another of the same length', () => {
    const program = createProgram(`return 10;`);
    expect([program.run('a').code, program.run('a').code]).toEqual([10, 10]);
    program.replace('b', `return 11;`);
    expect([program.run('a').code, program.run('a').code]).toEqual([11, 11]);
  });

  test.each([
    ['empty', ''],
    ['without a line end', 'a'],
    ['garbage', 'a\nnot what V8 wrote'],
  ])('is replaced when it is %s', (_what, content) => {
    const program = createProgram('return 7;');
    program.run('a');
    const size = statSync(program.cachePath()).size;
    writeFileSync(program.cachePath(), content);
    expect(program.run('a')).toEqual({ code: 7, stdout: '', stderr: '' });
    expect(statSync(program.cachePath()).size).toBe(size);
  });

  test('is done without, silently, where it cannot be written', () => {
    const program = createProgram('return 7;');
    program.run('a');
    const path = program.cachePath();
    rmSync(path);
    mkdirSync(path);
    expect(program.run('a')).toEqual({ code: 7, stdout: '', stderr: '' });
    expect(program.caches()).toHaveLength(1);
  });

  test('is kept apart for each set of flags', () => {
    const program = createProgram('return 7;');
    program.run('a');
    const run = (): void => void spawnSync(process.execPath, ['--max-lazy', program.launcher, 'a']);
    run();
    run();
    expect(program.caches()).toHaveLength(2);
  });

  test('of the real program is accepted by this Node', () => {
    const dist = join(dirname(EXECUTABLE), '../dist/cli');
    execFileSync(process.execPath, [EXECUTABLE, '--version']);
    const cache = readdirSync(dist).find((name) => name.startsWith(`core.`) && name.includes(`${process.version}-`));
    const data = readFileSync(join(dist, cache ?? 'missing'));
    const script = [
      `const { readFileSync } = require('fs');`,
      `const source = readFileSync(${JSON.stringify(join(dist, 'core.js'))}, 'latin1');`,
      `const cachedData = readFileSync(0).subarray(${data.indexOf(10) + 1});`,
      `process.stdout.write(String(new (require('vm').Script)(source, { cachedData }).cachedDataRejected));`,
    ].join('\n');
    expect(execFileSync(process.execPath, ['--eval', script], { input: data, encoding: 'utf8' })).toBe('false');
  });
});
