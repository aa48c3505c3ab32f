import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { git, scratchFolder } from '../support/git.ts';

const root = join(import.meta.dirname, '../..');
const manifest: { version: string; dependencies: Record<string, string> } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

function node(folder: string, ...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
}

/** Packs the project, and unpacks it as `app/node_modules/git-tasks`, without its dependencies. */
function installPackage(): { app: string; installed: string } {
  const app = scratchFolder();
  const pack = ['pack', '--offline', '--ignore-scripts', '--silent', '--pack-destination', app];
  execFileSync('npm', pack, { cwd: root, shell: process.platform === 'win32' });
  const modules = join(app, 'node_modules');
  mkdirSync(modules);
  execFileSync('tar', ['-xzf', `git-tasks-${manifest.version}.tgz`, '-C', modules], { cwd: app });
  // npm calls the folder in a tarball `package`; the link gives it the name that imports use.
  symlinkSync('package', join(modules, 'git-tasks'), 'junction');
  return { app, installed: join(modules, 'package') };
}

describe('the package', () => {
  beforeAll(() => {
    execFileSync(process.execPath, ['.tools/build.mjs', '--if-stale'], { cwd: root, stdio: 'inherit' });
  });

  test('holds the program, the library and its types, and nothing of this machine', () => {
    const { installed } = installPackage();
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(readdirSync(installed).toSorted()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'package.json'].toSorted(),
    );
    expect(files).toEqual(expect.arrayContaining(['bin/package.json', 'dist/cli/core.js', 'dist/lib/index.d.ts']));
    expect(files.filter((path) => /\.(?:cache|tmp|inputs)$/.test(path))).toEqual([]);
  });

  test('runs without any dependency installed', () => {
    const { installed } = installPackage();
    const repository = scratchFolder();
    git(repository, 'init', '--quiet');
    git(repository, 'config', 'user.name', 'Ada Example');
    git(repository, 'config', 'user.email', 'ada@example.org');
    const tasks = (...args: string[]): string => node(repository, join(installed, 'bin/git-tasks.js'), ...args);
    expect(tasks('--version').trim()).toBe(manifest.version);
    expect(tasks('--help')).toContain('Usage:');
    tasks('init');
    tasks('add', 'Try the package');
    expect(JSON.parse(tasks('ready', '--json'))).toMatchObject({ total: 1, tasks: [{ subject: 'Try the package' }] });
  });

  test('can be imported, with types that stand on their own', () => {
    const { app } = installPackage();
    mkdirSync(join(app, 'node_modules/@types'));
    for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
      mkdirSync(dirname(join(app, 'node_modules', name)), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), join(app, 'node_modules', name), 'junction');
    }
    writeFileSync(
      join(app, 'use.mts'),
      "import * as library from 'git-tasks';\nexport const names = Object.keys(library);\n",
    );
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    node(app, join(root, 'node_modules/typescript/bin/tsc'), ...options, 'use.mts');
    const list = "import * as library from 'git-tasks'; console.log(Object.keys(library).length);";
    expect(Number(node(app, '--input-type=module', '--eval', list))).toBeGreaterThan(0);
  });
});
