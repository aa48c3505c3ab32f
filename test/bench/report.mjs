/** Results as a table for people and as JSON for programs. */
import { isMet, rounded } from './measure.mjs';

/** @typedef {import('./measure.mjs').Result} Result */

/** A Markdown table that can be read as it is. @param {readonly (readonly string[])[]} rows the first is the heading */
export function markdownTable(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (/** @type {readonly string[]} */ row) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join('\n');
}

/** @param {readonly Result[]} results */
export function resultTable(results) {
  const rows = results.map((result) => {
    const { group, name, value, unit, detail = '' } = result;
    const met = isMet(result);
    const verdict = met === undefined ? '' : met ? 'ok' : 'MISSED';
    return [group, name, `${rounded(value)} ${unit}`, targetText(result), verdict, detail];
  });
  return markdownTable([['on', 'what', 'measured', 'target', '', 'how'], ...rows]);
}

/** @param {Result} result */
function targetText({ target, unit }) {
  if (target === undefined) return '';
  return 'max' in target ? `<= ${target.max} ${unit}` : `>= ${target.min} ${unit}`;
}

/** @param {readonly Result[]} results */
export function resultsToJson(results) {
  return results.map((result) => {
    const met = isMet(result);
    return { ...result, value: rounded(result.value), ...(met !== undefined && { ok: met }) };
  });
}
