/** What is one object a line: events, the input of `batch`, exported tasks; and the error, which is one line, too. */
import { LIST_PATTERN } from '../../task/ids.ts';
import { fieldSchemas, type JsonSchema, taskFileSchema, VALUE_SCHEMAS } from '../../task/json-schema.ts';
import { ERRORS } from './errors.ts';
import {
  about,
  ANY,
  answer,
  closed,
  COUNT,
  either,
  FLAG,
  listOf,
  mapOf,
  type Members,
  NUMBER,
  oneOf,
  only,
  orNull,
  ref,
  shape,
  TEXT,
  TEXTS,
} from './shape.ts';

const ID = ref('id');
const OID = ref('oid');

/** What every command writes on standard error when it fails, with `--json`. */
export const ERROR: JsonSchema = answer({
  error: {
    ...shape({
      code: about('what kind of failure it is; see help --json', oneOf(...ERRORS.map(({ code }) => code))),
      message: TEXT,
      'hint?': about('the next step', TEXT),
      'stack?': about('of a defect: where it happened', TEXT),
    }),
    // Facts of the failure stand beside these: ids, paths, limits. Which ones depends on the code.
    additionalProperties: true,
  },
});

const CHANGE = shape({
  field: TEXT,
  'before?': ANY,
  'after?': ANY,
  'added?': TEXTS,
  'removed?': TEXTS,
});

const CAUSE = { id: ID, holdsUp: COUNT };

/** A line of `watch --json`. */
export const EVENT: JsonSchema = answer({
  type: oneOf(
    ...'created changed claimed renewed released completed cancelled reopened unblocked conflict'.split(' '),
    ...'lease-expired removed damaged stuck rewritten'.split(' '),
  ),
  at: about('the date of the commit, or the moment that the clock reached', ref('instant')),
  'commit?': about('none where the clock did it', OID),
  'actor?': TEXT,
  'session?': TEXT,
  'reason?': TEXT,
  'task?': about(
    'the task as the commit left it; none for what happens to the ledger as a whole',
    shape({ id: ID, list: TEXT, subject: TEXT, status: ref('status'), ready: FLAG, 'owner?': TEXT, labels: TEXTS }),
  ),
  'changes?': listOf(CHANGE),
  'because?': about('of unblocked: the tasks whose change did it', listOf(ID)),
  'conflicts?': listOf(ref('conflict')),
  'merge?': about('a merge of two changes did it', only(true)),
  'from?': about('of rewritten: the tip before', OID),
  'to?': about('of rewritten: the tip now; null: the branch is gone', orNull(OID)),
  'open?': about('of stuck: open tasks', COUNT),
  'causes?': about(
    'of stuck: what they wait for in the end',
    listOf(
      either(
        shape({ kind: only('cancelled'), ...CAUSE }),
        shape({ kind: only('missing'), ...CAUSE, 'damaged?': only(true) }),
        shape({ kind: only('gate'), ...CAUSE, name: TEXT }),
        shape({ kind: only('not-work'), ...CAUSE, of: TEXT }),
        shape({ kind: only('cycle'), ...CAUSE, ids: listOf(ID) }),
      ),
    ),
  ),
  cursor: about('give it to --since to go on from here', TEXT),
});

/** What every event of a run says of its task. */
export const RUN_TASK_FIELDS: Members = { id: ID, short: TEXT, list: TEXT, subject: TEXT };
const RUN_TASK = shape(RUN_TASK_FIELDS);

/** How the graph stands, seen from a run. */
export const RUN_COUNTS: JsonSchema = shape({
  running: COUNT,
  completed: COUNT,
  failed: COUNT,
  ready: COUNT,
  blocked: COUNT,
  open: COUNT,
});
const TRY = { task: RUN_TASK, slot: COUNT, attempt: { type: 'integer', minimum: 1 } };

/** A line of `run --json`. */
export const RUN_EVENT: JsonSchema = either(
  runEvent('run-started', { run: TEXT, jobs: COUNT, counts: RUN_COUNTS }),
  runEvent('task-started', { ...TRY, actor: TEXT, pid: COUNT, log: TEXT, 'worktree?': TEXT, 'branch?': TEXT }),
  runEvent('task-ended', {
    ...TRY,
    outcome: oneOf('completed', 'failed', 'left', 'lost', 'stopped'),
    'exit?': about('exit code of the command; none when a signal ended it or it never started', COUNT),
    'signal?': TEXT,
    'timedOut?': only(true),
    seconds: NUMBER,
    'reason?': TEXT,
    'tail?': about('the end of the output', TEXT),
    'log?': about('path of the file with the output', TEXT),
    status: TEXT,
    'retryIn?': about('milliseconds until the next try', NUMBER),
    unblocked: listOf(RUN_TASK),
  }),
  runEvent('warning', { message: TEXT }),
  runEvent('counts', { counts: RUN_COUNTS }),
  runEvent('run-ended', {
    outcome: oneOf('done', 'failed', 'idle', 'interrupted'),
    seconds: NUMBER,
    counts: RUN_COUNTS,
    'ending?': TEXT,
    'standstill?': ref('standstill'),
  }),
);

/** A line of `export jsonl`: the file of a task, and the name of its list. */
export const JSONL_LINE: JsonSchema = {
  ...taskFileSchema(),
  title: 'A line of an export',
  properties: {
    ...fieldSchemas(),
    list: {
      description: 'the list that it is in; main where it is absent',
      type: 'string',
      pattern: `^${LIST_PATTERN.replace(/^\^|\$$/g, '')}$`,
    },
  },
};

const REFERENCE = about('an id, a prefix of one, a foreign id, or @name of an earlier line', TEXT);
const REFERENCES = listOf(REFERENCE);
const TARGETS = { 'id?': REFERENCE, 'ids?': { type: 'array', minItems: 1, items: REFERENCE } };
const CLEARABLE = orNull(TEXT);
const NAMES = either(TEXT, TEXTS);
const LEASE = about('a length of time: 45s, 30m, 2h', TEXT);

const FIELDS = {
  'activeForm?': CLEARABLE,
  'description?': CLEARABLE,
  'result?': CLEARABLE,
  'priority?': VALUE_SCHEMAS.priority,
  'parent?': orNull(REFERENCE),
  'due?': about('a day, an instant, tomorrow, 3d; null clears it', CLEARABLE),
  'defer?': about('not ready before then', CLEARABLE),
  'labels?': TEXTS,
  'blockedBy?': REFERENCES,
  'reviews?': REFERENCES,
  'gates?': TEXTS,
  'blocks?': REFERENCES,
  'scope?': TEXTS,
  'acceptance?': TEXTS,
  'checks?': TEXTS,
  'metadata?': about('values by key; null deletes a key', VALUE_SCHEMAS.map),
};

const REMOVALS = {
  'unlabel?': TEXTS,
  'unblock?': REFERENCES,
  'unreview?': REFERENCES,
  'ungate?': TEXTS,
  'unscope?': TEXTS,
  'unaccept?': TEXTS,
  'uncheck?': TEXTS,
};

/** A line of the input of `batch`. */
export const BATCH_LINE: JsonSchema = either(
  batchLine('add', {
    subject: TEXT,
    'name?': about('what later lines call it: @name', TEXT),
    'key?': about('the same key never makes a second task', TEXT),
    'list?': TEXT,
    ...FIELDS,
  }),
  batchLine('new', {
    template: TEXT,
    'name?': about('later lines call the tasks @name.TASK', TEXT),
    'arguments?': TEXTS,
    'set?': mapOf(TEXT),
    'key?': TEXT,
  }),
  batchLine('set', { ...TARGETS, 'subject?': TEXT, 'status?': ref('status'), ...FIELDS, ...REMOVALS }),
  batchLine('note', { id: REFERENCE, text: TEXT, 'key?': TEXT }),
  batchLine('gate', { 'open?': NAMES, 'close?': NAMES }),
  batchLine('claim', { ...TARGETS, 'lease?': LEASE, 'hold?': FLAG }),
  batchLine('renew', { ...TARGETS, 'lease?': LEASE }),
  batchLine('release', TARGETS),
  batchLine('done', { ...TARGETS, 'result?': TEXT, 'tickAll?': FLAG }),
  batchLine('tick', { id: REFERENCE, 'lines?': TEXTS, 'all?': FLAG, 'undo?': FLAG }),
  batchLine('reopen', TARGETS),
  batchLine('cancel', { ...TARGETS, 'cascade?': FLAG, 'unblock?': FLAG }),
);

function batchLine(verb: string, members: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return closed({ verb: only(verb), ...members });
}

function runEvent(event: string, members: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return answer({ at: ref('instant'), event: only(event), ...members });
}
