/** JSON for standard output: exact for programs, and safe in the terminal of whoever looks at it. */
import { safeJsonText } from '../../task/safe-json.ts';

/** The version of everything that `--json` prints. Fields are only ever added under one number. */
export const CONTRACT = 1;

/** The answer as one JSON object: on one line, or indented for people. */
export function answerToJson(answer: object, isPretty: boolean): string {
  return safeJson({ contract: CONTRACT, ...answer }, isPretty ? 2 : undefined);
}

/** JSON in which every unseen character is escaped (`\u` and four digits); it parses to the same value. */
export function safeJson(value: unknown, indent?: number): string {
  return safeJsonText(JSON.stringify(value, undefined, indent));
}
