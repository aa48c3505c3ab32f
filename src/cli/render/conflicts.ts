/** Conflicts for people: what stays, what was set aside, and from where both came. */
import type { Conflict, JsonValue } from '../../task/types.ts';
import { safeJson } from './json.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { wordDiff } from './word-diff.ts';

/** A field's name, then `base`, `kept` and `other`: the changed words of each marked against the base. */
export function conflictLines(conflict: Conflict & { readonly now?: JsonValue }, { paint }: Screen): string[] {
  const { field, kept, other, base, now = kept } = conflict;
  const value = (name: string, text: string): string[] => {
    const [first = '', ...rest] = text.split('\n');
    return [`    ${paint.quiet(name.padEnd(5))}  ${first}`, ...rest.map((line) => `           ${line}`)];
  };
  const isChanged = safeJson(now) !== safeJson(kept);
  // Without a base the two values are compared with each other.
  const origin = base === undefined ? kept : base;
  return [
    `  ${paint.strong(printable(field))}`,
    ...(base === undefined ? [] : value('base', printable(textOf(base), 'text'))),
    ...value('kept', base === undefined ? printable(textOf(kept), 'text') : difference(origin, kept, paint)),
    ...value('other', difference(origin, other, paint)),
    ...(isChanged ? value('now', printable(textOf(now), 'text')) : []),
  ];
}

function difference(before: JsonValue, after: JsonValue, paint: Screen['paint']): string {
  // A word diff of two short values, or of something and nothing, would say less than the value.
  const isText = typeof before === 'string' && typeof after === 'string' && /\s/.test(before + after);
  return isText ? wordDiff(before, after, paint) : printable(textOf(after), 'text');
}

function textOf(value: JsonValue): string {
  if (value === null) return 'nothing';
  return typeof value === 'string' ? value : safeJson(value);
}
