/**
 * Counts tests in vitest's JSON reports.
 *
 *     node .tools/report.mjs <report…>    prints what failed, then the sum as `N passed, M failed`; fails when a test
 *                                         failed or none ran
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/** How many tests passed and failed. */
export function countTests(path) {
  const failed = failures(path).length;
  return { passed: existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).numPassedTests : 0, failed };
}

/** The one line that people and machines read. */
export function summary({ passed, failed }) {
  return `${passed} passed, ${failed} failed`;
}

/**
 * What failed, with the beginning of the reason: the log of a long run is often seen from its end only. A file that failed
 * as a whole (it could not be loaded) is one failure, and so is a report that is missing.
 */
function failures(path) {
  if (!existsSync(path)) return [`${path}: no report`];
  const { testResults } = JSON.parse(readFileSync(path, 'utf8'));
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [`${file}\n${beginning(message)}`] : [];
    return failed.map((test) => `${file} > ${test.fullName}\n${beginning(test.failureMessages.join('\n'))}`);
  });
}

function beginning(text) {
  const lines = text.split('\n').slice(0, 30);
  return lines.map((line) => `    ${line.slice(0, 1000)}`).join('\n');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const reports = process.argv.slice(2);
  for (const report of reports)
    for (const failure of failures(report)) console.log(`failed in ${basename(report)}: ${failure}\n`);
  const counts = reports.map(countTests);
  const total = { passed: 0, failed: 0 };
  for (const { passed, failed } of counts) {
    total.passed += passed;
    total.failed += failed;
  }
  console.log(summary(total));
  if (total.failed > 0 || counts.some(({ passed }) => passed === 0)) process.exitCode = 1;
}
