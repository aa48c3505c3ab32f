import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TasksError } from '../../../src/errors.ts';
import { asksFor, checkCommand, fillCommand, PLACEHOLDERS } from '../../../src/runner/placeholders.ts';

const VALUES = {
  id: '7kq3m2xz',
  subject: 'Say "$(rm -rf ~)"; {id}',
  description: 'two\nlines',
  list: 'main',
  branch: 'task/7kq3m2xz',
  'json-file': '/tmp/7kq3m2xz.json',
};

describe('placeholders', () => {
  it.each([
    ['{id}', VALUES.id],
    ['task-{id}.{list}', 'task-7kq3m2xz.main'],
    ['{subject}', VALUES.subject],
    ['{{id}}', '{id}'],
    ['{{subject}} {subject}', `{subject} ${VALUES.subject}`],
    ['{}', '{}'],
    ['${HOME} {"a":{"b":1}} {1}', '${HOME} {"a":{"b":1}} {1}'],
  ])('fill in %s', (word, filled) => {
    expect(fillCommand([word], VALUES)).toEqual([filled]);
  });

  it('stay within one argument, and nothing that was put in is looked at again', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...PLACEHOLDERS), (text, name) => {
        const command = ['a', `<{${name}}>`, 'b'];
        expect(fillCommand(command, { ...VALUES, [name]: text })).toEqual(['a', `<${text.replaceAll('\0', '')}>`, 'b']);
      }),
    );
  });

  it.each([
    [[], 'There is no command to run'],
    [[''], 'There is no command to run'],
    [['make', '{ID} {name}'], 'There is no placeholder {name}'],
    [['sh', '-c', 'echo {subject}'], "{subject} would become a part of a shell's script"],
    [['env', 'A=1', '/bin/bash', '-eu', '-lc', 'echo {description}'], "{description} would become a part of a shell's"],
  ])('refuse %j', (command, message) => {
    expect(() => checkCommand(command)).toThrow(TasksError);
    expect(() => checkCommand(command)).toThrow(message);
  });

  it.each([
    [['sh', '-c', 'echo {id} {list} {branch} {json-file}']],
    [['sh', '-c', 'echo "$1"', 'sh', '{subject}']],
    [['agent', '-c', '{subject}']],
    [['sh', 'script.sh', '{subject}']],
  ])('allow %j', (command) => {
    expect(() => checkCommand(command)).not.toThrow();
  });

  it('are known to be asked for', () => {
    expect(asksFor(['a', 'x{json-file}'], 'json-file')).toBe(true);
    expect(asksFor(['a', '{{json-file}}'], 'json-file')).toBe(false);
  });
});
