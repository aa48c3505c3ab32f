import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TasksError } from '../../../src/errors.ts';
import { removeSettings } from '../../../src/git/config-edit.ts';
import { parseConfig } from '../../../src/git/config-parse.ts';

const isOurs = (key: string): boolean => key.startsWith('tasks.');
const remove = (text: string): string => removeSettings(text, 'config', isOurs);

/** Undefined: refused as a file that cannot be edited line by line. */
function removeOrRefuse(text: string): string | undefined {
  try {
    return remove(text);
  } catch (error) {
    if (error instanceof TasksError && error.code === 'invalid') return undefined;
    throw error;
  }
}

describe('taking settings out of a config file', () => {
  it.each([
    ['nothing of ours', '[core]\n\tbare = false\n', '[core]\n\tbare = false\n'],
    ['a section of ours', '[core]\n\tbare\n[tasks]\n\tlease = 1\n\tlist = x\n', '[core]\n\tbare\n'],
    ['a subsection, in any case', '[TASKS "a"]\n\tLease = 1\n', ''],
    ['the old form of a subsection', '[tasks.a]\n\tlease = 1\n[a]\nb\n', '[a]\nb\n'],
    ['a value over several lines', '[tasks]\n\tlease = 1\\\n[core]\\\n 2\n[a]\nb\n', '[a]\nb\n'],
    ['a comment that ends in a backslash', '[tasks]\n\t# \\\n\tlease = 1\n', '[tasks]\n\t# \\\n'],
    ['a section that was empty before', '[tasks]\n[a]\nb\n', '[tasks]\n[a]\nb\n'],
    ['line ends of Windows', '[tasks]\r\n\tlease = 1\r\n[a]\r\nb\r\n', '[a]\r\nb\r\n'],
    ['no line end at the end', '[a]\nb\n[tasks]\nlease = 1', '[a]\nb\n'],
    ['a header with a remark', '[tasks] # ours\nlease = 1\n', ''],
  ])('where there is %s', (_what, text, expected) => {
    expect(remove(text)).toBe(expected);
  });

  it('never changes what is not chosen, or refuses', () => {
    const name = fc.constantFrom('core', 'tasks', 'Tasks', 'tasks "x"', 'tasks.y', 'tasksish', 'alias "tasks"');
    const value = fc.constantFrom('', ' = 1', ' = "a # b"', ' = a\\\n b', ' = "x\\"y" ; why', '  =  two words  ');
    const line = fc.oneof(
      fc.constantFrom('\n', '# note \\\n', ';[tasks]\n'),
      value.map((text) => `\tkey${text}\n`),
    );
    const section = fc.tuple(name, fc.constantFrom('\n', ' ; why\n', ' k = 1\n'), fc.array(line, { maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(section, { maxLength: 5 }), (sections) => {
        const text = sections.map(([header, end, lines]) => `[${header}]${end}${lines.join('')}`).join('');
        const wanted = parseConfig(text, 'config').filter(({ key }) => !isOurs(key));
        const result = removeOrRefuse(text);
        const isOddlyWritten = / k = 1/.test(text);
        expect(result === undefined ? isOddlyWritten : parseConfig(result, 'config')).toEqual(
          result === undefined || wanted,
        );
      }),
    );
  });
});
