import { expect, test } from 'vitest';
import { parseColorMode, wantsColor } from '../../../src/cli/render/screen.ts';

test.each([
  ['a terminal', 'auto', true, {}, true],
  ['a pipe', 'auto', false, {}, false],
  ['NO_COLOR', 'auto', true, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR', 'auto', true, { NO_COLOR: '' }, true],
  ['a dumb terminal', 'auto', true, { TERM: 'dumb' }, false],
  ['FORCE_COLOR in a pipe', 'auto', false, { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR=0', 'auto', true, { FORCE_COLOR: '0' }, false],
  ['NO_COLOR and FORCE_COLOR', 'auto', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ['the flag against NO_COLOR', 'always', false, { NO_COLOR: '1' }, true],
  ['the flag against FORCE_COLOR', 'never', true, { FORCE_COLOR: '1' }, false],
] as const)('%s decides about colours', (_what, mode, isTerminal, env, expected) => {
  expect(wantsColor(mode, isTerminal, env)).toBe(expected);
});

test('a colour mode that does not exist is refused', () => {
  expect(() => parseColorMode('rainbow')).toThrow('--color takes auto, always or never');
});
