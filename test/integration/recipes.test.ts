import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { EXECUTABLE, initRepository, scratchFolder } from '../support/git.ts';

const document = readFileSync(join(import.meta.dirname, '../../docs/recipes.md'), 'utf8');

/** The blocks of a language in the section with this title. */
function blocksOf(title: string, language: string): string[] {
  const section = document.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? '';
  return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , text = '']) => text);
}

/** A shell in a repository with a ledger, in which `git tasks` is the built program. */
interface Place {
  readonly folder: string;
  /** Runs a script and returns all that it printed. Throws when it fails. */
  sh(script: string): string;
  json(command: string): Json;
  write(path: string, content: string | Uint8Array): void;
  read(path: string): string;
}

interface Json {
  readonly tasks: readonly JsonTask[];
  readonly task: JsonTask;
}

interface JsonTask {
  readonly id: string;
  readonly subject: string;
  readonly status: string;
  readonly result?: string;
  readonly completedBy: readonly string[];
  readonly notes: readonly { readonly text: string }[];
}

function place(): Place {
  const home = scratchFolder();
  const folder = join(home, 'project');
  mkdirSync(folder);
  mkdirSync(join(home, 'bin'));
  const program = `#!/bin/sh\nexec '${process.execPath}' '${EXECUTABLE}' "$@"\n`;
  writeFileSync(join(home, 'bin/git-tasks'), program, { mode: 0o755 });
  initRepository(folder);
  const env = {
    ...process.env,
    PATH: [join(home, 'bin'), process.env['PATH'] ?? ''].join(delimiter),
    GIT_COMMITTER_NAME: 'Ada Example',
    GIT_COMMITTER_EMAIL: 'ada@example.org',
    GIT_AUTHOR_NAME: 'Ada Example',
    GIT_AUTHOR_EMAIL: 'ada@example.org',
  };
  const sh = (script: string): string => {
    // Without input: a bash whose input is a socket takes itself for one of a remote login, and reads its start-up files.
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-eu', '-o', 'pipefail', '-c', script], {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (status !== 0) throw new Error(`gave ${status}: ${script}\n${stdout}${stderr}`);
    return `${stdout}${stderr}`;
  };
  sh('git commit --quiet --allow-empty -m "Begin"; git tasks init');
  const path = (name: string): string => join(folder, name);
  return {
    folder,
    sh,
    json: (command) => JSON.parse(sh(`git tasks ${command} --json`)) as Json,
    write: (name, content) => writeFileSync(path(name), content),
    read: (name) => readFileSync(path(name), 'utf8'),
  };
}

test('every block of the document belongs to a recipe that is tested', () => {
  const titles = [...document.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(titles).toEqual([
    'A nightly run over the shards of a log',
    'A writer and a reviewer',
    'A fan-out over files',
    'Before each commit',
    'In CI: GitHub Actions',
    'In CI: GitLab',
    'Several machines',
  ]);
});

test('the second night runs only the rest, and what has failed first', () => {
  const { sh, write, read, json, folder } = place();
  const [scripts = '', first = '', second = ''] = blocksOf('A nightly run over the shards of a log', 'sh');
  mkdirSync(join(folder, 'logs'));
  const shard = (name: string): void => write(`logs/${name}.gz`, gzipSync(`lines of ${name}`));
  for (const name of ['a', 'b', 'd']) shard(name);
  write('logs/c.gz', 'no archive');
  sh(scripts);

  const night = sh(first);
  expect(night).toContain('exit code 1');
  expect(night).toMatch(/failed \S+ logs\/c\.gz .*again in/);
  expect(read('logs/a')).toBe('lines of a');
  expect(
    nightReport(read)
      .map(({ subject, outcome }) => `${subject} ${outcome}`)
      .sort(),
  ).toEqual(['logs/a.gz completed', 'logs/b.gz completed', 'logs/c.gz failed', 'logs/d.gz completed']);

  // It must be the failure that makes it the first one, and neither its name nor its age.
  shard('aa');
  shard('c');
  expect(sh(second)).toContain('all is done');
  expect(nightReport(read).map(({ subject, outcome }) => `${subject} ${outcome}`)).toEqual([
    'logs/c.gz completed',
    'logs/aa.gz completed',
  ]);
  expect(json('list --label shard --all').tasks.map(({ status }) => status)).toEqual(
    Array.from({ length: 5 }, () => 'completed'),
  );
  expect(read('reports/night.html')).toContain('logs/aa.gz');
});

function nightReport(read: Place['read']): { readonly subject: string; readonly outcome: string }[] {
  return (JSON.parse(read('reports/night.json')) as { tasks: { subject: string; outcome: string }[] }).tasks;
}

describe('a writer and a reviewer', () => {
  const [oneRun = '', twoRuns = ''] = blocksOf('A writer and a reviewer', 'sh');

  test('in one run: what was sent back is written and reviewed again, by somebody else each time', () => {
    const { sh, json } = place();
    sh(oneRun);
    const { tasks } = json('list --label text --all');
    expect(tasks.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
    const shown = tasks.map(({ id }) => json(`show ${id}`).task);
    const work = shown.find(({ subject }) => subject === 'Write the introduction');
    const reviews = shown.filter(({ subject }) => subject === 'Review: Write the introduction');
    const sentBack = reviews.find(({ result }) => result === 'Sent back: one line is not enough');
    const accepted = reviews.find((review) => review !== sentBack);
    expect(work?.notes.map(({ text }) => text)).toContain('Please write one line more');
    const writers = sh(`cat ${work?.id}.txt`)
      .trim()
      .split('\n')
      .map((line) => line.replace('a line by ', ''));
    expect(writers).toHaveLength(2);
    expect(sentBack?.completedBy).not.toEqual([writers[0]]);
    expect(accepted?.completedBy).not.toEqual([writers[1]]);
  });

  test('in two runs at once: the reviewer waits for the writer', () => {
    const { sh, json } = place();
    sh(`${oneRun.replace(/^git tasks .*$/gm, '')}\n${twoRuns}`);
    const { tasks } = json('list --all');
    const actors = tasks.map(({ id, subject }) => [subject, json(`show ${id}`).task.completedBy.at(-1)?.split('/')[0]]);
    expect(actors.sort()).toEqual([
      ['Review the summary', 'reviewer'],
      ['Write the summary', 'writer'],
    ]);
  });
});

test('a fan-out does every file once, also one with blanks in its name, and the second one only new files', () => {
  const { sh, write, read } = place();
  const [script = ''] = blocksOf('A fan-out over files', 'sh');
  for (const name of ['a.txt', 'b c.txt', "it's.txt"]) write(name, `${name}  \nsecond\t\n`);
  sh('git add .');
  expect(sh(script)).toContain('added 3 tasks for 3 new items of 3');
  for (const name of ['a.txt', 'b c.txt', "it's.txt"]) expect(read(name)).toBe(`${name}\nsecond\n`);
  write('new.txt', 'x \n');
  sh('git add .');
  const again = sh(script.slice(script.indexOf('git ls-files')));
  expect(again).toContain('3 there already');
  expect(again).toContain('all is done · 1 task');
});

test('the hook lets a commit through, and refuses it while the ledger is damaged', () => {
  const { sh } = place();
  sh(blocksOf('Before each commit', 'sh')[0] ?? '');
  sh('git tasks add "A task"; git commit --quiet --allow-empty -m "With a ledger in order"');
  damage(sh);
  expect(() => sh('git commit --quiet --allow-empty -m "Not this one"')).toThrow(/gave 1/);
  expect(sh('git log --format=%s')).not.toContain('Not this one');
});

/** Puts a file into the ledger that is no task. */
function damage(sh: Place['sh']): void {
  sh(`export GIT_INDEX_FILE=.git/other-index
    git read-tree tasks
    git update-index --add --cacheinfo "100644,$(echo 'no: task' | git hash-object -w --stdin),main/z/z/zzzzzzzz.yaml"
    git update-ref refs/heads/tasks "$(git commit-tree -p tasks -m damage "$(git write-tree)")"`);
}

interface Job {
  readonly steps?: readonly { readonly run?: string; readonly uses?: string }[];
  readonly script?: readonly string[];
}

describe.each([
  ['In CI: GitHub Actions', (file: unknown): Job | undefined => (file as { jobs: { ledger: Job } }).jobs.ledger],
  ['In CI: GitLab', (file: unknown): Job | undefined => (file as { ledger: Job }).ledger],
])('the job %s', (title, jobOf) => {
  const job = jobOf(parse(blocksOf(title, 'yaml')[0] ?? ''));
  const [install, ...lines] = job?.script ?? job?.steps?.flatMap(({ run }) => run ?? []) ?? [];

  test('passes in a clone as CI makes it, and fails when the ledger on the remote is damaged', () => {
    expect(install).toBe('npm install --global git-tasks');
    const { sh } = place();
    sh('git tasks add "A task"; git clone --quiet --bare . ../hub.git');
    const clone = 'git clone --quiet --depth 1 --branch main "file://$PWD/../hub.git" ../ci; cd ../ci';
    const script = lines.join('\n');
    expect(sh(`${clone}\n${script}`)).toContain('1 task');
    damage(sh);
    sh('git push --quiet ../hub.git tasks');
    expect(() => sh(`cd ../ci\n${script}`)).toThrow(/gave [1-9]/);
  });
});

test('each task runs once, whichever of two machines takes it', () => {
  const { sh, read, json } = place();
  sh(
    'git clone --quiet --bare . ../hub.git; git remote add origin ../hub.git; git config remote.origin.url "$PWD/../hub.git"',
  );
  const numbers = Array.from({ length: 6 }, (_, i) => String(i + 1));
  sh('seq 6 | git tasks add --each');
  sh(blocksOf('Several machines', 'sh')[0] ?? '');
  expect(read('../ran.txt').trim().split('\n').sort()).toEqual(numbers.toSorted());
  const { tasks } = json('list --all');
  expect(tasks.map(({ status }) => status)).toEqual(numbers.map(() => 'completed'));
  const machines = new Set(tasks.map(({ id }) => json(`show ${id}`).task.completedBy.at(-1)?.split('/')[0]));
  expect([...machines].sort()).toEqual(['one', 'two']);
});
