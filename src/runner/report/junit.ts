/** The report of a run as JUnit XML, the form of test results that CI systems show. Pure. */
import { create } from 'xmlbuilder2';
import { printable } from '../../task/printable.ts';
import type { Report, ReportTask } from './model.ts';
import { causeText, exitText, outcomeText, remainsText, secondsText, standstillLines } from './words.ts';

type Element = ReturnType<ReturnType<typeof create>['ele']>;

/** What XML 1.0 cannot hold in any form (its production 2), beside what `printable` has shown as escapes already. */
const UNFIT = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/**
 * One `testcase` for each task: its list is the class, id and subject are the name. A task that failed is a `failure`; one
 * that was lost, stopped or left open is `skipped`, since nobody can tell yet.
 */
export function reportToJunit(report: Report): string {
  const { tasks, totals, seconds, run, started } = report;
  const skipped = tasks.filter((task) => skipReason(task) !== undefined).length;
  const numbers = { tests: totals.tasks, failures: totals.failed, errors: 0, skipped, time: time(seconds) };
  const root = create({ version: '1.0', encoding: 'UTF-8' });
  const suites = root.ele('testsuites', { name: 'git tasks run', ...numbers });
  const suite = suites.ele('testsuite', { name: line(run), ...numbers, timestamp: started.replace('Z', '') });
  const properties = suite.ele('properties');
  properties.ele('property', { name: 'outcome', value: line(outcomeText(report)) });
  properties.ele('property', { name: 'open', value: line(remainsText(report)) });
  for (const task of tasks) addCase(suite, task);
  const notes = [...standstillLines(report), ...report.warnings];
  if (notes.length > 0) suite.ele('system-err').txt(text(notes.map((note) => printable(note)).join('\n')));
  return `${root.end({ prettyPrint: true })}\n`;
}

function addCase(suite: Element, task: ReportTask): void {
  const { short, subject, list, seconds, outcome, tries } = task;
  const item = suite.ele('testcase', { name: line(`${short} ${subject}`), classname: line(list), time: time(seconds) });
  const tail = tries.at(-1)?.tail ?? '';
  const skip = skipReason(task);
  if (outcome === 'failed') item.ele('failure', { message: line(causeText(task)), type: kindOf(task) }).txt(text(tail));
  else if (skip !== undefined) item.ele('skipped', { message: line(skip) });
  const history = tries.map(({ attempt, ...end }) => {
    const how = [end.outcome, exitText(end)].filter((part) => part !== '').join(', ');
    return `try ${attempt}: ${how} in ${secondsText(end.seconds)}${end.log === undefined ? '' : `, log ${end.log}`}`;
  });
  if (tries.length > 0)
    item.ele('system-out').txt(text([...history, ...(skip === undefined || tail === '' ? [] : [tail])].join('\n')));
}

/** Why a task counts as not run; undefined when it was completed or has failed. */
function skipReason(task: ReportTask): string | undefined {
  const { outcome, status } = task;
  if (outcome === 'completed' || outcome === 'failed') return undefined;
  if (outcome === 'left') return status === 'completed' ? undefined : causeText(task);
  const why = causeText(task);
  return why === '' ? outcome : `${outcome}: ${why}`;
}

function kindOf({ tries }: ReportTask): string {
  const last = tries.at(-1);
  if (last?.timedOut === true) return 'timeout';
  return last?.signal === undefined ? 'exit' : 'signal';
}

function time(seconds: number): string {
  return seconds.toFixed(3);
}

/** Text of others for an attribute, on one line: the writer escapes what has a meaning in XML. */
function line(value: string): string {
  return printable(value).replaceAll(UNFIT, '\ufffd');
}

/** Text of others between tags. */
function text(value: string): string {
  return printable(value, 'text').replaceAll(UNFIT, '\ufffd');
}
