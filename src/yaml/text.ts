/**
 * Which form a string takes in a file: plain, in double quotes, or as a literal block.
 *
 * The writer chooses with these functions and the scanner accepts only what they would have chosen. A form is safe when
 * YAML 1.2, YAML 1.1 and a reviewer's eye all read the same string.
 */

/**
 * What nobody sees: controls, format characters (bidi overrides, zero width), LS, PS, noncharacters, lone surrogates.
 * Left alone are tab and LF, the two variation selectors that ordinary emoji carry, and the joiners, without which
 * Persian cannot be written: they change how a letter looks, never the order of a line.
 */
const HIDDEN =
  /(?!\n|\t|\ufe0e|\ufe0f|\u200c|\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}]/u;
const ALL_HIDDEN = new RegExp(HIDDEN, 'gu');
/** What stands in double quotes as it is. */
const UNESCAPED = /^[ !#-[\]-~]*$/;
const QUOTED_UNESCAPED = /^"[ !#-[\]-~]*"$/;
const BEYOND_ASCII = /[^\n\t -~]/;

/** No boolean, null or float of YAML 1.1, as generous as any reader takes them. */
const NO_WORD = '(?!(?:y|n|yes|no|on|off|true|false|null|\\.inf|\\.nan|\\.?e[-+]?[0-9]+)$)';
/**
 * A start that is neither an indicator nor that of a number, date or time: a digit needs a letter behind it that none of
 * them (hex included) has.
 */
const PLAIN_START = '(?:[a-z_/($]|[0-9](?=.*[g-np-su-wy])|\\.(?=[a-z/])|[^ -~\\s])';
/** Anything but `: `, ` #`, blanks other than spaces, and a blank or colon at the end. */
const PLAIN_REST = '(?:[^\\s:]|:(?=\\S)| (?=[^\\s#]| ))*';
const PLAIN = new RegExp(`^${NO_WORD}${PLAIN_START}${PLAIN_REST}$`, 'i');

/** A first or last line of blanks only, which parsers take for a part of the indentation. */
const BLANK_EDGE = /^\n*[ \t]+(?:\n|$)|\n[ \t]+\n*$/;
const ONLY_BREAKS = /^\n*$/;

/** Whether the string can stand without quotes, as a key or as a value, in block style. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text) && isVisible(text);
}

/** Whether the string is written as a literal block. */
export function isLiteral(text: string): boolean {
  return text.includes('\n') && !BLANK_EDGE.test(text) && !ONLY_BREAKS.test(text) && isVisible(text);
}

/** The header of the literal block that holds this string: `|`, with an indentation where blanks come first. */
export function literalHeader(text: string): string {
  const indentation = /^[ \t\n]/.test(text) ? '2' : '';
  if (!text.endsWith('\n')) return `|${indentation}-`;
  return text.endsWith('\n\n') ? `|${indentation}+` : `|${indentation}`;
}

/** The string in double quotes: JSON's escapes, and nothing hidden in it left raw. */
export function quote(text: string): string {
  if (UNESCAPED.test(text)) return `"${text}"`;
  const json = JSON.stringify(text);
  return BEYOND_ASCII.test(json) ? json.replace(ALL_HIDDEN, escape) : json;
}

/** The string in these double quotes, or undefined when `quote` would not have written it like this. */
export function unquote(token: string): string | undefined {
  if (QUOTED_UNESCAPED.test(token)) return token.slice(1, -1);
  try {
    const json = token.includes('\\U') ? token.replace(/\\(?:U([0-9a-f]{8})|.)/g, unescapeLong) : token;
    const text: unknown = JSON.parse(json);
    return typeof text === 'string' && quote(text) === token ? text : undefined;
  } catch {
    return undefined;
  }
}

function isVisible(text: string): boolean {
  return !BEYOND_ASCII.test(text) || !HIDDEN.test(text);
}

function escape(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}

function unescapeLong(escaped: string, code: string | undefined): string {
  return code === undefined ? escaped : String.fromCodePoint(Number.parseInt(code, 16));
}
