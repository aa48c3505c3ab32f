/**
 * Counts tests in vitest's JSON reports.
 *
 *     node .tools/report.mjs <report…>    prints the sum as `N passed, M failed`; fails when a test failed or none ran
 */
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The tests that passed and failed. A file that failed as a whole (it could not be loaded) counts as one failure. */
export function countTests(path) {
  if (!existsSync(path)) return { passed: 0, failed: 0 };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(path, 'utf8'));
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: numPassedTests, failed: numFailedTests + broken.length };
}

/** The one line that people and machines read. */
export function summary({ passed, failed }) {
  return `${passed} passed, ${failed} failed`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const counts = process.argv.slice(2).map(countTests);
  const total = { passed: 0, failed: 0 };
  for (const { passed, failed } of counts) {
    total.passed += passed;
    total.failed += failed;
  }
  console.log(summary(total));
  if (total.failed > 0 || counts.some(({ passed }) => passed === 0)) process.exitCode = 1;
}
