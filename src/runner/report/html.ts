/** The report of a run as one page without scripts, pictures or anything from elsewhere. Pure. */
import { html, raw } from 'hono/html';
import { invariant } from '../../errors.ts';
import { printable } from '../../task/printable.ts';
import type { Report, ReportTask, ReportTry } from './model.ts';
import { STYLE } from './style.ts';
import {
  causeText,
  countText,
  exitText,
  leftOutLines,
  needsLook,
  OUTCOMES,
  outcomeText,
  perMinuteText,
  secondsText,
  standstillLines,
  standText,
  totalText,
  troublesFirst,
} from './words.ts';

type Markup = ReturnType<typeof html>;

/** Browsers are slow with longer tables. What needs a look comes first. */
const MAX_ROWS = 2000;

/** With more failures than this their outputs are folded up. */
const MAX_OPEN = 20;

/** Nothing of the page may load or run anything, whatever got into it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** The page. It is XML too. All text of others is made printable and goes through the escaping of `html`. */
export function reportToHtml(report: Report): string {
  const page = html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${outcomeText(report)}: run ${printable(report.run)}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1><span class="run ${report.outcome}">${outcomeText(report)}</span></h1>
            <p>Run <code>${printable(report.run)}</code>, ${timeOf(report.started)} to ${timeOf(report.ended)} UTC</p>
          </header>
          ${bar(report)} ${facts(report)} ${notes('What holds it up', standstillLines(report))}
          ${notes(
            'Warnings',
            report.warnings.map((text) => printable(text)),
          )}
          ${table(report)} ${leftOutLines(report).map((line) => html`<p class="quiet">${line}.</p>`)}
        </main>
      </body>
    </html> `;
  invariant(!(page instanceof Promise), 'a page of texts is there at once');
  return String(page);
}

/** How the outcomes share the tasks: as a bar, and as numbers for everybody. */
function bar({ totals }: Report): Markup | string {
  const parts = OUTCOMES.filter((name) => totals[name] > 0);
  if (parts.length === 0) return '';
  return html`<ul class="bar" aria-label="Outcomes">
    ${parts.map((name) => html`<li class="${name}" style="flex-grow: ${totals[name]}">${totalText(totals, name)}</li>`)}
  </ul>`;
}

function facts(report: Report): Markup {
  const { seconds, perMinute, jobs, busySeconds, totals } = report;
  const { open } = report.counts;
  const entries: readonly (readonly [string, string])[] = [
    ['Tasks', String(totals.tasks)],
    ['Tries', String(totals.tries)],
    ['Time', secondsText(seconds)],
    ['Time of all tries', secondsText(busySeconds)],
    ['At once', String(jobs)],
    ['Tasks a minute', perMinute === undefined ? 'unknown' : perMinuteText(perMinute)],
    ['Still open', open === 0 ? 'nothing' : `${open}: ${standText(report.counts)}`],
  ];
  return html`<dl>
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function notes(title: string, lines: readonly string[]): Markup | string {
  if (lines.length === 0) return '';
  return html`<section>
    <h2>${title}</h2>
    <ul>
      ${lines.map((line) => html`<li>${line}</li>`)}
    </ul>
  </section>`;
}

function table(report: Report): Markup | string {
  const { tasks } = report;
  if (tasks.length === 0) return html`<p>No task was started.</p>`;
  const rows = troublesFirst(report).slice(0, MAX_ROWS);
  const surroundings: Surroundings = {
    longest: tasks.reduce((most, { seconds }) => Math.max(most, seconds), 0.001),
    hasLists: new Set(tasks.map(({ list }) => list)).size > 1,
    isOpen: report.totals.failed <= MAX_OPEN,
  };
  const shown =
    rows.length < tasks.length ? `${rows.length} of ${tasks.length} tasks shown` : countText(tasks.length, 'task');
  return html`<table>
    <caption>
      ${shown}; what was not completed comes first
    </caption>
    <thead>
      <tr>
        <th scope="col">Outcome</th>
        <th scope="col">Task</th>
        <th scope="col">Subject</th>
        <th scope="col" class="tries">Tries</th>
        <th scope="col" class="number">Time</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map((task) => row(task, surroundings))}
    </tbody>
  </table>`;
}

interface Surroundings {
  /** Seconds of the task that took longest. */
  readonly longest: number;
  /** The tasks are of several lists. */
  readonly hasLists: boolean;
  readonly isOpen: boolean;
}

/** Subjects and reasons are isolated, so that one from right to left does not move what stands beside it. */
function row(task: ReportTask, { longest, hasLists, isOpen }: Surroundings): Markup {
  const { outcome, short, id, list, subject, tries, seconds } = task;
  const share = Math.round((seconds * 100) / longest);
  const cause = causeText(task);
  const look = needsLook(task) && outcome === 'left' ? 'open' : outcome;
  return html`<tr>
      <td><span class="outcome ${look}">${outcome}</span></td>
      <th scope="row"><code title="${printable(list)}/${id}">${short}</code></th>
      <td>
        <bdi>${printable(subject)}</bdi>${hasLists ? html` <span class="list">${printable(list)}</span>` : ''}
        ${cause === '' ? '' : html`<p class="why"><bdi>${cause}</bdi></p>`}
      </td>
      <td class="tries">${tries.length}</td>
      <td class="number time" style="--share: ${share}%">${secondsText(seconds)}</td>
    </tr>
    ${details(task, isOpen)}`;
}

/** Earlier tries and the end of the output, where there is more to see than the row says: in a row of their own, for the width. */
function details({ short, tries, outcome }: ReportTask, isOpen: boolean): Markup | string {
  // A task that was completed in the end: what made an earlier try fail.
  const told = tries.findLast(({ tail }) => tail !== undefined);
  const parts = [
    ...(tries.length < 2 ? [] : [countText(tries.length, 'try', 'tries')]),
    ...(told === undefined
      ? []
      : [told === tries.at(-1) ? 'end of the output' : `end of the output of try ${told.attempt}`]),
  ];
  if (parts.length === 0) return '';
  const open = isOpen && outcome === 'failed' ? raw(' open="open"') : '';
  return html`<tr class="more">
    <td colspan="5">
      <details${open}><summary>${parts.join(', ')}<span class="hidden"> (${short})</span></summary>
        ${triesOf(tries)}${told === undefined ? '' : output(short, told)}</details>
    </td>
  </tr>`;
}

function triesOf(tries: readonly ReportTry[]): Markup | string {
  if (tries.length < 2) return '';
  return html`<ol>
    ${tries.map((end) => html`<li>${tryText(end)}</li>`)}
  </ol>`;
}

/** A box that is scrolled to its end, where the reason of a failure usually stands; the keyboard reaches it. */
function output(short: string, { tail = '', log }: ReportTry): Markup {
  return html`<div class="tail" role="group" aria-label="End of the output of ${short}" tabindex="0">
      <pre>${printable(tail, 'text')}</pre>
    </div>
    ${log === undefined ? '' : html`<p class="quiet">all of it: <code>${printable(log)}</code></p>`}`;
}

/** `failed (exit 3) in 0.4s`. */
function tryText(end: ReportTry): string {
  const how = exitText(end);
  return `${end.outcome}${how === '' ? '' : ` (${how})`} in ${secondsText(end.seconds)}`;
}

/** As people write it; the page says once that it is UTC. */
function timeOf(instant: string): Markup {
  return html`<time datetime="${instant}">${instant.replace('T', ' ').replace('Z', '')}</time>`;
}
