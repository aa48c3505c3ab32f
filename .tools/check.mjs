/**
 * Runs every check: format, lint, types, unused code, then all tests, and stops at the first group that fails.
 * The last line of the tests is `N passed, M failed`, counted from vitest's JSON report.
 *
 *     node .tools/check.mjs            everything
 *     node .tools/check.mjs --tests    the tests only
 *
 * `GIT_TASKS_REPORT` names the file of the report (default `node_modules/.cache/git-tasks/tests.json`).
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countTests, summary } from './report.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const report = join(root, process.env.GIT_TASKS_REPORT ?? 'node_modules/.cache/git-tasks/tests.json');

const CHECKS = {
  format: ['oxfmt', '--check'],
  lint: ['oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives'],
  'types of src': ['tsc', '--noEmit', '--project', '.'],
  'types of test': ['tsc', '--noEmit', '--project', 'test'],
  'unused code': ['knip'],
};

/** Runs the executable of an installed package with this very Node; true when it succeeded. */
function passes(name, [tool, ...args]) {
  console.log(`\n== ${name}: ${tool} ${args.join(' ')}`);
  const { status } = spawnSync(process.execPath, [executable(tool), ...args], { cwd: root, stdio: 'inherit' });
  return status === 0;
}

function executable(tool) {
  const owner = tool === 'tsc' ? 'typescript' : tool;
  const manifest = require.resolve(join(root, 'node_modules', owner, 'package.json'));
  const { bin } = require(manifest);
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[tool]);
}

function testsPass() {
  mkdirSync(dirname(report), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const passed = passes('tests', ['vitest', 'run', '--config', 'test/vitest.config.ts', ...reporters]);
  const count = countTests(report);
  console.log(`\n${summary(count)}`);
  return passed && count.failed === 0 && count.passed > 0;
}

const checks = process.argv.includes('--tests') ? [] : Object.entries(CHECKS);
const failed = checks.find(([name, command]) => !passes(name, command))?.[0];
if (failed !== undefined) console.error(`\nfailed: ${failed}`);
if (failed !== undefined || !testsPass()) process.exitCode = 1;
