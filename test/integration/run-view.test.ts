import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { scratchLedger } from '../cli/ledger.ts';
import { EXECUTABLE } from '../support/git.ts';

/** Fails for a subject that begins with "Bad". */
const JOB = 'echo "works on $1"; case "$1" in Bad*) echo "no space left" >&2; exit 3;; esac';
const COMMAND = ['--', 'sh', '-c', JOB, 'job', '{subject}'];

describe('what one sees of a run in a pipe', () => {
  test('is a line for each thing that happens, the lines of the commands with their task, and a report', () => {
    const { add, run, short } = scratchLedger();
    const ids = [add('Bad shard'), add('Good shard', '-p', '0')];
    ids.push(add('Join', '--blocked-by', ids[1] ?? ''));
    const [bad, good, after] = ids.map(short);
    const { code, stdout, stderr } = run(['run', '-j', '1', '--until', 'idle', ...COMMAND]);
    expect(stderr).toBe('');
    expect(code).toBe(1);
    // A time is seconds in brackets, or after a comma there: an id may be of digits with an s, too.
    const lines = stdout.replaceAll(/(?<=\((?:exit 3, )?)\d+(?:\.\d+)?s(?=\))/g, 'Ns').split('\n');
    expect(lines[0]).toMatch(/^run run-\S+: 1 at once; 2 ready, 1 blocked$/);
    expect(lines.slice(1, 5)).toEqual([
      `started ${good} Good shard`,
      `[${good}] works on Good shard`,
      `completed ${good} Good shard (Ns)`,
      `  now ready ${after} Join`,
    ]);
    expect(lines).toContain(`failed ${bad} Bad shard (exit 3, Ns)`);
    expect(lines).toContain(`[${bad}] no space left`);
    expect(stdout).toMatch(
      /some tasks failed · 3 tasks: 2 completed, 1 failed\nin \S+, \d+ a minute, 1 at once .*3 tries\n1 task still open/,
    );
  });

  test('with --quiet only what went wrong, with the end of its output', () => {
    const { add, run } = scratchLedger();
    add('Bad shard');
    add('Good shard');
    const { stdout } = run(['run', '--quiet', '--until', 'idle', ...COMMAND]);
    const happened = stdout.slice(0, stdout.indexOf('\n\n'));
    expect(happened.replaceAll(/\d\S*s\)/g, 'Ns)')).toMatch(
      /^failed \S+ Bad shard \(exit 3, Ns\)\n {2}│ works on Bad shard\n {2}│ no space left\n {2}all of it: \S+$/,
    );
    expect(stdout).toContain('2 tasks: 1 completed, 1 failed');
  });

  test('with --no-output no line of a command', () => {
    const { add, run } = scratchLedger();
    add('Good shard');
    const { code, stdout } = run(['run', '--no-output', ...COMMAND]);
    expect(code).toBe(0);
    expect(stdout).not.toContain('works on');
    expect(stdout).toMatch(/^completed /m);
  });

  test('with --json one object a line, each with the contract, from the beginning to the end', () => {
    const { add, run } = scratchLedger();
    add('Good shard');
    const { code, stdout, stderr } = run(['run', '--json', '--report', 'r.json', ...COMMAND]);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { contract: number; event: string; outcome?: string });
    expect(events.map(({ contract }) => contract)).toEqual(events.map(() => 1));
    const names = events.map(({ event }) => event).filter((event) => event !== 'counts');
    expect(names).toEqual(['run-started', 'task-started', 'task-ended', 'run-ended']);
    expect(events.at(-1)?.outcome).toBe('done');
    expect([code, stderr]).toEqual([0, '']);
  });

  test('with --json and --quiet no object for what goes as it should', () => {
    const { add, run } = scratchLedger();
    add('Good shard');
    add('Bad shard');
    const { stdout } = run(['run', '--json', '--quiet', '--until', 'idle', ...COMMAND]);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; outcome?: string });
    expect(events.map(({ event, outcome }) => `${event} ${outcome ?? ''}`.trim())).toEqual([
      'run-started',
      'task-ended failed',
      'run-ended failed',
    ]);
  });

  test('ends when nobody reads it any more', () => {
    const { add, run, folder } = scratchLedger();
    add('Endless');
    const script = `'${process.execPath}' '${EXECUTABLE}' run -- sh -c 'while :; do echo more; sleep 0.1; done' | head -3`;
    const { status, stdout } = spawnSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8', timeout: 20_000 });
    expect(status).toBe(0);
    expect(stdout.split('\n')).toHaveLength(4);
    expect(run(['ready']).stdout).toContain('Endless');
  });

  test('colours add nothing but colours', () => {
    const { add, run } = scratchLedger();
    add('Bad shard');
    const { stdout } = run(['run', '--color', 'always', '--until', 'idle', ...COMMAND]);
    expect(stdout).toContain('\u001b[31mfailed');
    expect(stripVTControlCharacters(stdout)).toMatch(/^failed \S+ Bad shard \(exit 3/m);
  });
});

describe('the exit code', () => {
  test('is 0 when all is done, also when there was nothing to do', () => {
    const { add, run } = scratchLedger();
    add('Good shard');
    expect(run(['run', ...COMMAND]).code).toBe(0);
    const again = run(['run', ...COMMAND]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('all is done · 0 tasks');
  });

  test('is 3 when work remains that nothing here can move', () => {
    const { add, run } = scratchLedger();
    add('Later', '--gate', 'release');
    const { code, stdout } = run(['run', ...COMMAND]);
    expect(code).toBe(3);
    expect(stdout).toContain('work remains that nothing here can move · 0 tasks');
    expect(stdout).toContain('gate release');
  });
});

describe('--report', () => {
  test('is written when the run is interrupted, and tells of what was under way', async () => {
    const { add, folder } = scratchLedger();
    add('Long shard');
    const args = [EXECUTABLE, 'run', '--report', 'report.json', '--', 'sh', '-c', 'echo begun; exec sleep 60'];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    for await (const chunk of child.stdout) {
      // Once: a second one would stop it hard.
      const hadBegun = output.includes('] begun');
      output += String(chunk);
      if (!hadBegun && output.includes('] begun')) child.kill('SIGINT');
    }
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode).toBe(130);
    expect(output).toContain('interrupted (SIGINT) · 1 task: 1 stopped');
    const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Record<string, unknown>;
    expect(report).toMatchObject({ contract: 1, outcome: 'interrupted', totals: { stopped: 1 }, counts: { open: 1 } });
  });

  test('writes each file that is asked for, in the form of its ending, and leaves no other file', () => {
    const { add, run, folder } = scratchLedger();
    add('Bad shard');
    const names = ['report.html', 'report.md', 'report.json', 'junit.XML'];
    const flags = names.flatMap((name) => ['--report', `out/deep/${name}`]);
    const { code, stderr } = run([
      'run',
      '--until',
      'idle',
      ...flags,
      '--report',
      'out/../out/deep/report.md',
      ...COMMAND,
    ]);
    expect(code).toBe(1);
    expect(stderr).toBe(names.map((name) => `wrote the report out/deep/${name}\n`).join(''));
    expect(readdirSync(join(folder, 'out/deep')).sort()).toEqual([...names].sort());
    const text = names.map((name) => readFileSync(join(folder, 'out/deep', name), 'utf8'));
    expect(text.map((content) => content.slice(0, 14))).toEqual([
      '<!DOCTYPE html',
      '# Run `run-202',
      '{\n  "contract"',
      '<?xml version=',
    ]);
    for (const content of text) expect(content).toContain('no space left');
  });

  test('is refused before anything runs when its ending is unknown or it cannot be written', () => {
    const { add, run, folder } = scratchLedger();
    add('Good shard');
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder.md'));
    for (const [name, code] of [
      ['report.pdf', 2],
      ['report', 2],
      ['file/report.md', 1],
      ['folder.md', 1],
      ['/proc/nothing/report.md', 1],
    ] as const) {
      const outcome = run(['run', '--report', 'good.md', '--report', name, ...COMMAND]);
      expect([name, outcome.code]).toEqual([name, code]);
      expect(outcome.stdout).toBe('');
      expect(outcome.stderr).toContain(`"${name}"`);
    }
    expect(existsSync(join(folder, 'good.md'))).toBe(false);
    expect(run(['ready']).stdout).toContain('Good shard');
  });

  test('is written through a symbolic link, which stays one', () => {
    const { add, run, folder } = scratchLedger();
    add('Good shard');
    writeFileSync(join(folder, 'real.md'), 'old');
    chmodSync(join(folder, 'real.md'), 0o600);
    symlinkSync('real.md', join(folder, 'link.md'));
    expect(run(['run', '--report', 'link.md', ...COMMAND]).code).toBe(0);
    expect(readFileSync(join(folder, 'real.md'), 'utf8')).toContain('all is done');
  });
});
