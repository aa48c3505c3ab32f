/** The report of a run as JSON. Pure. */
import { safeJsonText } from '../../task/safe-json.ts';
import type { Report } from './model.ts';

/** One object with `"contract": 1`, indented. Texts of tasks are those of the ledger; what cannot be seen is escaped as JSON does it. */
export function reportToJson(report: Report): string {
  return `${safeJsonText(JSON.stringify({ contract: 1, ...report }, undefined, 2))}\n`;
}
