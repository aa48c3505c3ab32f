/** The answers of the verbs that look. */
import type { JsonSchema } from '../../task/json-schema.ts';
import { about, answer, COUNT, FLAG, listOf, mapOf, oneOf, orNull, ref, shape, TEXT, TEXTS } from './shape.ts';

const LIST = answer({
  tasks: listOf(ref('taskRow')),
  total: about('how many there are', COUNT),
  shown: about('how many of them are in tasks', COUNT),
  tip: about('the commit that was read', ref('oid')),
  damaged: about('files that cannot be read', listOf(shape({ path: TEXT, message: TEXT }))),
});

/** How much of a part was told. */
const TOLD = shape({ total: COUNT, shown: COUNT });

const STATS = answer({
  total: COUNT,
  byStatus: shape({ pending: COUNT, in_progress: COUNT, completed: COUNT, cancelled: COUNT }),
  byList: mapOf(COUNT),
  byPriority: about('one number for each priority, from 0 to 4', listOf(COUNT)),
  ready: COUNT,
  blocked: COUNT,
  conflicts: COUNT,
  damaged: COUNT,
  edges: COUNT,
  overdue: COUNT,
  gates: shape({ open: COUNT, closed: COUNT }),
  ownReviews: about('ready tasks that review what the asker completed', COUNT),
  stuck: about('work remains and nothing can move by itself', FLAG),
  'standstill?': ref('standstill'),
  'nextMove?': ref('nextMove'),
  tip: ref('oid'),
});

const LOG = answer({
  changes: listOf(
    shape({
      commit: ref('oid'),
      at: ref('instant'),
      actor: TEXT,
      'session?': TEXT,
      subject: TEXT,
      tasks: about('<list>/<id> of the tasks that the message names', TEXTS),
      changes: TEXTS,
      'reason?': TEXT,
      overrides: TEXTS,
    }),
  ),
  shown: COUNT,
  more: about('there are older changes', FLAG),
  tip: ref('oid'),
});

/** By verb. `watch` answers in lines: see `lines.ts`. */
export const LOOKING: Readonly<Record<string, JsonSchema>> = {
  list: LIST,
  ready: LIST,
  blocked: LIST,
  plan: LIST,
  show: answer({ task: ref('task'), tip: ref('oid') }),
  why: answer({
    why: ref('whyNode'),
    before: about('open tasks that stand before it', COUNT),
    next: listOf(
      shape({
        do: oneOf('complete', 'open-gate', 'unblock', 'wait', 'hand-over', 'reopen'),
        id: ref('id'),
        text: TEXT,
      }),
    ),
    nextTotal: COUNT,
    'asker?': TEXT,
    tip: ref('oid'),
  }),
  stats: STATS,
  log: LOG,
  wait: answer({
    outcome: oneOf('met', 'timeout', 'hopeless', 'interrupted'),
    until: TEXT,
    tasks: listOf(shape({ met: FLAG, 'task?': about('absent: it is gone', ref('taskRow')), id: ref('id') })),
    tip: ref('oid'),
  }),
  stale: answer({
    tasks: listOf(ref('staleRow')),
    total: COUNT,
    shown: COUNT,
    tip: ref('oid'),
  }),
  prime: answer({
    text: TEXT,
    open: COUNT,
    mine: TOLD,
    conflicts: TOLD,
    changed: about('changes of others since the last look', TOLD),
    ready: TOLD,
    tip: ref('oid'),
  }),
  brief: answer({
    id: ref('id'),
    text: TEXT,
    leftOut: about('what did not fit, by the name of the part', mapOf(TEXT)),
    tip: ref('oid'),
  }),
  which: answer({
    repository: shape({ gitDir: TEXT, commonDir: TEXT, workTree: orNull(TEXT) }),
    ledger: shape({
      ref: TEXT,
      from: TEXT,
      tip: orNull(ref('oid')),
      found: orNull(oneOf('local', 'tracking')),
    }),
    list: ref('choice'),
    readsAllLists: FLAG,
    actor: orNull(ref('choice')),
    session: orNull(ref('choice')),
    claude: shape({
      config: ref('choice'),
      list: orNull(shape({ id: TEXT, 'given?': TEXT, from: TEXT, folder: TEXT, exists: FLAG, files: COUNT })),
    }),
    agents: shape({ enabled: FLAG, 'variable?': TEXT }),
  }),
};
