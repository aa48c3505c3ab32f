import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPace, timeLeft } from '../../../src/cli/render/pace.ts';
import { type LiveView, openLiveView } from '../../../src/cli/render/run-live.ts';
import { paletteOf } from '../../../src/cli/render/screen.ts';
import { processWorld, type World } from '../../../src/world.ts';
import { began, counts, ended, HOSTILE, runBegan, runTask } from '../../support/run-events.ts';
import { type VtScreen, vtScreen } from '../../support/vt-screen.ts';

const SECOND = 1000;

let screen: VtScreen;
let live: LiveView;

function open(columns: number, rows: number): void {
  screen = vtScreen(columns, rows);
  const world: World = { ...processWorld(), now: () => Date.now(), stdout: screen.output };
  live = openLiveView(world, { isTerminal: true, width: columns, paint: paletteOf(false), now: Date.now() });
}

const pass = (milliseconds: number): void => void vi.advanceTimersByTime(milliseconds);

const first = runTask('7kq3', 'Convert shard 1');
const other = runTask('2m4k', 'Convert shard 2');

describe('the live view', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-22T02:00:00Z') }));
  afterEach(() => {
    live.close();
    vi.useRealTimers();
  });

  test('shows a line for each command with its last line of output, and the numbers', () => {
    open(80, 24);
    live.event(runBegan({ ready: 5, blocked: 2, open: 7 }));
    live.event(began(0, first, 0));
    live.event(began(0, other, 1, 2));
    live.line({ task: first, slot: 0, text: 'step 1' });
    live.line({ task: first, slot: 0, text: 'step 2' });
    pass(3 * SECOND);
    expect(screen.lines()).toEqual([
      '7kq3     3s         Convert shard 1  step 2',
      '2m4k     3s  try 2  Convert shard 2',
      '3s · 2 running · 0 done · 0 failed · 5 ready · 2 blocked · time left unknown',
    ]);
  });

  test('lines that stay scroll away above it, and it leaves nothing behind at the end', () => {
    open(80, 6);
    live.event(runBegan({ ready: 30, open: 30 }));
    for (let i = 0; i < 30; i++) {
      live.event(began(i, first, 0));
      pass(SECOND);
      live.event(ended(i + 1, first));
      live.print([`completed ${i}`]);
      pass(130);
      expect(screen.lines().slice(0, i + 1)).toEqual(Array.from({ length: i + 1 }, (_, n) => `completed ${n}`));
    }
    live.print(['the last one']);
    live.close();
    expect(screen.lines()).toEqual([...Array.from({ length: 30 }, (_, n) => `completed ${n}`), 'the last one']);
  });

  test('is redrawn ten times a second at most, and never for nothing', () => {
    open(80, 24);
    live.event(runBegan());
    live.event(began(0, first, 0));
    for (let i = 0; i < 50_000; i++) live.line({ task: first, slot: 0, text: `line ${i}` });
    pass(SECOND);
    expect(screen.writes().times).toBeLessThanOrEqual(3);
    const { times } = screen.writes();
    for (let i = 0; i < 10; i++) {
      for (let n = 0; n < 1000; n++) live.line({ task: first, slot: 0, text: `line ${i} ${n}` });
      pass(100);
    }
    expect(screen.writes().times - times).toBeLessThanOrEqual(11);
  });

  test('has room for more commands than the terminal has rows', () => {
    open(60, 8);
    live.event(runBegan({}, 1000));
    for (let slot = 0; slot < 1000; slot++) live.event(began(0, runTask(`t${slot}`, `Task ${slot}`), slot));
    pass(200);
    expect(screen.lines()).toHaveLength(6);
    expect(screen.lines()[4]).toBe('and 996 more');
  });

  test('fits a terminal that is made narrower and wider', () => {
    open(80, 24);
    live.event(runBegan());
    live.event(began(0, runTask('7kq3', '日本語の説明を書く '.repeat(20)), 0));
    live.line({ task: first, slot: 0, text: 'x'.repeat(10_000) });
    for (const columns of [80, 40, 21, 10, 3, 120]) {
      screen.resize(columns, 24);
      // A wide character that did not fit would break the terminal of the test.
      pass(SECOND);
    }
    expect(screen.lines().at(-1)).toContain('time left unknown');
    screen.resize(60, 24);
    pass(SECOND);
    expect(screen.lines().at(-1)).toBe('7s · 1 running · 0 done · 0 failed · 0 ready · 0 blocked');
  });

  test('lets no text of others reach the terminal as it is', () => {
    open(200, 24);
    live.event(runBegan());
    live.event(began(0, runTask('7kq3', HOSTILE), 0));
    live.line({ task: first, slot: 0, text: HOSTILE });
    // An escape sequence of these would be one that the terminal of the test does not know.
    pass(SECOND);
    expect(screen.lines()[0]).toContain(String.raw`\x1b[2J\x00`);
  });

  test('says for how many tasks it waits that others hold or that come later', () => {
    open(100, 24);
    live.event(runBegan({ ready: 0, blocked: 2, open: 3 }));
    pass(SECOND);
    expect(screen.lines()).toEqual([
      '1s · 0 running · 0 done · 0 failed · 0 ready · 2 blocked · 1 held or deferred · time left unknown',
    ]);
  });

  test('says that the run is ending, and no longer how long the rest would take', () => {
    open(80, 24);
    live.event(runBegan({ ready: 5, open: 5 }));
    live.event(began(0, first, 0));
    live.stopping();
    pass(2 * SECOND);
    expect(screen.lines().at(-1)).toBe('ending · 2s · 1 running · 0 done · 0 failed');
  });

  test('goes on without a terminal that has gone', () => {
    open(80, 24);
    live.event(runBegan());
    pass(SECOND);
    screen.close();
    live.event(began(1, first, 0));
    for (let i = 0; i < 2000; i++) live.print([`line ${i}`]);
    pass(SECOND);
    live.close();
    expect(screen.output.stream.errored).not.toBeNull();
  });

  test('counts tasks that will be tried again, and tells how long the rest will take', () => {
    open(120, 24);
    live.event(runBegan({ ready: 20, open: 20 }, 2));
    for (let i = 0; i < 4; i++) {
      live.event(began(i * 3, runTask(`t${i}`, 'x'), 0));
      pass(3 * SECOND);
      live.event(ended(i * 3 + 3, runTask(`t${i}`, 'x')));
    }
    live.event(began(12, first, 0));
    live.event(ended(12, first, { outcome: 'failed', retryIn: 1000 }));
    live.event({ event: 'counts', at: '2026-11-22T02:00:12Z', counts: counts({ completed: 4, ready: 10, open: 10 }) });
    pass(100);
    // 4 tasks in 12.1 seconds are 20 a minute, so 10 more take half a minute.
    expect(screen.lines().at(-1)).toBe(
      '12s · 0 running · 4 done · 0 failed · 1 to try again · 10 ready · 0 blocked · 20/min · 30s left',
    );
    for (const [columns, line] of [
      [80, '12s · 0 running · 4 done · 0 failed · 1 to try again · 10 ready · 30s left'],
      [40, '0 running · 4 done · 0 failed · 30s left'],
      [30, '4 done · 0 failed · 30s left'],
      [12, '4 done'],
    ] as const) {
      screen.resize(columns + 1, 24);
      pass(100);
      expect(screen.lines().at(-1)?.replace('13s', '12s').replace('31s', '30s')).toBe(line);
    }
    live.event(began(13, first, 0, 2));
    pass(SECOND);
    expect(screen.lines().at(-1)).not.toContain('try again');
  });
});

describe('the pace', () => {
  test('is unknown until as many tasks have ended as run at once, and three at least', () => {
    const pace = createPace(0, 5);
    for (let i = 1; i <= 4; i++) pace.ended(i * SECOND);
    expect(pace.perMinute(5 * SECOND)).toBeUndefined();
    pace.ended(5 * SECOND);
    expect(pace.perMinute(5 * SECOND)).toBe(60);
    const few = createPace(0, 1);
    few.ended(1);
    few.ended(2);
    expect(few.perMinute(3)).toBeUndefined();
  });

  test('is that of the last five minutes, also where many end at once', () => {
    const pace = createPace(0, 1);
    for (let second = 1; second <= 3600; second++) for (let n = 0; n < 10; n++) pace.ended(second * SECOND);
    expect(pace.perMinute(3600 * SECOND)).toBeCloseTo(600, -2);
    const minutes = 3600 * SECOND + 10 * 60 * SECOND;
    expect(pace.perMinute(minutes)).toBe(0);
    expect(timeLeft(5, pace.perMinute(minutes))).toBeUndefined();
  });

  test('nothing takes no time', () => {
    expect(timeLeft(0, undefined)).toBe(0);
    expect(timeLeft(10, 20)).toBe(30 * SECOND);
  });
});
