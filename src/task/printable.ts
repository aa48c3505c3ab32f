/**
 * Makes text from the ledger safe to show.
 *
 * A ledger arrives by `git fetch`, so a subject may hold anything: escape sequences that rewrite the screen or the title
 * of the terminal, bidirectional overrides that show another text than is there (CVE-2021-42574, "Trojan Source"),
 * characters that cannot be seen at all. Everything that people and agents read passes through here. Pure.
 */

/**
 * Control characters, line and paragraph separators, lone surrogates, everything that Unicode calls ignorable by default
 * (bidirectional controls, zero-width characters, variation selectors, tags, fillers), and format characters that hide.
 */
const UNSEEN = String.raw`[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{DI}\ufff9-\ufffb\u{13430}-\u{13455}]`;

/** Scripts in which joiners between two letters are a part of the spelling. */
const JOINING = String.raw`[\p{scx=Arab}\p{scx=Deva}\p{scx=Beng}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Knda}\p{scx=Telu}\p{scx=Taml}]`;

/** What is unseen and harmless in its place: the joiners of such letters, and those inside an emoji. */
const HARMLESS = String.raw`(?<=${JOINING})[\u200c\u200d](?=${JOINING})|(?<=[\p{Emoji}\u20e3])[\ufe0e\ufe0f]|(?<=\p{Emoji}\ufe0f?)\u200d(?=\p{Extended_Pictographic})`;

/** Made when first needed: it takes a millisecond, and most text is plain. */
let pattern: RegExp | undefined;

/** Most text is plain, and this test is several times faster than the replacement. */
const PLAIN = /^[\x20-\x7e\xa1-\xac\xae-\u02ff]*$/;

/**
 * The text with everything that is not visible as itself shown as an escape: `\n`, `\x1b`, `<U+202E>`.
 *
 * `text` keeps line feeds and tabs, for what is shown on lines of its own. `line` (the default) keeps neither.
 */
export function printable(value: string, shape: 'line' | 'text' = 'line'): string {
  if (PLAIN.test(value)) return value;
  pattern ??= new RegExp(`${HARMLESS}|(${UNSEEN})`, 'gu');
  return value.replace(pattern, (match: string, unseen: string | undefined) => {
    if (unseen === undefined || (shape === 'text' && (unseen === '\n' || unseen === '\t'))) return match;
    return escapeOf(unseen);
  });
}

function escapeOf(character: string): string {
  if (character === '\n') return String.raw`\n`;
  if (character === '\t') return String.raw`\t`;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code < 0xa0 ? String.raw`\x${hex.padStart(2, '0')}` : `<U+${hex.toUpperCase().padStart(4, '0')}>`;
}
