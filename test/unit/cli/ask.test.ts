import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askYes, canAsk } from '../../../src/cli/ask.ts';
import { processWorld, type World } from '../../../src/world.ts';

interface Person {
  readonly world: World;
  readonly stdin: PassThrough;
  /** What the person has been shown. */
  shown(): string;
}

function person(isTerminal: boolean): Person {
  const stdin = Object.assign(new PassThrough(), { isTTY: isTerminal });
  const stream = new PassThrough();
  const output = { stream, isTerminal, columns: 80 };
  const world = { ...processWorld(), stdin, stdout: output, stderr: output };
  return { world, stdin, shown: () => String(stream.read() ?? '') };
}

describe('a question at the terminal', () => {
  it.each([
    ['y\n', true],
    ['Yes\n', true],
    ['\n', false],
    ['n\n', false],
    ['\u0003', false],
    ['\u0004', false],
  ])('answered with %j is %s', async (typed, expected) => {
    const { world, stdin, shown } = person(true);
    const answer = askYes(world, 'Write 3 files?');
    stdin.write(typed);
    expect(await answer).toBe(expected);
    expect(shown()).toContain('Write 3 files? [y/N]');
  });

  it('is a no when the input ends', async () => {
    const { world, stdin } = person(true);
    const answer = askYes(world, 'Write?');
    stdin.end();
    expect(await answer).toBe(false);
  });

  it('is asked only where somebody can see and answer it', () => {
    expect(canAsk(person(true).world)).toBe(true);
    expect(canAsk(person(false).world)).toBe(false);
  });
});
