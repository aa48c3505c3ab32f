/**
 * Placeholders in texts: `$ARGUMENTS`, `$ARGUMENTS[N]`, `$0 $1 …`, and `$name` of a declared argument, as in the command
 * and skill files of coding agents. Pure.
 *
 * What is put in is never looked at again, so that no argument can name another one.
 */
import type { JsonValue } from './types.ts';

/** The name that stands for all arguments. */
export const ALL_ARGUMENTS = 'ARGUMENTS';

/** What a placeholder asks for. */
export type Placeholder =
  | { readonly kind: 'all' }
  | { readonly kind: 'word'; readonly index: number }
  | { readonly kind: 'name'; readonly name: string };

/** Tells the declared names, and gives the values of placeholders. */
export interface Bindings {
  isDeclared(name: string): boolean;
  valueOf(placeholder: Placeholder): string;
}

/** Backslashes, the dollar, a number or a name, and an index behind it. */
const TOKEN = /(\\*)\$(?:(\d+)|([\p{L}_][\p{L}\p{N}_]*)(?:\[(\d+)\])?)/gu;

/** What one match comes to. `rest`: what was matched and is no part of it. */
interface Match {
  readonly placeholder: Placeholder;
  readonly backslashes: number;
  readonly rest: string;
}

/**
 * The text with its placeholders filled in. A backslash before one makes it an ordinary text (`\$1`), two stand for one
 * backslash. Anything else that follows a dollar is left alone, with its backslashes.
 */
export function fillText(text: string, bindings: Bindings): string {
  return replaceTokens(text, bindings, ({ placeholder, backslashes, rest }, source) => {
    const kept = '\\'.repeat(Math.floor(backslashes / 2));
    return backslashes % 2 === 1 ? kept + source : kept + bindings.valueOf(placeholder) + rest;
  });
}

/** The placeholders of a text that are to be filled in. */
export function placeholdersIn(text: string, bindings: Pick<Bindings, 'isDeclared'>): Placeholder[] {
  const found: Placeholder[] = [];
  replaceTokens(text, bindings, ({ placeholder, backslashes }) => {
    if (backslashes % 2 === 0) found.push(placeholder);
    return '';
  });
  return found;
}

/** The text with backslashes, so that filling it in gives it back as it is. */
export function escapePlaceholders(text: string): string {
  const none = { isDeclared: () => false };
  return replaceTokens(text, none, ({ backslashes }, source) => `${'\\'.repeat(2 * backslashes + 1)}${source}`);
}

/** A plain value with every text in it turned into another; keys stay. */
export function mapTexts(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((member: JsonValue) => mapTexts(member, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapTexts(member, change)]));
}

type Replace = (match: Match, source: string) => string;

/** `source` of a replacement is the match without its backslashes. */
function replaceTokens(text: string, { isDeclared }: Pick<Bindings, 'isDeclared'>, replace: Replace): string {
  return text.replace(TOKEN, (...parts: readonly (string | undefined)[]) => {
    const [whole = '', slashes = '', digits, name, index] = parts;
    const placeholder = toPlaceholder({ digits, name, index }, isDeclared);
    if (placeholder === undefined) return whole;
    const rest = index !== undefined && placeholder.kind !== 'word' ? `[${index}]` : '';
    return replace({ placeholder, backslashes: slashes.length, rest }, whole.slice(slashes.length));
  });
}

interface TokenParts {
  readonly digits: string | undefined;
  readonly name: string | undefined;
  readonly index: string | undefined;
}

function toPlaceholder(
  { digits, name, index }: TokenParts,
  isDeclared: (name: string) => boolean,
): Placeholder | undefined {
  if (digits !== undefined) return { kind: 'word', index: Number(digits) };
  if (name === ALL_ARGUMENTS) return index === undefined ? { kind: 'all' } : { kind: 'word', index: Number(index) };
  return name !== undefined && isDeclared(name) ? { kind: 'name', name } : undefined;
}
