/** Task ids: eight characters of Crockford's base 32 (https://www.crockford.com/base32.html), in lower case. */
import type { TaskId } from './types.ts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID_LENGTH = 8;
const ID = /^[0-9a-hjkmnp-tv-z]{8}$/;
const ID_PREFIX = /^[0-9a-hjkmnp-tv-z]{3,8}$/;
const LIST = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_-])?$/i;

/** Names that mean something else on the ledger branch. */
const RESERVED_LISTS = new Set(['templates', 'ledger.yaml', 'readme.md']);

/** The form of an id as a regular expression, for schemas. */
export const ID_PATTERN: string = ID.source;

/** The form of the name of a list, for schemas; a few names of that form are taken (`isListName`). */
export const LIST_PATTERN: string = LIST.source.replaceAll('a-z', 'A-Za-z');

/** Whether the text is a whole id. */
export function isTaskId(text: string): text is TaskId {
  return ID.test(text);
}

/** Whether the text could be the beginning of an id (3 to 8 characters). */
export function isIdPrefix(text: string): boolean {
  return ID_PREFIX.test(text);
}

/** Whether the text may name a list: letters, digits, `.`, `_`, `-`; at most 64; no leading or trailing dot. */
export function isListName(text: string): boolean {
  return LIST.test(text) && !text.endsWith('.lock') && !RESERVED_LISTS.has(text.toLowerCase());
}

/** Whether the text may name a template: as a list, but in lower case, so that no file system takes two for one. */
export function isTemplateName(text: string): boolean {
  return LIST.test(text) && text === text.toLowerCase() && !text.endsWith('.lock');
}

/** The id that these bytes spell, five bits of each of the first eight. Needs at least eight bytes. */
export function idFromBytes(bytes: Uint8Array): TaskId {
  let id = '';
  for (let i = 0; i < ID_LENGTH; i++) id += ALPHABET[(bytes[i] ?? 0) & 31];
  return id;
}
