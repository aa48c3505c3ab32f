/** A run as it goes, redrawn in place at the bottom of a terminal; lines that stay scroll away above it. */
import { createLogUpdate } from 'log-update';
import type { RunCounts, RunEvent, RunLine, RunTask } from '../../runner/run-event.ts';
import { heldCount, perMinuteText, secondsText } from '../../runner/report/words.ts';
import type { World } from '../../world.ts';
import { createPace, type Pace, timeLeft } from './pace.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { type Cell, type Column, cut, tableLines } from './table.ts';

/** The part of a terminal that is redrawn. */
export interface LiveView {
  event(event: RunEvent): void;
  line(line: RunLine): void;
  /** Puts lines above the part that is redrawn. */
  print(lines: readonly string[]): void;
  /** Says that the run is to end: how long the rest would take is nobody's question any more. */
  stopping(): void;
  /** Draws the last lines that stay, takes the rest away, and ends. */
  close(): void;
}

/** A command under way. */
interface Slot {
  readonly task: RunTask;
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The last line of its output. */
  last: string;
}

interface State {
  readonly slots: Map<number, Slot>;
  /** Ids of tasks that have failed and will be tried again. */
  readonly retrying: Set<string>;
  counts: RunCounts;
  pace: Pace;
  isStopping: boolean;
  /** Milliseconds since 1970. */
  readonly started: number;
}

/** Ten redraws a second are as many as anybody can see. In milliseconds. */
const FRAME = 100;

/** Lines that wait for the next redraw; with more, it comes at once. */
const MAX_WAITING = 500;

/** No terminal is wider: what is kept of a line of output, in characters. */
const MAX_LINE = 500;

/** Rows of a terminal that says nothing of its height, and those that are left to what scrolls. */
const DEFAULT_ROWS = 24;
const ROWS_ABOVE = 3;

const NO_COUNTS: RunCounts = { running: 0, completed: 0, failed: 0, ready: 0, blocked: 0, open: 0 };

const COLUMNS: readonly Column[] = [{}, {}, {}, { share: 2, min: 8 }, { share: 3, min: 12 }];

/** Begins to draw on standard output, which must be a terminal. Call `close` in any case. */
export function openLiveView(world: World, screen: Screen): LiveView {
  const { stdout } = world;
  const { stream } = stdout;
  // The cursor stays: a program that is killed would leave a terminal without one.
  const log = createLogUpdate(stream, { showCursor: true });
  const state = beginState(world.now());
  let waiting: string[] = [];
  const canWrite = (): boolean => !stream.destroyed && stream.errored === null;
  const flush = (): void => {
    if (waiting.length === 0) return;
    log.clear();
    stream.write(waiting.map((line) => `${line}\n`).join(''));
    waiting = [];
  };
  const draw = (): void => {
    // A terminal that has been stopped, or a slow line: the next frame will do.
    if (!canWrite() || stream.writableNeedDrain) return;
    stream.cork();
    flush();
    const width = Math.max(1, (stdout.columns ?? screen.width) - 1);
    log(liveLines(state, { ...screen, width, now: world.now() }, stdout.rows ?? DEFAULT_ROWS).join('\n'));
    stream.uncork();
  };
  const timer = setInterval(draw, FRAME);
  timer.unref();
  return {
    event: (event) => takeEvent(state, event, world.now()),
    line: ({ slot, text }) => {
      const shown = state.slots.get(slot);
      if (shown !== undefined) shown.last = text.slice(0, MAX_LINE);
    },
    print: (lines) => {
      waiting.push(...lines);
      if (waiting.length >= MAX_WAITING) draw();
    },
    stopping: () => {
      state.isStopping = true;
    },
    close: () => {
      clearInterval(timer);
      if (!canWrite()) return;
      flush();
      log.clear();
      log.done();
    },
  };
}

function beginState(now: number): State {
  const pace = createPace(now, 1);
  return { slots: new Map(), retrying: new Set(), counts: NO_COUNTS, pace, isStopping: false, started: now };
}

function takeEvent(state: State, event: RunEvent, now: number): void {
  if ('counts' in event) state.counts = event.counts;
  if (event.event === 'run-started') state.pace = createPace(now, event.jobs);
  if (event.event === 'task-started') {
    const { task, slot, attempt } = event;
    state.slots.set(slot, { task, attempt, since: now, last: '' });
    state.retrying.delete(task.id);
  }
  if (event.event !== 'task-ended') return;
  state.slots.delete(event.slot);
  if (event.retryIn !== undefined) state.retrying.add(event.task.id);
  else if (event.outcome !== 'lost' && event.outcome !== 'stopped') state.pace.ended(now);
}

/** A line for each command under way that there is room for, and the line with the numbers. */
function liveLines(state: State, screen: Screen, rows: number): string[] {
  const slots = [...state.slots].sort(([a], [b]) => a - b).map(([, slot]) => slot);
  const room = Math.max(1, rows - ROWS_ABOVE);
  const shown = slots.length <= room ? slots : slots.slice(0, Math.max(0, room - 1));
  const hidden = slots.length - shown.length;
  const { paint } = screen;
  const cells = shown.map(({ task, attempt, since, last }): Cell[] => [
    { text: task.short, paint: paint.id },
    { text: clockText(screen.now - since).padStart(5), paint: paint.active },
    { text: attempt === 1 ? '' : `try ${attempt}` },
    { text: printable(task.subject) },
    { text: printable(last), paint: paint.quiet },
  ]);
  return [
    ...tableLines(cells, COLUMNS, screen),
    ...(hidden > 0 ? [paint.quiet(cut(`and ${hidden} more`, screen.width))] : []),
    summaryLine(state, screen),
  ];
}

/** A number of the last line, and which are left out first where it is narrow: those of the highest rank. */
interface Fact {
  readonly text: string;
  readonly rank: number;
}

/** `1m 5s · 3 running · 12 done · 1 failed · 5 ready · 7 blocked · 14/min · 2m left`; where it is narrow, less of it. */
function summaryLine(state: State, { paint, width, now }: Screen): string {
  const { slots, counts, started, isStopping } = state;
  const facts: readonly Fact[] = [
    ...(isStopping ? [{ text: 'ending', rank: 0 }] : []),
    { text: clockText(now - started), rank: 4 },
    { text: `${slots.size} running`, rank: 3 },
    { text: `${counts.completed} done`, rank: 0 },
    { text: `${counts.failed} failed`, rank: 1 },
    ...(isStopping ? [] : restFacts(state, now)),
  ];
  return paint.strong(cut(fitFacts(facts, width), width));
}

/** What is still to be done, and how long that will take. */
function restFacts({ slots, retrying, counts, pace }: State, now: number): Fact[] {
  const { ready, blocked } = counts;
  // A run that only waits has to say for what.
  const held = heldCount(counts);
  const perMinute = pace.perMinute(now);
  const left = timeLeft(slots.size + ready + blocked, perMinute);
  return [
    ...(retrying.size > 0 ? [{ text: `${retrying.size} to try again`, rank: 6 }] : []),
    { text: `${ready} ready`, rank: 5 },
    { text: `${blocked} blocked`, rank: 7 },
    ...(held > 0 ? [{ text: `${held} held or deferred`, rank: 6 }] : []),
    ...(perMinute === undefined ? [] : [{ text: `${perMinuteText(perMinute)}/min`, rank: 8 }]),
    left === undefined ? { text: 'time left unknown', rank: 9 } : { text: `${clockText(left)} left`, rank: 2 },
  ];
}

/** The facts on one line, as many as it has room for: half a number would be another one. */
function fitFacts(facts: readonly Fact[], width: number): string {
  const text = facts.map((fact) => fact.text).join(' · ');
  const highest = Math.max(...facts.map(({ rank }) => rank));
  if (text.length <= width || highest === 0) return text;
  return fitFacts(
    facts.filter(({ rank }) => rank !== highest),
    width,
  );
}

/** A length of time in whole seconds: digits that change ten times a second cannot be read. */
function clockText(milliseconds: number): string {
  return secondsText(Math.max(0, Math.floor(milliseconds / 1000)), 0);
}
