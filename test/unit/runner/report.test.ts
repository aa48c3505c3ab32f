import { marked } from 'marked';
import { describe, expect, test } from 'vitest';
import { create } from 'xmlbuilder2';
import { collect, createCollector } from '../../../src/runner/report/model.ts';
import { type ReportFormat, renderReport } from '../../../src/runner/report/report-files.ts';
import { secondsText } from '../../../src/runner/report/words.ts';
import { began, ended, HOSTILE, nightOfEverything, runBegan, runTask } from '../../support/run-events.ts';

/** Everything that a terminal or a reader could be fooled with; and what XML 1.0 cannot hold. */
const UNSEEN = /[^\n\P{Cc}]|[\u202a-\u202e\u2066-\u2069]/u;
const UNFIT = /[\ufffe\uffff]/;

const night = collect(nightOfEverything());

describe('the model', () => {
  test('has each task once, with all its tries and the outcome of the last one', () => {
    expect(night.tasks.map(({ short, outcome, tries, seconds }) => [short, outcome, tries.length, seconds])).toEqual([
      ['7kq3', 'completed', 1, 2],
      ['2m4k', 'completed', 2, 4.25],
      ['9d8e', 'failed', 1, 2.5],
      ['31rm', 'failed', 1, 60],
      ['x0f5', 'left', 1, 0.5],
      ['wh4k', 'lost', 1, 2],
      ['d56r', 'stopped', 1, 58],
    ]);
  });

  test('counts tasks by their outcomes, and tries', () => {
    expect(night.totals).toEqual({
      tasks: 7,
      tries: 8,
      completed: 2,
      failed: 2,
      left: 1,
      lost: 1,
      stopped: 1,
      running: 0,
    });
    expect(night.busySeconds).toBe(129.25);
    expect(night.perMinute).toBe(2.687);
    expect(night.slowest.slice(0, 3)).toEqual(['31rm0000', 'd56r0000', '2m4k0000']);
  });

  test('of a run that was broken off, says what is known', () => {
    const report = collect(nightOfEverything().slice(0, 3));
    expect(report.outcome).toBe('unknown');
    expect(report.tasks.map(({ outcome }) => outcome)).toEqual(['running', 'running']);
    expect(collect([]).tasks).toEqual([]);
  });

  test('keeps the output of what was not completed, and of that no more than a little', () => {
    const task = (i: number) => runTask(String(i).padStart(4, '0'), `Task ${i}`);
    const collector = createCollector();
    collector.add(runBegan());
    for (let i = 0; i < 600; i++) {
      collector.add(ended(i, task(i), { outcome: 'failed', status: 'pending', tail: 'x'.repeat(10_000) }));
    }
    for (let i = 0; i < 150; i++) collector.add({ event: 'warning', at: '2026-11-22T02:00:00Z', message: `w${i}` });
    const report = collector.report();
    expect(report.tasks).toHaveLength(600);
    expect(report.leftOut).toEqual({ warnings: 50, tails: 100 });
    expect(JSON.stringify(report).length).toBeLessThan(3_000_000);
    expect(night.tasks[0]?.tries[0]?.tail).toBeUndefined();
  });

  test('an output that is cut inside a character stays well-formed', () => {
    const tail = `😀${'x'.repeat(3999)}`;
    const report = collect([ended(1, runTask('7kq3', 'a'), { outcome: 'failed', tail })]);
    expect(report.tasks[0]?.tries[0]?.tail?.isWellFormed()).toBe(true);
  });
});

describe.each<[ReportFormat, string]>([
  ['html', 'report.html'],
  ['markdown', 'report.md'],
  ['json', 'report.json'],
  ['junit', 'report.xml'],
])('the report as %s', (format, file) => {
  test('looks as it should', async () => {
    await expect(await renderReport(night, format)).toMatchFileSnapshot(`../../../fixtures/run/${file}`);
  });

  test('shows nothing that cannot be seen', async () => {
    const text = await renderReport(night, format);
    expect(text).not.toMatch(UNSEEN);
  });

  test('can be made of a run in which nothing happened', async () => {
    expect(await renderReport(collect([]), format)).not.toBe('');
  });
});

test('no text of others becomes a tag', async () => {
  for (const format of ['html', 'junit'] as const) expect(await renderReport(night, format)).not.toMatch(/<script/i);
  expect(await renderReport(night, 'junit')).not.toMatch(UNFIT);
});

test('JSON holds the texts as they are', async () => {
  const parsed = JSON.parse(await renderReport(night, 'json')) as { contract: number; tasks: { subject: string }[] };
  expect(parsed.contract).toBe(1);
  expect(parsed.tasks[2]?.subject).toBe(HOSTILE);
});

test('the page is well-formed XML without scripts, handlers and addresses, and says everything in words', async () => {
  const page = await renderReport(night, 'html');
  const { node } = create(page);
  const elements = allElements(node);
  const names = new Set(elements.map(({ nodeName }) => nodeName));
  for (const name of ['script', 'link', 'img', 'iframe', 'a', 'base', 'form']) expect(names).not.toContain(name);
  const attributes = elements.flatMap((element) => [...element.attributes].map(({ name }) => name));
  expect(attributes.filter((name) => name.startsWith('on') || name === 'href' || name === 'src')).toEqual([]);
  expect(page.match(/<tr>/g)).toHaveLength(night.tasks.length + 1);
  for (const word of ['completed', 'failed', 'left', 'lost', 'stopped']) expect(page).toContain(`>${word}</span>`);
});

test('JUnit XML has a test case for each task and its numbers add up', async () => {
  const xml = await renderReport(night, 'junit');
  const elements = allElements(create(xml).node);
  const byName = (name: string) => elements.filter(({ nodeName }) => nodeName === name);
  const suite = byName('testsuite')[0];
  expect(byName('testcase')).toHaveLength(7);
  expect(byName('failure')).toHaveLength(Number(suite?.getAttribute('failures')));
  expect(byName('skipped')).toHaveLength(Number(suite?.getAttribute('skipped')));
  expect(byName('skipped').map((element) => element.getAttribute('message'))).toEqual([
    'left pending by the command',
    'lost: SIGTERM',
    'stopped: SIGTERM',
  ]);
  expect(byName('failure')[1]?.getAttribute('type')).toBe('timeout');
  expect(byName('failure')[0]?.textContent).toContain('</pre><script>alert(1)</script>');
});

test('the Markdown table has six cells in every row, and no text of others becomes markup', async () => {
  const markdown = await renderReport(night, 'markdown');
  const table = marked.lexer(markdown).find((token) => token.type === 'table');
  expect(table).toMatchObject({ header: { length: 6 } });
  const rows = (table as { rows: { text: string }[][] }).rows;
  expect(rows.map((row) => row.length)).toEqual(night.tasks.map(() => 6));
  const rendered = marked.parse(markdown, { async: false });
  expect(rendered).not.toMatch(/<script|<a |<\/td><\/pre>/);
  // What needs a look comes first.
  expect(rows.slice(0, 2).map(([outcome]) => outcome?.text)).toEqual(['failed', 'failed']);
});

test('an output full of backticks stays inside its fence', async () => {
  const tail = '```\n````` # title\n<b>';
  const report = collect([
    runBegan(),
    began(0, runTask('7kq3', '`'), 0),
    ended(1, runTask('7kq3', '`'), { outcome: 'failed', tail }),
  ]);
  const tokens = marked.lexer(await renderReport(report, 'markdown'));
  expect(tokens.find((token) => token.type === 'code')).toMatchObject({ text: tail });
});

test.each([
  [0.04, '0.0s'],
  [2, '2.0s'],
  [0.44, '0.4s'],
  [9.94, '9.9s'],
  [9.96, '10s'],
  [59.6, '1m 0s'],
  [185, '3m 5s'],
  [7800, '2h 10m'],
  [273_600, '3d 4h'],
])('%d seconds are %s', (seconds, text) => {
  expect(secondsText(seconds)).toBe(text);
});

/** The parts of the XML tree that the tests look at. */
interface XmlElement {
  readonly nodeName: string;
  readonly nodeType: number;
  readonly textContent: string | null;
  readonly attributes: Iterable<{ readonly name: string }>;
  readonly childNodes: Iterable<unknown>;
  getAttribute(name: string): string | null;
}

function allElements(node: unknown): XmlElement[] {
  const parent = node as XmlElement;
  const children = [...parent.childNodes].flatMap(allElements);
  return parent.nodeType === 1 ? [parent, ...children] : children;
}
