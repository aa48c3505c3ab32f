import { describe, expect, it } from 'vitest';
import { parseCriteria } from '../../../src/interop/acceptance.ts';

describe('parseCriteria', () => {
  it('takes a flat list apart, whatever its bullets', () => {
    for (const text of ['- b\n- a', '* b\n\n* a', '1. b\n2) a', '- [ ] b\n- [ ] a', '[ ] b\n[ ] a']) {
      expect(parseCriteria(text)).toEqual({ items: ['a', 'b'], ticked: false });
    }
  });

  it('joins an indented line to its item', () => {
    expect(parseCriteria('- first\n  goes on\n- second')?.items).toEqual(['first goes on', 'second']);
  });

  it('says that boxes are ticked', () => {
    expect(parseCriteria('- [x] done\n- [ ] open')).toEqual({ items: ['done', 'open'], ticked: true });
  });

  it('takes a single line as one item', () => {
    expect(parseCriteria('\nThe tests pass\n')?.items).toEqual(['The tests pass']);
  });

  it('leaves prose, headings, levels and over-long items alone', () => {
    for (const text of ['One.\nTwo.', '# Must\n- a', '- a\n  - b', `- ${'x'.repeat(1001)}\n- b`]) {
      expect(parseCriteria(text)).toBeUndefined();
    }
  });
});
