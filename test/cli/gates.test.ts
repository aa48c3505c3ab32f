import { describe, expect, test } from 'vitest';
import { scratchLedger } from './ledger.ts';

describe('gates on the command line', () => {
  test('are made, opened, closed and listed; a second time changes nothing and is no failure', () => {
    const { run, add } = scratchLedger();
    const ship = add('Ship it', '--gate', 'release', '--gate', 'legal');
    expect(run(['gate', 'open', 'release', 'legal']).stdout).toMatch(
      new RegExp(`^opened \\w+ release .*\nopened \\w+ legal .*\n  now ready ${ship.slice(0, 4)}\\w* Ship it\n$`),
    );
    expect(run(['gate', 'open', 'release'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^unchanged /) });
    run(['claim', ship]);
    expect(run(['gate', 'close', 'legal']).stdout).toMatch(
      new RegExp(`goes on ${ship.slice(0, 4)}\\w* Ship it \\(in progress`),
    );
    expect(run(['gate']).stdout).toMatch(/^closed {2}\w+ {2,}legal .*\nopen {4}\w+ {2,}release /);
    expect(run(['show', 'gate:legal']).stdout).toContain('gate, closed');
    expect(run(['list', '--all']).stdout).not.toContain('legal');
  });

  test('answer in JSON', () => {
    const { run } = scratchLedger();
    const { gates, changed } = JSON.parse(run(['gate', 'close', 'release', '--json']).stdout) as Record<
      string,
      unknown
    >;
    expect([changed, gates]).toMatchObject([true, [{ name: 'release', list: 'main', state: 'closed', waiting: 0 }]]);
    expect(JSON.parse(run(['gate', 'list', '--json']).stdout)).toMatchObject({ total: 1, shown: 1 });
  });

  test.each([
    [['gate', 'open'], 2, 'No gate named'],
    [['gate', 'shut', 'x'], 2, 'There is no action "shut"'],
    [['gate', 'list', 'x'], 2, 'gate list takes no names'],
    [['gate', 'open', 'x'], 1, 'No gate "x"'],
    [['gate', 'close', ' '], 1, 'A gate needs a name'],
  ])('%j is refused', (args, code, message) => {
    const { run } = scratchLedger();
    expect(run(args)).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });

  test('say why nothing is ready, in a name that no terminal obeys', () => {
    const { run, add } = scratchLedger();
    add('Ship it', '--gate', 're\u001b[31mlease');
    const { stderr } = run(['ready']);
    expect(stderr).toContain('is closed: 1 task waits for it');
    expect(stderr).not.toContain('\u001b');
    expect(run(['next'])).toMatchObject({ code: 3, stderr: expect.stringContaining('hint: git tasks gate open ') });
    expect(run(['lint']).code).toBe(0);
  });
});
