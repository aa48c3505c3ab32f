import { marked } from 'marked';
import { describe, expect, test } from 'vitest';
import { create } from 'xmlbuilder2';
import { collect, createCollector } from '../../../src/runner/report/model.ts';
import { type ReportFormat, renderReport } from '../../../src/runner/report/report-files.ts';
import { remainsText, secondsText, totalsText, troubles, troublesFirst } from '../../../src/runner/report/words.ts';
import { contractJudge } from '../../support/contract.ts';
import { began, counts, ended, HOSTILE, nightOfEverything, runBegan, runTask } from '../../support/run-events.ts';

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

test('what is open and neither ready nor blocked is told, too', () => {
  expect(remainsText({ counts: counts({ open: 6, ready: 3, blocked: 2 }) })).toBe(
    '6 tasks still open: 3 ready, 2 blocked, 1 held or deferred',
  );
  expect(remainsText({ counts: counts({ open: 1, ready: 1 }) })).toBe('1 task still open: 1 ready, 0 blocked');
});

test('JSON is what its schema says, and the schema promises nothing that no report has', async () => {
  const judge = contractJudge();
  const cause = { kind: 'gate', id: '7kq30000', short: '7kq3', holdsUp: 1, message: 'm', hint: 'h' } as const;
  const standstill = { open: 1, causes: [cause], total: 1 };
  const idle = {
    event: 'run-ended',
    at: '2026-11-22T02:00:09Z',
    outcome: 'idle',
    seconds: 9,
    counts: counts(),
  } as const;
  for (const report of [
    night,
    collect(nightOfEverything().slice(0, 3)),
    collect([runBegan(), { ...idle, standstill }]),
  ]) {
    expect(judge.problems('run-report', JSON.parse(await renderReport(report, 'json')))).toEqual([]);
  }
  expect(judge.unseen('run-report').filter((pointer) => pointer.startsWith('run-report'))).toEqual([]);
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
  expect(rows.map(([outcome]) => outcome?.text)).toEqual([
    'failed',
    'failed',
    'left',
    'lost',
    'stopped',
    'completed',
    'completed',
  ]);
});

test('what failed comes before what was left, lost or stopped earlier, and what a command completed is no trouble', () => {
  const report = collect([
    ended(1, runTask('7kq3', 'a'), { outcome: 'stopped', status: 'pending' }),
    ended(1, runTask('2m4k', 'b'), { outcome: 'left', status: 'cancelled' }),
    ended(1, runTask('9d8e', 'c'), { outcome: 'left', status: 'completed' }),
    ended(1, runTask('31rm', 'd')),
    ended(1, runTask('x0f5', 'e'), { outcome: 'failed', status: 'pending' }),
  ]);
  expect(troublesFirst(report).map(({ short }) => short)).toEqual(['x0f5', '2m4k', '7kq3', '9d8e', '31rm']);
  expect(troubles(report)).toHaveLength(3);
  // "2 left" would be work that remains.
  expect(totalsText(report)).toBe('5 tasks: 1 completed, 2 left as is, 1 failed, 1 stopped');
});

test('Markdown says of how many outputs it shows how many', async () => {
  const events = Array.from({ length: 25 }, (_, i) =>
    ended(i, runTask(`t${100 + i}`, 'x'), { outcome: 'failed', status: 'pending', tail: 'no space left' }),
  );
  const markdown = await renderReport(collect(events), 'markdown');
  expect(markdown.match(/^## Output of/gm)).toHaveLength(20);
  expect(markdown).toContain('\nThe outputs of 20 of 25 tasks are shown.\n');
});

test('the page shows why a task failed before it was completed, and the keyboard reaches each output', async () => {
  const task = runTask('7kq3', 'Flaky');
  const report = collect([
    ended(1, task, { outcome: 'failed', exit: 75, status: 'pending', tail: 'no route' }),
    ended(2, task, { attempt: 2 }),
  ]);
  const page = await renderReport(report, 'html');
  expect(page).toContain('<summary>2 tries, end of the output of try 1<');
  expect(page).toMatch(/<div class="tail" role="group" aria-label="[^"]+" tabindex="0">\s*<pre>no route<\/pre>/);
  expect(page).toContain('runs/7kq30000.1.log');
});

test('the page names the list of a task where there are several', async () => {
  const task = runTask('7kq3', 'a');
  const other = { ...runTask('2m4k', 'b'), list: 'api' };
  expect(await renderReport(collect([ended(1, task)]), 'html')).not.toContain('class="list"');
  const page = await renderReport(collect([ended(1, task), ended(2, other)]), 'html');
  expect(page).toContain('<span class="list">api</span>');
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
