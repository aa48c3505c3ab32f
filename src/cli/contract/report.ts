/** The report of a run as JSON: what `run --report FILE.json` writes. */
import type { JsonSchema } from '../../task/json-schema.ts';
import { CONTRACT } from '../render/json.ts';
import { RUN_COUNTS, RUN_TASK_FIELDS } from './lines.ts';
import { about, COUNT, listOf, NUMBER, oneOf, only, ref, shape, TEXT, TEXTS } from './shape.ts';

const INSTANT = ref('instant');
const SECONDS = about('wall time in seconds', NUMBER);
const OUTCOMES = ['completed', 'failed', 'left', 'lost', 'stopped'] as const;

const TRY = shape({
  attempt: about('1 for the first try', { type: 'integer', minimum: 1 }),
  outcome: oneOf(...OUTCOMES),
  ended: INSTANT,
  seconds: SECONDS,
  'exit?': about('exit code of the command; none when a signal ended it or it never started', COUNT),
  'signal?': TEXT,
  'timedOut?': only(true),
  'reason?': TEXT,
  'tail?': about('the end of the output of a try that did not complete its task', TEXT),
  'log?': about('path of the file with the output', TEXT),
});

const TASK: JsonSchema = shape({
  ...RUN_TASK_FIELDS,
  outcome: about('of the last try; running: it had not ended when the run did', oneOf(...OUTCOMES, 'running')),
  status: about('the status that the task was left in', TEXT),
  seconds: about('wall time of all tries in seconds', NUMBER),
  tries: listOf(TRY),
});

/** A file of `run --report FILE.json`. */
export const RUN_REPORT: JsonSchema = shape({
  contract: only(CONTRACT),
  run: TEXT,
  started: INSTANT,
  ended: INSTANT,
  outcome: about('unknown: the run broke off', oneOf('done', 'failed', 'idle', 'interrupted', 'unknown')),
  'ending?': about('why it was interrupted', TEXT),
  'standstill?': ref('standstill'),
  jobs: about('how many ran at once at the most', COUNT),
  seconds: SECONDS,
  busySeconds: about('wall time of all tries in seconds', NUMBER),
  'perMinute?': about('tasks that were completed in a minute; none for a run without length', NUMBER),
  totals: about(
    'tasks by their outcomes, and tries',
    shape(Object.fromEntries(['tasks', 'tries', ...OUTCOMES, 'running'].map((name) => [name, COUNT]))),
  ),
  counts: about('how the graph stood at the end', RUN_COUNTS),
  tasks: about('in the order in which they were started', listOf(TASK)),
  slowest: about('the ids of the tasks that took longest, the longest first', listOf(ref('id'))),
  warnings: TEXTS,
  leftOut: about('what would have made the report too large', shape({ warnings: COUNT, tails: COUNT })),
});
