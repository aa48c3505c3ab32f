import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CommandEnd, type CommandInput, runCommand } from '../../src/app/checks/run-command.ts';
import { processWorld, type World } from '../../src/world.ts';
import { scratchFolder } from '../support/git.ts';
import { isAlive } from '../support/is-alive.ts';

const { signalGroup } = processWorld();

/** A world whose interrupt comes when the test says so. */
function interruptible(): { readonly world: Pick<World, 'onInterrupt' | 'signalGroup'>; interrupt(): void } {
  let listener: ((signal: 'SIGINT') => void) | undefined;
  const onInterrupt = (added: (signal: 'SIGINT') => void): (() => void) => {
    listener = added;
    return () => {
      listener = undefined;
    };
  };
  return { world: { onInterrupt, signalGroup }, interrupt: () => listener?.('SIGINT') };
}

async function run(command: string, options: Partial<CommandInput> = {}): Promise<CommandEnd> {
  const input = { command, cwd: scratchFolder(), env: process.env, timeout: 60_000, keep: 4000, ...options };
  return runCommand(interruptible().world, input);
}

async function isGone(pid: number): Promise<boolean> {
  for (let i = 0; i < 50 && isAlive(pid); i++) await new Promise((resolve) => setTimeout(resolve, 20));
  return !isAlive(pid);
}

describe('a command', () => {
  it.each([
    ['passes', 'echo out; echo err >&2; echo end', { exit: 0, output: 'out\nerr\nend' }],
    ['fails', 'echo no; exit 3', { exit: 3, output: 'no' }],
    ['is not there', 'exec /no/such/program 2>/dev/null', { exit: 127, output: '' }],
    ['kills itself', 'kill -9 $$', { exit: 137, output: '' }],
    ['reads', 'cat; echo read', { exit: 0, output: 'read' }],
    ['has several lines and quotes', `x='a "b"'\necho "$x" $1 $0`, { exit: 0, output: 'a "b" sh' }],
    [
      'asks for a terminal',
      'if (: < /dev/tty) 2>/dev/null; then echo tty; else echo none; fi',
      { exit: 0, output: 'none' },
    ],
  ])('that %s is told by its exit code and its output', async (_what, command, end) => {
    expect(await run(command)).toEqual(end);
  });

  it('that prints 50 MB is seen whole and kept in part', async () => {
    let seen = 0;
    const end = await run('yes 0123456789 | head -c 50000000', { onOutput: (text) => (seen += text.length) });
    expect(seen).toBe(50_000_000);
    expect(end.output).toMatch(/^… 4999\d{4} bytes before this\n(?:0123456789\n)+012345$/);
    expect(end.output.length).toBeLessThan(4100);
  });

  it('that takes too long is ended with all of its processes, also those that do not want to', async () => {
    const folder = scratchFolder();
    const began = Date.now();
    const end = await run(`trap '' TERM; (trap '' TERM; echo $BASHPID; sh -c 'echo $$ > pid; sleep 60') & sleep 60`, {
      cwd: folder,
      timeout: 300,
    });
    expect(end).toMatchObject({ exit: 137, stopped: 'timeout' });
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(await isGone(Number(readFileSync(join(folder, 'pid'), 'utf8')))).toBe(true);
  });

  it('leaves no process behind when it passes, and does not wait for one', async () => {
    const folder = scratchFolder();
    const began = Date.now();
    expect(await run('sleep 60 & echo $! > pid; echo done', { cwd: folder })).toEqual({ exit: 0, output: 'done' });
    expect(Date.now() - began).toBeLessThan(20_000);
    expect(await isGone(Number(readFileSync(join(folder, 'pid'), 'utf8')))).toBe(true);
  });

  it('does not wait for a process that has left the group and holds the output open', async () => {
    const folder = scratchFolder();
    const end = await run('setsid sleep 30 & echo $! > pid; sleep 0.2; echo done', { cwd: folder });
    expect(end).toEqual({ exit: 0, output: 'done' });
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    if (isAlive(pid)) process.kill(pid);
  });

  it('is ended by an interrupt, at once by a second one', async () => {
    const { world, interrupt } = interruptible();
    const folder = scratchFolder();
    const input = { cwd: folder, env: process.env, timeout: 60_000, keep: 100 };
    const polite = runCommand(world, { ...input, command: 'echo begun; sleep 60', onOutput: interrupt });
    expect(await polite).toMatchObject({ stopped: 'interrupt', exit: 143 });
    const twice = (): void => {
      interrupt();
      interrupt();
    };
    const began = Date.now();
    const stubborn = runCommand(world, { ...input, command: `trap '' TERM; echo begun; sleep 60`, onOutput: twice });
    expect(await stubborn).toMatchObject({ stopped: 'interrupt', exit: 137 });
    expect(Date.now() - began).toBeLessThan(2500);
  });
});
