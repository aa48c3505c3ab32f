import { describe, expect, test } from 'vitest';
import { decodeTemplate, encodeTemplate } from '../../../src/yaml/template.ts';

const REVIEW = `# How we review
description: Review one part
arguments:
  - part
  - name: who
    default: anybody
tasks:
  review:
    subject: Review $part
    labels: [review]
    due: 3d
    priority: 1
  mend:
    subject: Mend $part
    description: |
      Ask $who.
    blockedBy: [review, $2]
    parent: review
`;

describe('a template', () => {
  test('is read with its arguments, and its tasks in their order', () => {
    const decoded = decodeTemplate(REVIEW.replace('    parent: review\n', ''));
    expect(decoded).toEqual({
      ok: true,
      template: {
        description: 'Review one part',
        arguments: [{ name: 'part' }, { name: 'who', default: 'anybody' }],
        tasks: [
          { name: 'review', fields: { subject: 'Review $part', labels: ['review'], due: '3d', priority: 1 } },
          {
            name: 'mend',
            fields: { subject: 'Mend $part', description: 'Ask $who.\n', blockedBy: ['review', '$2'] },
          },
        ],
      },
    });
  });

  test('is written as it is read', () => {
    const decoded = decodeTemplate(REVIEW.replace('    parent: review\n', ''));
    if (!decoded.ok) throw new Error('it is a template');
    expect(decodeTemplate(encodeTemplate(decoded.template))).toEqual(decoded);
  });

  const task = (...lines: string[]): string => ['tasks:', '  a:', ...lines.map((line) => `    ${line}`), ''].join('\n');

  test.each<[string, string, string, [number, number]]>([
    ['nothing', '', 'there is nothing in the file', [1, 1]],
    ['no tasks', 'description: x\n', 'a template needs tasks', [1, 1]],
    ['an unknown key', `${task('subject: x')}steps: []\n`, 'steps is no part of a template', [4, 8]],
    ['an unknown field', task('subject: x', 'status: completed'), 'a template cannot set status', [4, 13]],
    ['no subject', task('labels: [x]'), 'a lacks subject', [3, 5]],
    ['an empty subject', task('subject: ""'), 'subject must not be empty', [3, 14]],
    ['a wrong type', task('subject: x', 'labels: y'), 'labels must be a list', [4, 13]],
    ['a wrong priority', task('subject: x', 'priority: 9'), 'priority must be a whole number', [4, 15]],
    ['a wrong day', task('subject: x', 'due: soon'), '"soon" is not a day', [4, 10]],
    ['an unknown task', task('subject: x', 'blockedBy: [b]'), '"b" is no task of this template: it has a', [4, 17]],
    ['an edge to itself', task('subject: x', 'parent: a'), 'a cannot wait for itself', [4, 13]],
    ['a circle', REVIEW, 'these tasks wait for each other: review -> mend -> review', [9, 5]],
    ['a name that is none', 'tasks:\n  a b:\n    subject: x\n', '"a b" cannot name a task', [3, 5]],
    ['an argument twice', `arguments: [x, x]\n${task('subject: x')}`, 'the argument x is there twice', [1, 16]],
    ['an argument that is none', `arguments: [a-b]\n${task('subject: x')}`, '"a-b" cannot name an argument', [1, 13]],
    ['ARGUMENTS as a name', `arguments: [ARGUMENTS]\n${task('subject: x')}`, 'cannot name an argument', [1, 13]],
    [
      'a default that is a number',
      `arguments:\n  - name: x\n    default: 3\n${task('subject: x')}`,
      'default must be a text',
      [3, 14],
    ],
    ['an alias', task('subject: &x y', 'activeForm: *x'), 'an anchor', [3, 17]],
    ['a key twice', task('subject: x', 'subject: y'), 'is there twice', [4, 5]],
    ['marks of a merge', `<<<<<<< a\n${task('subject: x')}`, 'an unresolved merge', [1, 1]],
  ])('with %s is refused with the place', (_what, text, message, [line, column]) => {
    const decoded = decodeTemplate(text);
    expect(decoded.ok ? [] : decoded.problems[0]).toMatchObject({
      message: expect.stringContaining(message),
      line,
      column,
    });
  });
});
