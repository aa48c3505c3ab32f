/** Shows a run: in place on a terminal, as lines in a pipe, as JSON lines for programs; and its report at the end. */
import { createCollector } from '../runner/report/model.ts';
import { openReportFiles, type ReportFile, writeReports } from '../runner/report/report-files.ts';
import type { RunEvent, RunLine, RunWatcher } from '../runner/run-event.ts';
import { linesToText } from './context.ts';
import { answerToJson } from './render/json.ts';
import { printable } from './render/printable.ts';
import type { LiveView } from './render/run-live.ts';
import { outputLine, runEventLines, type Telling } from './render/run-lines.ts';
import { runReportLines } from './render/run-report.ts';
import type { Screen } from './render/screen.ts';
import { writeSlowly } from './until-over.ts';
import type { Context } from './verb.ts';

/** What is to be seen of a run. */
export interface ViewOptions {
  /** Paths of the files for the report. */
  readonly reports: readonly string[];
  /** Only what went wrong, and the report. */
  readonly quiet: boolean;
  /** The lines that the commands write. */
  readonly output: boolean;
  /** Nobody wants to see more. */
  readonly signal: AbortSignal;
  /** The run is to end. */
  readonly stop: AbortSignal;
}

/**
 * Runs the function with a watcher that shows what happens; then the report is shown and written, also when the run fails.
 * Throws `usage` or `io` before anything is run when a report could not be written.
 */
export async function showRun<Result>(
  context: Context,
  options: ViewOptions,
  run: (watcher: RunWatcher) => Promise<Result>,
): Promise<Result> {
  const { world, folder } = context;
  const files = openReportFiles(options.reports, { folder, unique: world.identity });
  const collector = createCollector();
  const reader = heedReader(context);
  const view = await openView(context, { ...options, signal: AbortSignal.any([options.signal, reader.gone]) });
  const onStop = (): void => view.stopping?.();
  options.stop.addEventListener('abort', onStop);
  const end = async (): Promise<void> => {
    options.stop.removeEventListener('abort', onStop);
    view.close();
    reader.release();
    const report = collector.report();
    if (report.run === '') return;
    if (!context.json) context.write(linesToText(['', ...runReportLines(report, screenNow(context))]));
    await writeReports(report, files, world.identity);
    context.note(files.map(reportLine));
  };
  const watch = (event: RunEvent): Promise<void> => {
    collector.add(event);
    return view.event(event);
  };
  let result: Result;
  try {
    result = await run({ event: watch, line: view.line });
  } catch (error) {
    // What stopped the run matters more than a report that cannot be written on top of it.
    await end().catch(() => undefined);
    throw error;
  }
  await end();
  return result;
}

/** A reader that has gone takes nothing any more: whoever waits for it would wait for ever. */
function heedReader({ world }: Context): { readonly gone: AbortSignal; release(): void } {
  const { stream } = world.stdout;
  const gone = new AbortController();
  const end = (): void => gone.abort();
  stream.on('error', end);
  return { gone: gone.signal, release: () => void stream.off('error', end) };
}

/** A run may last for hours, and a terminal be made narrower meanwhile. */
function screenNow({ world: { stdout }, out }: Context): Screen {
  return out.isTerminal ? { ...out, width: stdout.columns ?? out.width } : out;
}

function reportLine({ name }: ReportFile): string {
  return `wrote the report ${printable(name)}`;
}

interface View {
  event(event: RunEvent): Promise<void>;
  readonly line?: ((line: RunLine) => Promise<void>) | undefined;
  /** Tells whoever sits there that an end was asked for, since commands may take a while to end. */
  stopping?(): void;
  /** Gives the screen back. */
  close(): void;
}

const STOPPING = 'ending: what runs is asked to end; Ctrl-C again kills it';

async function openView(context: Context, options: ViewOptions): Promise<View> {
  if (context.json) return jsonView(context, options);
  const { out, world } = context;
  if (!out.isTerminal || options.quiet || world.env['TERM'] === 'dumb') return plainView(context, options);
  const { openLiveView } = await import('./render/run-live.ts');
  return liveView(context, options, openLiveView(world, out));
}

function jsonView({ world }: Context, { quiet, signal }: ViewOptions): View {
  return {
    event: async (event) => {
      if (!quiet || !isQuiet(event)) await writeSlowly(world, `${answerToJson(event, false)}\n`, signal);
    },
    close: () => undefined,
  };
}

/** What `--quiet` leaves out: whatever goes as it should. */
function isQuiet({ event, ...facts }: RunEvent): boolean {
  if (event === 'task-started' || event === 'counts') return true;
  return 'outcome' in facts && facts.outcome === 'completed';
}

function plainView(context: Context, { quiet, output, signal }: ViewOptions): View {
  const { world, out } = context;
  const withLines = output && !quiet;
  const telling: Telling = { quiet, starts: true, tails: !withLines };
  const say = async (lines: readonly string[]): Promise<void> => {
    if (lines.length > 0) await writeSlowly(world, linesToText(lines), signal);
  };
  return {
    event: (event) => say(runEventLines(event, screenNow(context), telling)),
    line: withLines ? (line) => say([outputLine(line, out)]) : undefined,
    ...(out.isTerminal && { stopping: () => void say([STOPPING]) }),
    close: () => undefined,
  };
}

function liveView(context: Context, { output, signal }: ViewOptions, live: LiveView): View {
  const { world } = context;
  const telling: Telling = { quiet: false, starts: false, tails: true };
  // An empty text waits for a terminal that does not keep up, so that the lines do not fill the memory.
  const settle = (): Promise<void> => writeSlowly(world, '', signal);
  return {
    event: (event) => {
      live.event(event);
      live.print(runEventLines(event, screenNow(context), telling));
      return settle();
    },
    line: output
      ? async (line) => {
          live.line(line);
        }
      : undefined,
    stopping: () => {
      live.stopping();
      live.print([STOPPING]);
    },
    close: () => live.close(),
  };
}
