import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { sameJson } from '../../src/task/changes.ts';
import { FIELDS, SET_FIELDS } from '../../src/task/fields.ts';
import type { JsonValue, Task } from '../../src/task/types.ts';
import { isDefault } from '../../src/task/validate.ts';
import { decodeCanonical, decodeTask, encodeTask, patchTask } from '../../src/yaml/codec.ts';
import { quote } from '../../src/yaml/text.ts';
import { writeEntry, writeField } from '../../src/yaml/write.ts';
import { arbitraryTask } from '../support/arbitrary-task.ts';

const RUNS = 1000;

/** What plain JSON a file of this task stands for. */
function fileOf(task: Task): Record<string, unknown> {
  const fields = FIELDS.filter((field) => !isDefault(field, task[field.name])).map((field) => [
    field.name,
    task[field.name],
  ]);
  return Object.fromEntries([...fields, ...Object.entries(task.extra)]);
}

/** The decoder without its fast path: a comment sends every text to the library. */
function decodeSlowly(text: string, task: Task): ReturnType<typeof decodeTask> {
  return decodeTask(`${text}# not canonical\n`, task);
}

describe('the canonical form', () => {
  it('is read as the same task by the scanner, by the library, and by our reading of its nodes', () => {
    fc.assert(
      fc.property(arbitraryTask(), (task) => {
        const text = encodeTask(task);
        expect(decodeCanonical(text, task)).toEqual(task);
        expect(decodeSlowly(text, task)).toEqual({ ok: true, task, canonical: false });
        expect(parse(text)).toEqual(fileOf(task));
      }),
      { numRuns: RUNS },
    );
  });

  it('is read as the same values by a YAML 1.1 reader', () => {
    fc.assert(
      fc.property(arbitraryTask(), (task) => {
        expect(parse(encodeTask(task), { version: '1.1', logLevel: 'silent' })).toEqual(fileOf(task));
      }),
      { numRuns: RUNS },
    );
  });

  it('is stable: encoding what was decoded gives the same text, whatever order its maps had in memory', () => {
    fc.assert(
      fc.property(arbitraryTask(), (task) => {
        const text = encodeTask(task);
        const decoded = decodeCanonical(text, task);
        expect(decoded && encodeTask(decoded)).toBe(text);
        expect(encodeTask({ ...task, metadata: reversed(task.metadata) as Task['metadata'] })).toBe(text);
      }),
      { numRuns: RUNS },
    );
  });

  it('hides nothing: every character is printable ASCII, a line break, or visible', () => {
    fc.assert(
      fc.property(arbitraryTask(), (task) => {
        expect(encodeTask(task)).not.toMatch(
          /(?![\n\t])[\p{Cc}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u,
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('changes only in the lines of the field that changes', () => {
    fc.assert(
      fc.property(arbitraryTask(), arbitraryTask(), fc.constantFrom(...FIELDS.slice(1)), (task, other, { name }) => {
        const changed = { ...task, [name]: other[name] } as Task;
        const strip = (of: Task): string => encodeTask({ ...of, [name]: undefined });
        expect(strip(changed)).toBe(strip(task));
        const value = changed[name] as JsonValue | undefined;
        const isThere = encodeTask(changed) !== strip(task);
        expect(encodeTask(changed)).toContain(isThere && value !== undefined ? writeField(name, value) : '');
      }),
      { numRuns: RUNS },
    );
  });
});

function reversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toReversed());
}

/** One random edit of a text: a piece taken out, doubled, moved, or something put in. */
const edit = fc.record({
  at: fc.nat(),
  length: fc.nat({ max: 3 }),
  byLine: fc.boolean(),
  put: fc.constantFrom(
    '',
    '',
    ' ',
    '  ',
    '\n',
    '- ',
    '"',
    ':',
    '#',
    "'",
    '|',
    '-',
    '+',
    '2',
    'a',
    '\t',
    '{}',
    '[]',
    '\\',
    'id: x\n',
    '&a ',
    '\\u0041',
  ),
});

function mutate(
  text: string,
  { at, length, byLine, put }: { at: number; length: number; byLine: boolean; put: string },
): string {
  const pieces = byLine ? text.split(/(?<=\n)/) : [...text];
  const start = at % (pieces.length + 1);
  return [...pieces.slice(0, start), put, ...pieces.slice(start + length)].join('');
}

function swapLines(text: string, at: number): string {
  const lines = text.split(/(?<=\n)/);
  const index = at % lines.length;
  return [...lines.slice(0, index), lines[index + 1] ?? '', lines[index] ?? '', ...lines.slice(index + 2)].join('');
}

describe('the scanner', () => {
  it('answers a damaged or edited text with undefined, or with what the library reads in a text that is canonical', () => {
    let accepted = 0;
    fc.assert(
      fc.property(
        arbitraryTask(),
        fc.array(edit, { minLength: 1, maxLength: 2 }),
        fc.option(fc.nat()),
        (task, edits, swap) => {
          const mutated = edits.reduce(mutate, encodeTask(task));
          const text = swap === null ? mutated : swapLines(mutated, swap);
          const scanned = decodeCanonical(text, task);
          if (scanned === undefined) return;
          accepted += 1;
          expect(encodeTask(scanned)).toBe(text);
          expect(decodeSlowly(text, task)).toEqual({ ok: true, task: scanned, canonical: false });
        },
      ),
      { numRuns: 4 * RUNS },
    );
    expect(accepted).toBeGreaterThan(RUNS / 20);
  });

  it('never throws, and neither does the library path, on any text', () => {
    const pieces = fc.constantFrom(
      'id: ',
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '"',
      "'",
      '|',
      '>',
      '{',
      '}',
      '[',
      ']',
      '&a',
      '*a',
      '!',
      '%',
      '?',
      '---\n',
      '#',
      ',',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (list) => {
        const decoded = decodeTask(list.join(''), { id: '7kq3m2xz', list: 'main' });
        expect(decoded.ok).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });
});

/** How a person writes a field, and where comments go. */
const style = fc.record({
  above: fc.boolean(),
  behind: fc.boolean(),
  form: fc.constantFrom('block', 'block', 'indentless', 'flow', 'blank below'),
  order: fc.nat(),
});
type Style = typeof style extends fc.Arbitrary<infer T> ? T : never;

/** The lines of one field by hand, with comments that carry its number and say whether they stand outside its value. */
function writeByHand(name: string, value: JsonValue, { above, behind, form }: Style, index: number): string {
  let text = writeField(name, value);
  const isSet = (SET_FIELDS as readonly string[]).includes(name);
  const comment = (line: string): string =>
    /: [|>]/.test(line) || line.endsWith('\\n') ? line : `${line}  # behind ${index}`;
  if (isSet && form === 'indentless') text = text.replaceAll('\n  - ', '\n- ');
  if (isSet && form === 'flow') text = `${name}: [${(value as string[]).map(quote).join(' , ')}]\n`;
  if (behind && !text.includes('|')) text = text.split('\n').slice(0, -1).map(comment).join('\n').concat('\n');
  if (form === 'blank below' && !/: \|2?\+|- \|2?\+/.test(text)) text += '\n';
  return above ? `# above ${index}\n${text}` : text;
}

function handEdited(task: Task, styles: readonly Style[]): string {
  const fields = Object.entries(fileOf(task)).map(([name, value], index) => {
    const how = styles[index % styles.length] as Style;
    return { order: how.order, text: writeByHand(name, value as JsonValue, how, index) };
  });
  const [id, ...rest] = fields;
  return ['# made by hand\n', id?.text, ...rest.toSorted((a, b) => a.order - b.order).map(({ text }) => text)].join('');
}

/** A task that differs from another in some fields, and in some sets only by some members. */
const change = fc.record({
  fields: fc.subarray(FIELDS.slice(1), { minLength: 1, maxLength: 4 }),
  bySides: fc.boolean(),
});

function changeTask(
  task: Task,
  other: Task,
  { fields, bySides }: { fields: readonly (typeof FIELDS)[number][]; bySides: boolean },
): Task {
  const changed: Record<string, unknown> = { ...task };
  for (const { name } of fields) {
    const [mine, theirs] = [task[name], other[name]];
    if (bySides && Array.isArray(mine) && Array.isArray(theirs)) {
      const both = [...mine.slice(1), ...theirs.slice(0, 2)];
      changed[name] = (SET_FIELDS as readonly string[]).includes(name) ? [...new Set(both)].sort() : both;
    } else if (bySides && name === 'metadata') changed[name] = { ...task.metadata, ...other.metadata };
    else if (theirs === undefined) Reflect.deleteProperty(changed, name);
    else changed[name] = theirs;
  }
  return changed as unknown as Task;
}

describe('a patch', () => {
  it('of a canonical text is the canonical text of the new state', () => {
    fc.assert(
      fc.property(arbitraryTask(), arbitraryTask(), change, (task, other, what) => {
        const after = changeTask(task, other, what);
        expect(patchTask(encodeTask(task), task, after)).toBe(encodeTask(after));
      }),
      { numRuns: RUNS },
    );
  });

  it('of a text made by hand decodes to the new state; every line and comment outside the change stays', () => {
    fc.assert(
      fc.property(
        arbitraryTask(),
        arbitraryTask(),
        change,
        fc.array(style, { minLength: 4, maxLength: 12 }),
        (task, other, what, styles) => {
          const text = handEdited(task, styles);
          expect(decodeTask(text, task)).toEqual({ ok: true, task, canonical: false });
          const after = changeTask(task, other, what);
          const patched = patchTask(text, task, after);
          expect(decodeTask(patched, task)).toMatchObject({ ok: true, task: after });
          expect(patched.match(/# (?:above \d+|made by hand)/g)).toEqual(text.match(/# (?:above \d+|made by hand)/g));
          Object.keys(fileOf(task)).forEach((name, index) => {
            if (!sameJson(fileOf(task)[name], fileOf(after)[name])) return;
            const how = styles[index % styles.length] as Style;
            const lines = writeByHand(name, fileOf(task)[name] as JsonValue, { ...how, above: false }, index);
            expect(patched).toContain(lines.trimEnd());
          });
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('that changes nothing gives the same text', () => {
    fc.assert(
      fc.property(arbitraryTask(), fc.array(style, { minLength: 4, maxLength: 12 }), (task, styles) => {
        const text = handEdited(task, styles);
        expect(patchTask(text, task, structuredClone(task))).toBe(text);
      }),
      { numRuns: RUNS / 2 },
    );
  });
});

describe('one entry', () => {
  it('is written alone as it stands in the whole file', () => {
    fc.assert(
      fc.property(arbitraryTask(), (task) => {
        const entries = Object.entries(task.extra).map(([key, value]) => writeEntry(key, value, { pad: '' }));
        expect(encodeTask(task).endsWith(entries.join(''))).toBe(true);
      }),
      { numRuns: RUNS / 5 },
    );
  });
});
