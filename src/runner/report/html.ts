/** The report of a run as one page without scripts, pictures or anything from elsewhere. Pure. */
import { html, raw } from 'hono/html';
import { invariant } from '../../errors.ts';
import { printable } from '../../task/printable.ts';
import type { Report, ReportTask } from './model.ts';
import { STYLE } from './style.ts';
import {
  causeText,
  countText,
  exitText,
  leftOutLines,
  OUTCOMES,
  outcomeText,
  perMinuteText,
  remainsText,
  secondsText,
  standstillLines,
  troubles,
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
            <p>Run <code>${printable(report.run)}</code>, ${timeOf(report.started)} to ${timeOf(report.ended)}</p>
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
function bar({ totals }: Report): Markup {
  const parts = OUTCOMES.filter((name) => totals[name] > 0);
  return html`<ul class="bar">
    ${parts.map((name) => html`<li class="${name}" style="flex-grow: ${totals[name]}">${totals[name]} ${name}</li>`)}
  </ul>`;
}

function facts(report: Report): Markup {
  const { seconds, perMinute, jobs, busySeconds, totals } = report;
  const entries: readonly (readonly [string, string])[] = [
    ['Tasks', String(totals.tasks)],
    ['Tries', String(totals.tries)],
    ['Time', secondsText(seconds)],
    ['Work', secondsText(busySeconds)],
    ['At once', String(jobs)],
    ['A minute', perMinute === undefined ? 'unknown' : perMinuteText(perMinute)],
    ['Open', remainsText(report) === '' ? 'nothing' : remainsText(report)],
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
  const { tasks, slowest } = report;
  if (tasks.length === 0) return html`<p>No task was started.</p>`;
  const rows = [...new Set([...troubles(report), ...tasks])].slice(0, MAX_ROWS);
  const longest = tasks.reduce((most, { seconds }) => Math.max(most, seconds), 0.001);
  const slow = tasks.length > slowest.length ? new Set(slowest) : new Set<string>();
  const isOpen = report.totals.failed <= MAX_OPEN;
  const shown =
    rows.length < tasks.length ? `${rows.length} of ${tasks.length} tasks shown` : countText(tasks.length, 'task');
  return html`<div class="wide" role="region" aria-label="Tasks" tabindex="0">
    <table>
      <caption>
        ${shown}; what was not completed comes first
      </caption>
      <thead>
        <tr>
          <th scope="col">Outcome</th>
          <th scope="col">Task</th>
          <th scope="col">Subject</th>
          <th scope="col">Tries</th>
          <th scope="col">Time</th>
          <th scope="col">End</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((task) => row(task, { longest, isSlow: slow.has(task.id), isOpen }))}
      </tbody>
    </table>
  </div>`;
}

interface Surroundings {
  /** Seconds of the task that took longest. */
  readonly longest: number;
  readonly isSlow: boolean;
  readonly isOpen: boolean;
}

function row(task: ReportTask, { longest, isSlow, isOpen }: Surroundings): Markup {
  const { outcome, short, id, list, subject, tries, seconds } = task;
  const share = Math.round((seconds * 100) / longest);
  return html`<tr>
    <td><span class="outcome ${outcome}">${outcome}</span></td>
    <th scope="row"><code title="${printable(list)}/${id}">${short}</code></th>
    <td>${printable(subject)}${details(task, isOpen)}</td>
    <td class="number">${tries.length}</td>
    <td class="number time" style="--share: ${share}%">
      ${secondsText(seconds)}${isSlow ? html` <small>slow</small>` : ''}
    </td>
    <td>${causeText(task)}</td>
  </tr> `;
}

/** Earlier tries and the end of the output, where there is more to see than the row says. */
function details({ tries, outcome }: ReportTask, isOpen: boolean): Markup | string {
  const last = tries.at(-1);
  const tail = last?.tail;
  if (tail === undefined && tries.length < 2) return '';
  const summary = tail === undefined ? 'tries' : 'output';
  const earlier = tries.length < 2 ? [] : tries;
  return html`<details${isOpen && outcome === 'failed' ? raw(' open="open"') : ''}><summary>${summary}</summary>
${earlier.map((end) => html`<p>try ${end.attempt}: ${end.outcome} ${exitText(end)} in ${secondsText(end.seconds)}</p>`)}
${tail === undefined ? '' : html`<pre>${printable(tail, 'text')}</pre>`}
${last?.log === undefined ? '' : html`<p class="quiet">all of it: <code>${printable(last.log)}</code></p>`}
</details>`;
}

function timeOf(instant: string): Markup {
  return html`<time datetime="${instant}">${instant}</time>`;
}
