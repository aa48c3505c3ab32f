/** JSON that is safe to look at: exact for programs, and without anything that a terminal would act on. Pure. */

/** What JSON leaves as it is although a terminal would act on it or not show it. */
const UNSEEN = /[\u007f-\u009f\p{Zl}\p{Zp}\p{DI}\ufff9-\ufffb]/gu;

/** JSON text, or lines of it, with every unseen character escaped (`\u` and four digits); it parses to the same value. */
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
