/**
 * Checklists in Markdown (`- [ ] text`, of GitHub's flavour) as tasks: nesting is `parent`, a tick is `completed`.
 *
 * The file is read by the lexer of `marked`; lists without boxes, code and quotations are no tasks. Pure.
 */
import { lexer, type Token, type Tokens } from 'marked';
import { printable } from '../task/printable.ts';
import { normalizeLine } from '../task/text.ts';
import type { Instant, Task } from '../task/types.ts';
import { keyMaker, plainTask } from './plain-task.ts';
import type { Decoded, ImportedTask } from './types.ts';

/** Lists in lists beyond this depth are an attack on the stack, not a plan. */
const MAX_DEPTH = 50;

/** Of the words of two texts, so many must be the same for one to be the other, edited. */
const ALIKE = 0.5;

/** The boxes of a text in its order. `file` names the source: the same name is the same source again. */
export function decodeMarkdown(
  text: string,
  { file, created }: { readonly file: string; readonly created: Instant },
): Decoded {
  const tasks: ImportedTask[] = [];
  const keyOf = keyMaker(file);
  const walk = (tokens: readonly Token[], parent: string | undefined, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    for (const token of tokens.filter(isList)) {
      for (const item of token.items) {
        const own = item.task ? itemTask(item, { keyOf, parent, created }) : undefined;
        if (own !== undefined) tasks.push(own);
        walk(item.tokens, own?.key ?? parent, depth + 1);
      }
    }
  };
  walk(lexer(text), undefined, 0);
  return { tasks, issues: [] };
}

interface Surroundings {
  readonly keyOf: (text: string) => string;
  readonly parent: string | undefined;
  readonly created: Instant;
}

function itemTask(item: Tokens.ListItem, { keyOf, parent, created }: Surroundings): ImportedTask {
  const own = item.tokens.filter((token) => !isList(token) && token.type !== 'checkbox');
  const [subject = '', ...rest] = own
    .map((token) => token.raw.trim())
    .join('\n')
    .split('\n');
  const line = subject.replace(/^\[[ xX]\]\s+/, '').replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');
  const status = item.checked === true ? 'completed' : 'pending';
  return plainTask(
    'markdown',
    { key: keyOf(line), subject: line, description: rest.join('\n'), status, parent },
    created,
  );
}

function isList(token: Token): token is Tokens.List {
  return token.type === 'list';
}

/** A task that an earlier version of the file had, and how it read. */
export interface FormerItem {
  readonly key: string;
  readonly subject: string;
}

/**
 * The items with the keys that they had before their text was edited: whoever reads most like an item that has gone is
 * that item. Each former item is given away once.
 */
export function withFormerKeys(tasks: readonly ImportedTask[], former: readonly FormerItem[]): ImportedTask[] {
  const keys = new Set(tasks.map(({ key }) => key));
  const known = new Set(former.map(({ key }) => key));
  const gone = former.filter(({ key }) => !keys.has(key));
  const fresh = tasks.filter(({ key }) => !known.has(key));
  const pairs = fresh.flatMap((task) =>
    gone.map((old) => ({ task, old, alike: likeness(task.fields.subject, old.subject) })),
  );
  pairs.sort((a, b) => b.alike - a.alike);
  const renamed = new Map<string, string>();
  const taken = new Set<string>();
  for (const { task, old, alike } of pairs) {
    if (alike < ALIKE || renamed.has(task.key) || taken.has(old.key)) continue;
    renamed.set(task.key, old.key);
    taken.add(old.key);
  }
  return tasks.map((task) => {
    const key = renamed.get(task.key) ?? task.key;
    const parent = task.parent === undefined ? undefined : (renamed.get(task.parent) ?? task.parent);
    const metadata = { ...task.fields.metadata, markdown: { id: key } };
    return { ...task, key, fields: { ...task.fields, metadata }, ...(parent !== undefined && { parent }) };
  });
}

/** The share of words that two lines have in common (Dice, 1945), from 0 to 1. */
function likeness(a: string, b: string): number {
  const [first, second] = [words(a), words(b)];
  const common = [...first].filter((word) => second.has(word)).length;
  return first.size + second.size === 0 ? 0 : (2 * common) / (first.size + second.size);
}

function words(line: string): Set<string> {
  return new Set(
    normalizeLine(line)
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean),
  );
}

/** The tasks as a checklist: parts under what they are parts of, a box for each; cancelled ones are struck out. */
export function encodeMarkdown(tasks: readonly Task[]): string {
  const ids = new Set(tasks.map(({ id }) => id));
  const byParent = new Map<string, Task[]>();
  for (const task of tasks) {
    const parent = task.parent !== undefined && ids.has(task.parent) ? task.parent : '';
    byParent.set(parent, [...(byParent.get(parent) ?? []), task]);
  }
  const lines: string[] = [];
  const write = (parent: string, indent: string): void => {
    const children = (byParent.get(parent) ?? []).sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
    for (const task of children) {
      const subject = escapeInline(task.subject);
      const isDone = task.status === 'completed';
      lines.push(`${indent}- [${isDone ? 'x' : ' '}] ${task.status === 'cancelled' ? `~~${subject}~~` : subject}`);
      if (indent.length < MAX_DEPTH * 2) write(task.id, `${indent}  `);
    }
  };
  write('', '');
  return lines.map((line) => `${line}\n`).join('');
}

function orderOf({ priority, created, id }: Task): string {
  return `${priority} ${created} ${id}`;
}

/** A subject as text and nothing else: no HTML, link, picture, heading or sequence for a terminal comes out of it. */
function escapeInline(text: string): string {
  return printable(text).replaceAll(/[\\`*_[\]<>~&|#!]/g, (sign) => `\\${sign}`);
}
