import { expect, it } from 'vitest';
import { encodeMarkdown } from '../../../src/interop/markdown.ts';
import { MINIMAL, mustDecode } from '../yaml/examples.ts';

it('a subject is written as text and nothing else: no markup, no sequence for a terminal', () => {
  const subject = 'a \u001B[2J \u202E <b>*x*</b> [y](z)';
  const lines = encodeMarkdown([{ ...mustDecode(MINIMAL), subject }]);
  expect(lines).toContain(String.raw`- [ ] a \\x1b\[2J \<U+202E\> \<b\>\*x\*\</b\> \[y\](z)`);
  for (const hidden of ['\u001B', '\u202E']) expect(lines).not.toContain(hidden);
});
