import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindArguments, type Given, givenLine, givenWords } from '../../../src/task/arguments.ts';
import { escapePlaceholders, fillText, placeholdersIn } from '../../../src/task/placeholders.ts';
import type { TemplateArgument } from '../../../src/task/template.ts';

const ARGS: readonly TemplateArgument[] = [{ name: 'part' }, { name: 'who', default: 'anybody' }];

function filled(text: string, given: Given, args: readonly TemplateArgument[] = ARGS): string {
  const names = new Set(args.map(({ name }) => name));
  const uses = placeholdersIn(text, { isDeclared: (name) => names.has(name) });
  return fillText(text, bindArguments({ arguments: args }, uses, given));
}

const words = (...all: string[]): Given => givenWords(all);

describe('a text with placeholders', () => {
  test.each<[string, readonly string[], string]>([
    ['Fix $ARGUMENTS now', ['the', 'login page'], "Fix the 'login page' now"],
    ['Fix $ARGUMENTS', ['the login page'], 'Fix the login page'],
    ['$0 and $1', ['a b', 'c'], 'a b and c'],
    ['$ARGUMENTS[1]-$ARGUMENTS[0]', ['a', 'b'], 'b-a'],
    ['$part for $who', ['api'], 'api for anybody'],
    ['$part for $who', ['api', 'ada'], 'api for ada'],
    ['$1 of $0', ['api'], 'anybody of api'],
    ['$part[0]', ['api'], 'api[0]'],
    ['$part.ts $part-x', ['api'], 'api.ts api-x'],
    ['$parts $other ${part} $ $$ 5$', ['api'], '$parts $other ${part} $ $$ 5$'],
    ['$ARGUMENTSX $ärger', ['api'], '$ARGUMENTSX $ärger'],
    [String.raw`\$1 \$ARGUMENTS \$part \$ARGUMENTS[0]`, [], '$1 $ARGUMENTS $part $ARGUMENTS[0]'],
    [String.raw`C:\\$0 \\\$0`, ['x'], String.raw`C:\x \$0`],
    [String.raw`^\d+\$ \$other \n`, [], String.raw`^\d+\$ \$other \n`],
    ['$0$0', ['$0 $ARGUMENTS \\$1'], '$0 $ARGUMENTS \\$1$0 $ARGUMENTS \\$1'],
    ['$0', ['$&$1$$'], '$&$1$$'],
  ])('%j with %j is %j', (text, given, result) => {
    expect(filled(text, words(...given))).toBe(result);
  });

  test.each<[string, string, Given, string]>([
    ['an argument by its name', '$part', words(), 'part'],
    ['an argument by its position', '$2', words('a', 'b'), '2'],
    ['all of them', '$ARGUMENTS', words(), 'ARGUMENTS'],
  ])('refuses that %s is missing, and names it', (_what, text, given, argument) => {
    expect(() => filled(text, given)).toThrow(
      expect.objectContaining({ code: 'usage', message: `The argument $${argument} is missing`, data: { argument } }),
    );
  });

  test('refuses what nothing uses, what is given twice, and names that nobody declared', () => {
    expect(() => filled('$0', words('a', 'b', 'c'))).toThrow('Nothing uses the argument "c"');
    expect(() => filled('$part', givenWords(['a'], new Map([['part', 'b']])))).toThrow('given twice');
    expect(() => filled('$part', givenWords(['a'], new Map([['x', 'b']])))).toThrow('There is no argument "x"');
    expect(filled('$part', givenWords([], new Map([['part', 'b']])))).toBe('b');
    expect(filled('$ARGUMENTS', words('a', 'b', 'c'))).toBe('a b c');
  });

  test('takes a line apart only where its words are asked for', () => {
    expect(filled('$ARGUMENTS', givenLine("it's"), [])).toBe("it's");
    expect(filled('$0|$1', givenLine('"a b" c'), [])).toBe('a b|c');
    expect(() => filled('$0', givenLine("it's"), [])).toThrow('A quote does not end');
  });

  test('has the arguments behind it where it asks for none', () => {
    expect(bindArguments({ arguments: [] }, [], words('a b', 'c')).appendix).toBe("ARGUMENTS: 'a b' c");
    expect(bindArguments({ arguments: [] }, [], words()).appendix).toBeUndefined();
  });
});

const text = fc.string({ unit: fc.constantFrom('$', '\\', '0', '1', '[', ']', 'ARGUMENTS', 'part', ' ', 'é') });

describe('whatever the texts are', () => {
  test('an escaped text says what it said, with any arguments', () => {
    fc.assert(
      fc.property(text, fc.array(text), (original, given) => {
        const bound = bindArguments({ arguments: [] }, [], words(...given));
        expect(placeholdersIn(escapePlaceholders(original), bound)).toEqual([]);
        expect(fillText(escapePlaceholders(original), bound)).toBe(original);
      }),
    );
  });

  test('an argument arrives as it is, and never as another placeholder', () => {
    fc.assert(
      fc.property(text, text, text, (before, argument, after) => {
        const pattern = `${escapePlaceholders(before)} $0 ${escapePlaceholders(after)}`;
        expect(filled(pattern, words(argument), [])).toBe(`${before} ${argument} ${after}`);
      }),
    );
  });
});
