/** The answer of each verb with `--json`, as a schema. */
import type { JsonSchema } from '../../task/json-schema.ts';
import { LOOKING } from './answers-look.ts';
import { KEEPING } from './answers-keep.ts';
import {
  about,
  ANY,
  answer,
  COUNT,
  either,
  FLAG,
  listOf,
  mapOf,
  oneOf,
  only,
  orNull,
  ref,
  shape,
  TEXT,
  TEXTS,
} from './shape.ts';
import { VALUE_SCHEMAS } from '../../task/json-schema.ts';

const ID = ref('id');
const TASK = { task: ref('task'), commit: ref('oid'), changed: FLAG };
const TASKS = {
  'task?': about('the task, where exactly one id was given', ref('task')),
  tasks: listOf(ref('task')),
  commit: about('the commit that holds the change', ref('oid')),
  changed: about('false: nothing differed, no commit was made', FLAG),
};

const EACH = {
  items: listOf(shape({ item: TEXT, created: FLAG, ids: mapOf(ID), subject: TEXT })),
  total: COUNT,
  created: COUNT,
  existing: COUNT,
  repeated: COUNT,
  tasks: about('tasks that were made', COUNT),
  commit: ref('oid'),
  changed: FLAG,
};

/** A task that would be made. */
const PLANNED = shape({
  name: TEXT,
  subject: TEXT,
  'activeForm?': orNull(TEXT),
  'description?': orNull(TEXT),
  'priority?': VALUE_SCHEMAS.priority,
  'parent?': orNull(TEXT),
  'due?': orNull(TEXT),
  'defer?': orNull(TEXT),
  'labels?': TEXTS,
  'blockedBy?': TEXTS,
  'reviews?': TEXTS,
  'gates?': TEXTS,
  'scope?': TEXTS,
  'acceptance?': TEXTS,
  'checks?': TEXTS,
  'metadata?': mapOf(ANY),
});

const NEW_COUNTS = { template: TEXT, total: COUNT, created: COUNT, existing: COUNT };

const TEMPLATE = shape({
  'description?': TEXT,
  arguments: listOf(ref('argument')),
  tasks: listOf(shape({ name: TEXT, fields: mapOf(ANY) })),
});

const PLANNING: Readonly<Record<string, JsonSchema>> = {
  init: answer({
    ref: TEXT,
    tip: ref('oid'),
    created: FLAG,
    from: oneOf('root', 'tracking', 'local'),
    driver: oneOf('set', 'there', 'none'),
  }),
  add: either(answer(TASK), answer(EACH)),
  set: answer(TASKS),
  note: answer(TASKS),
  edit: answer(TASK),
  batch: answer({
    results: listOf(shape({ verb: TEXT, ids: listOf(ID) })),
    commit: ref('oid'),
    changed: FLAG,
    commits: COUNT,
  }),
  new: either(
    answer({ ...NEW_COUNTS, tasks: listOf(ref('task')), commit: ref('oid'), changed: FLAG, ids: mapOf(ID) }),
    answer({ ...NEW_COUNTS, tasks: listOf(PLANNED), dryRun: only(true) }),
    answer({ ...EACH, template: TEXT, 'dryRun?': only(true) }),
  ),
  template: either(
    answer({
      templates: listOf(
        shape({
          name: TEXT,
          'description?': TEXT,
          arguments: listOf(ref('argument')),
          tasks: COUNT,
          problems: listOf(ref('fileProblem')),
        }),
      ),
      total: COUNT,
      tip: ref('oid'),
    }),
    answer({
      name: TEXT,
      path: TEXT,
      text: TEXT,
      'template?': TEMPLATE,
      problems: listOf(ref('fileProblem')),
      tip: ref('oid'),
    }),
    answer({ name: TEXT, commit: ref('oid'), changed: FLAG }),
  ),
  gate: either(
    answer({ gates: listOf(ref('gate')), total: COUNT, shown: COUNT, tip: ref('oid') }),
    answer({
      gates: listOf(ref('gate')),
      commit: ref('oid'),
      changed: FLAG,
      unblocked: ref('unblocked'),
      running: ref('started'),
    }),
  ),
};

const WORKING: Readonly<Record<string, JsonSchema>> = {
  next: either(
    answer({ ...TASK, 'claimed?': ref('claimed') }),
    answer({
      task: about('nothing is ready (exit code 3)', only(null)),
      open: COUNT,
      stuck: FLAG,
      'standstill?': ref('standstill'),
      'nextMove?': ref('nextMove'),
      tip: ref('oid'),
    }),
  ),
  claim: answer({
    ...TASKS,
    'already?': about('all of them were held before', only(true)),
    'claimed?': ref('claimed'),
  }),
  renew: answer(TASKS),
  release: answer(TASKS),
  done: answer({ ...TASKS, unblocked: ref('unblocked') }),
  tick: answer(TASK),
  check: answer({ ...TASKS, runs: listOf(ref('checkRun')) }),
  evidence: answer(TASK),
  reopen: answer({ ...TASKS, affected: ref('started') }),
  cancel: answer(TASKS),
  run: about(
    'with --dry-run; else one object a line: see run-event',
    answer({
      tasks: listOf(shape({ id: ID, short: TEXT, subject: TEXT, ready: FLAG, command: TEXTS })),
      total: COUNT,
      shown: COUNT,
      tip: ref('oid'),
    }),
  ),
};

/** By verb. A verb that is not here has no answer in JSON. */
export const ANSWERS: Readonly<Record<string, JsonSchema>> = { ...PLANNING, ...LOOKING, ...WORKING, ...KEEPING };
