/** JSON for standard output: exact for programs, and safe in the terminal of whoever looks at it. */

/** The version of everything that `--json` prints. Fields are only ever added under one number. */
const CONTRACT = 1;

/** What JSON leaves as it is although a terminal would act on it or not show it. */
const UNSEEN = /[\u007f-\u009f\p{Zl}\p{Zp}\p{DI}\ufff9-\ufffb]/gu;

/** The answer as one JSON object: on one line, or indented for people. */
export function answerToJson(answer: object, isPretty: boolean): string {
  return safeJson({ contract: CONTRACT, ...answer }, isPretty ? 2 : undefined);
}

/** JSON in which every unseen character is written as `\uXXXX`; it parses to the same value. */
export function safeJson(value: unknown, indent?: number): string {
  return safeJsonText(JSON.stringify(value, undefined, indent));
}

/** JSON text, or lines of it, with every unseen character as `\uXXXX`. */
export function safeJsonText(json: string): string {
  return json.replace(UNSEEN, escapeUnits);
}

function escapeUnits(character: string): string {
  let escaped = '';
  for (let i = 0; i < character.length; i++) {
    escaped += String.raw`\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
