import fc from 'fast-check';
import { encode as cl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { encode as o200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { digestOf, type Section } from '../../../../src/app/agent/digest.ts';

const FRAME = { head: 'These are the facts of the ledger as they are known now.', foot: 'Go on.' };

function cost(text: string): number {
  return Math.max(o200k(text).length, cl100k(text).length);
}

function section(title: string, lines: readonly string[], more: Partial<Section> = {}): Section {
  return { title, lines, total: lines.length, ...more };
}

/** A plan of tasks, each of about 90 characters. */
function plan(count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    return `ab${n + 10} P2 Migrate part ${n} of the billing database to the new schema, and verify all of its invoices`;
  });
}

/** 60 characters of four tokens each. */
const RARE = '\u{2a6a5}'.repeat(60);

describe('a digest', () => {
  test('has a line of each section, however much those before it have to say', () => {
    const { text, shown } = digestOf(
      FRAME,
      ['Yours', 'News', 'Ready'].map((title) => section(title, plan(20))),
      400,
    );
    expect(Math.min(...shown)).toBeGreaterThanOrEqual(2);
    expect(shown[0]).toBeGreaterThan(shown[2] ?? 0);
    expect(cost(text)).toBeLessThanOrEqual(400);
  });

  test('gives what one section does not need to the others, in their order', () => {
    const shownOf = (counts: readonly number[]): readonly number[] => {
      const sections = counts.map((count, n) => section(`Section ${n}`, plan(count)));
      return digestOf(FRAME, sections, 400).shown;
    };
    const [all = 0] = shownOf([20, 0, 0]);
    expect(all).toBeGreaterThanOrEqual(9);
    // Two more titles take the room of no more than one line.
    expect(shownOf([1, 20, 1])[1]).toBeGreaterThanOrEqual(all - 3);
    expect(shownOf([1, 1, 20])[2]).toBeGreaterThanOrEqual(all - 3);
  });

  test('cuts a first line rather than leaving it out', () => {
    const sections = ['Yours', 'News', 'Ready'].map((title) => section(title, [`ab12 ${RARE}`, `cd34 ${RARE}`]));
    const { text, shown } = digestOf(FRAME, sections, 130);
    expect(shown).toEqual([1, 1, 1]);
    expect(text.match(/^\| ab12 \u{2a6a5}+…$/gmu)).toHaveLength(3);
    expect(cost(text)).toBeLessThanOrEqual(130);
  });

  test('does not cut a line for one that needs less', () => {
    const long = plan(1)[0] ?? '';
    const { text } = digestOf(FRAME, [section('Yours', [long]), section('Ready', ['ab12 short'])], 100);
    expect(text).toContain(`| ${long}\n`);
  });

  test('names each of those that must be told, by its id at the least', () => {
    const lines = Array.from({ length: 20 }, (_, n) => `ab${n + 10} ${RARE}`);
    const { text, shown } = digestOf(FRAME, [section('Unfinished', lines, { least: 20 })], 300);
    expect(shown).toEqual([20]);
    for (const line of lines) expect(text).toContain(`\n| ${line.slice(0, 4)}`);
  });

  test('has no line where a line could not say anything', () => {
    const { text, shown } = digestOf(FRAME, [section('Yours', plan(3)), section('Ready', plan(3))], 45);
    expect(shown).toEqual([0, 0]);
    expect(text).toContain('Yours: 0 of 3\nReady: 0 of 3');
  });

  test('marks each line, and says how many there are', () => {
    const lines = fc.array(fc.string({ unit: 'grapheme', maxLength: 90 }).map((text) => text.replaceAll(/\s+/g, ' ')));
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 4 }), fc.nat({ max: 500 }), fc.nat({ max: 9 }), (all, budget, least) => {
        const sections = all.map((some, n) => section(`Section ${n}`, some, { least }));
        const { text, shown } = digestOf(FRAME, sections, budget);
        const [head, ...body] = text.split('\n');
        expect([head, body.pop()]).toEqual([FRAME.head, FRAME.foot]);
        expect(body.filter((line) => line.startsWith('| '))).toHaveLength(shown.reduce((sum, n) => sum + n, 0));
        const titles = sections.flatMap(({ title, total }, n) =>
          total > 0 ? [`${title}: ${shown[n]} of ${total}`] : [],
        );
        expect(body.filter((line) => !line.startsWith('| '))).toEqual(titles);
        expect(body.length === titles.length || cost(text) <= budget).toBe(true);
      }),
    );
  });
});
