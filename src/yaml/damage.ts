/** What makes a text no task file at all, found before anything tries to parse it. */
import { MAX_FILE_BYTES } from '../task/limits.ts';
import type { FileProblem } from './parse.ts';
import { isOversized } from './write.ts';

/** Characters that no YAML text may contain raw: controls but tab, LF, CR and NEL. */
const CONTROL = /(?![\t\n\r\u0085])\p{Cc}/gu;
const DAMAGE = /^<{7}|(?![\t\n\r\u0085])\p{Cc}/mu;
const MARKER = /^(?:<{7}|\|{7}|={7}|>{7})(?= |\r?$)/;

/** The size, conflict markers, and raw control characters; none of it in a text worth parsing. */
export function damageIn(text: string): FileProblem[] {
  if (isOversized(text)) return [{ message: `the file is larger than ${MAX_FILE_BYTES} bytes`, line: 1, column: 1 }];
  const problems: FileProblem[] = [];
  let line = 0;
  for (const content of DAMAGE.test(text) ? text.split('\n') : []) {
    line += 1;
    const marker = MARKER.exec(content);
    if (marker !== null) {
      const message = `${marker[0]} is the mark of an unresolved merge: keep one side and remove the marks`;
      problems.push({ message, line, column: 1 });
    }
    for (const { 0: control, index } of content.matchAll(CONTROL)) {
      const message = `the control character ${escaped(control)} must be written as an escape in double quotes`;
      problems.push({ message, line, column: index + 1 });
    }
  }
  return problems;
}

function escaped(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}
