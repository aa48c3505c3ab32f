import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git } from '../support/git.ts';
import { type Ledger, scratchLedger } from './ledger.ts';

const REVIEW = `arguments: [part]
tasks:
  review:
    subject: Review $part
  mend:
    subject: Mend $part
    blockedBy: [review]
`;

function withReview(): Ledger {
  const ledger = scratchLedger();
  expect(ledger.run(['template', 'add', 'review'], { input: REVIEW })).toMatchObject({
    code: 0,
    stdout: 'stored template review\n',
  });
  return ledger;
}

const commits = ({ folder }: Ledger): number => Number(git(folder, 'rev-list', '--count', 'tasks'));

describe('template', () => {
  test('keeps files that can be read with plain git, and shows them as they are', () => {
    const ledger = withReview();
    const { folder, run } = ledger;
    expect(git(folder, 'show', 'tasks:templates/review.yaml')).toBe(REVIEW.trimEnd());
    expect(run(['template', 'show', 'review']).stdout).toBe(REVIEW);
    writeFileSync(join(folder, 'r.yaml'), run(['template', 'show', 'review']).stdout);
    expect(run(['template', 'add', 'review', 'r.yaml']).stdout).toBe('known template review\n');
    expect(run(['template']).stdout).toBe('review  part  2 tasks\n');
    expect(run(['template', 'rm', 'review']).stdout).toBe('removed template review\n');
    expect(run(['template', 'list'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('no templates'),
    });
    expect(git(folder, 'log', '-2', '--format=%s', 'tasks')).toBe('remove template review\ntemplate review');
    expect(run(['template', 'show', 'review', '--at', 'tasks~1']).stdout).toBe(REVIEW);
  });

  test.each([
    ['an action that there is not', ['template', 'mend'], 2, 'There is no action "mend"'],
    ['a name that is missing', ['template', 'show'], 2, 'A name is missing'],
    ['a name that leads elsewhere', ['template', 'add', '../../main/x'], 2, 'cannot name a template'],
    ['a template that there is not', ['new', 'nope'], 1, 'There is no template nope'],
    ['a file and --from', ['template', 'add', 'x', 'y', '--from', 'z'], 2, 'not both'],
    ['a setting without a value', ['new', 'review', '--set', 'part'], 2, '--set takes name=value'],
    ['a setting twice', ['new', 'review', '--set', 'part=a', '--set', 'part=b'], 2, '--set part is there twice'],
    ['arguments beside a list', ['new', 'review', 'api', '--each'], 2, 'the lines are the arguments'],
    ['--null without a list', ['new', 'review', 'api', '--null'], 2, '--null parts a list'],
    ['no subject', ['add'], 2, 'A subject is missing'],
  ])('refuses %s', (_what, args, code, message) => {
    const ledger = withReview();
    const before = commits(ledger);
    expect(ledger.run(args, { input: REVIEW })).toMatchObject({
      code,
      stdout: '',
      stderr: expect.stringContaining(message),
    });
    expect(commits(ledger)).toBe(before);
  });

  test('refuses a text that is no template, with line and column', () => {
    const { run } = scratchLedger();
    const { code, stderr } = run(['template', 'add', 'x', '--json'], { input: 'tasks:\n  a:\n    subjct: x\n' });
    expect(code).toBe(1);
    const { error } = JSON.parse(stderr) as { error: { message: string; problems: object[] } };
    expect(error).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('template x:3:5: a lacks subject'),
    });
    expect(error.problems).toMatchObject([
      { line: 3, column: 5 },
      { line: 3, column: 13 },
    ]);
  });

  test('is made of a task and its parts', () => {
    const { run, add } = scratchLedger();
    const top = add('Release');
    add('Tag it for $5', '--parent', top);
    run(['template', 'add', 'release', '--from', top]);
    expect(run(['template', 'show', 'release']).stdout).toBe(
      'tasks:\n  release:\n    subject: Release\n  tag-it-for-5:\n    subject: Tag it for \\$5\n    parent: release\n',
    );
    expect(run(['new', 'release']).stdout).toMatch(/^added \w+ Release\nadded \w+ Tag it for \$5\n$/);
  });
});

describe('new', () => {
  test('tells what it made, and knows it again by its key', () => {
    const { run } = withReview();
    const made = run(['new', 'review', 'the api', '--key', 'k']).stdout;
    expect(made).toMatch(/^added (\w+) Review the api\nadded \w+ Mend the api \(waits for \1\)\n$/);
    expect(run(['new', 'review', 'the api', '--key', 'k']).stdout).toBe(made.replaceAll('added', 'known'));
    expect(run(['new', 'review', 'web', '--key', 'k'])).toMatchObject({ code: 1, stdout: '' });
    expect(run(['show', 'k/mend', '--json']).stdout).toContain('"subject":"Mend the api"');
  });

  test('--dry-run writes nothing', () => {
    const ledger = withReview();
    const before = commits(ledger);
    expect(ledger.run(['new', 'review', 'api', '--dry-run']).stdout).toBe(
      'would add review Review api\nwould add mend Mend api (waits for review)\n',
    );
    const tried = ledger.run(['new', 'review', '--each', '--dry-run', '--json'], { input: 'a\nb\n' });
    expect(JSON.parse(tried.stdout)).toMatchObject({ contract: 1, total: 2, created: 2, tasks: 4, dryRun: true });
    expect(commits(ledger)).toBe(before);
  });

  test('makes tasks for each line, and later only for new lines', () => {
    const ledger = withReview();
    const { run, folder } = ledger;
    const before = commits(ledger);
    const first = run(['new', 'review', '--each'], { input: 'a\n"b c"\na\n' }).stdout;
    expect(first).toMatch(
      /^added \w+ Review a \(\+1\)\nadded \w+ Review b c \(\+1\)\nadded 4 tasks for 2 new items of 2, 1 repetition left out\n$/,
    );
    expect(commits(ledger)).toBe(before + 1);
    writeFileSync(join(folder, 'list.txt'), 'a\nd\n"b c"\n');
    expect(run(['new', 'review', '--each', 'list.txt']).stdout).toMatch(
      /^added \w+ Review d \(\+1\)\nadded 2 tasks for 1 new item of 3, 2 there already\n$/,
    );
    expect(run(['new', 'review', '--each', 'list.txt'])).toMatchObject({
      code: 0,
      stdout: 'added 0 tasks for 0 new items of 3, 3 there already\n',
    });
    expect(commits(ledger)).toBe(before + 2);
    expect(run(['new', 'review', '--each'], { input: '\n \n' })).toMatchObject({ code: 3, stdout: '' });
  });
});

describe('add --each', () => {
  test('makes a task of each line, or of a pattern', () => {
    const { run } = scratchLedger();
    expect(run(['add', '--each', '-l', 'x'], { input: "it's\n" }).stdout).toMatch(/^added \w+ it's\nadded 1 task /);
    const { stdout } = run(['add', 'Check $0 of $1', '--each', '-0', '--json'], { input: 'a b\0\'c d\' "e\nf"\0' });
    expect(JSON.parse(stdout)).toMatchObject({
      total: 2,
      items: [{ subject: 'Check a of b' }, { item: '\'c d\' "e\nf"', subject: 'Check c d of e\nf' }],
    });
  });

  test('shows hostile lines harmlessly and stores them as they are', () => {
    const { run } = scratchLedger();
    const { stdout } = run(['add', '--each'], { input: 'a\u001b]0;x\u0007b\u202e\n' });
    expect(stdout).toMatch(/^added \w+ a\\x1b\]0;x\\x07b<U\+202E>\n/);
    expect(run(['add', '--each'], { input: 'a\0b\n' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--null'),
    });
    expect(run(['add', '--each'], { input: `${'x'.repeat(100_000)}\n` })).toMatchObject({ code: 1, stdout: '' });
  });

  test('makes thousands in one commit', () => {
    const ledger = scratchLedger();
    const before = commits(ledger);
    const input = Array.from({ length: 3000 }, (_, i) => `src/file-${i}.ts\n`).join('');
    const { stdout } = ledger.run(['add', 'Review $ARGUMENTS', '--each'], { input });
    expect(stdout).toContain('\nand 2980 items more\nadded 3000 tasks for 3000 new items of 3000\n');
    expect(ledger.run(['add', 'Review $ARGUMENTS', '--each'], { input: `${input}new\n` }).stdout).toMatch(
      /^added \w+ Review new\nadded 1 task for 1 new item of 3001, 3000 there already\n$/,
    );
    expect(commits(ledger)).toBe(before + 2);
  });
});
