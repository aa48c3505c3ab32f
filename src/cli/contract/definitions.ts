/** What the schemas of several answers share: tasks, and what they consist of. */
import { type JsonSchema, RECORD_SCHEMAS, VALUE_SCHEMAS } from '../../task/json-schema.ts';
import { STATUSES } from '../../task/validate.ts';
import {
  about,
  ANY,
  COUNT,
  either,
  FLAG,
  listOf,
  mapOf,
  NUMBER,
  oneOf,
  only,
  ref,
  shape,
  TEXT,
  TEXTS,
} from './shape.ts';

const ID = ref('id');
const IDS = listOf(ID);
const INSTANT = ref('instant');
const STATUS = ref('status');

/** What a row of a list and a whole task have in common. */
const ROW = {
  id: ID,
  list: about('the list that it is in', TEXT),
  subject: TEXT,
  status: STATUS,
  ready: about('it can be started now', FLAG),
  blocked: about('open, and open work stands before it', FLAG),
  priority: VALUE_SCHEMAS.priority,
  'owner?': about('who holds the claim', TEXT),
  'claim?': ref('claim'),
  labels: TEXTS,
  blockedBy: about('all tasks that must be completed first', IDS),
  openBlockers: about('those of blockedBy that are not completed', IDS),
  'reviews?': about('those of blockedBy whose work it reviews', IDS),
  'parent?': ID,
  'scope?': about('globs of the files that it will touch', TEXTS),
  'due?': about('a day or an instant', TEXT),
  'defer?': about('a day or an instant; not ready before then', TEXT),
  created: INSTANT,
};

const KIND = about('gate: what people or scripts open and close; absent: a task', TEXT);

const REASON = either(
  shape({ kind: only('status'), status: STATUS }),
  shape({ kind: only('claimed'), 'owner?': TEXT, claim: ref('claim') }),
  shape({ kind: only('deferred'), until: TEXT }),
  shape({ kind: only('blocker'), id: ID, status: oneOf(...STATUSES, 'missing'), 'because?': ref('whyNode') }),
  shape({
    kind: only('gate'),
    id: ID,
    name: TEXT,
    'because?': ref('whyNode'),
    'by?': about('who changed the gate last', TEXT),
    'at?': INSTANT,
  }),
  shape({ kind: only('child'), id: ID, status: STATUS, 'because?': ref('whyNode') }),
  shape({ kind: only('own-work'), id: ID, actor: TEXT, 'because?': ref('whyNode') }),
  shape({ kind: only('scope'), id: ID, mine: TEXT, theirs: TEXT, 'because?': ref('whyNode') }),
);

/** A row of what `stale` lists. */
const STALE = {
  ...ROW,
  'conflictCount?': COUNT,
  why: oneOf('expired', 'unclaimed'),
  'since?': INSTANT,
  'seconds?': about('how long ago that was', NUMBER),
  mine: about('the asker holds or held it', FLAG),
};

/** What `sync` reports, once for a remote or for each of them. */
const SYNC: Readonly<Record<string, JsonSchema>> = {
  joined: shape({ id: ID, conflicts: listOf(ref('conflict')) }, 'a task that was merged'),
  mended: shape({ merge: ref('oid'), tasks: IDS }),
  refusedPush: shape({
    ref: TEXT,
    trouble: oneOf('unreachable', 'authentication', 'not found', 'refused', 'failed'),
    reason: TEXT,
    'travelsOn?': about('the branch that the work went to instead', TEXT),
  }),
};

/** What `help` describes. */
const HELP: Readonly<Record<string, JsonSchema>> = {
  option: shape({
    name: TEXT,
    'short?': TEXT,
    description: TEXT,
    type: oneOf('flag', 'text', 'integer', 'duration', 'id'),
    'value?': about('what the help calls the value', TEXT),
    'optional?': about('the value may be left out', only(true)),
    'repeatable?': only(true),
    'choices?': TEXTS,
    'default?': TEXT,
  }),
  verb: shape({
    name: TEXT,
    usage: TEXT,
    summary: TEXT,
    'group?': about('heading in the help; absent: for programs only', TEXT),
    arguments: listOf(shape({ name: TEXT, required: FLAG, repeatable: FLAG })),
    options: listOf(ref('option')),
    writes: FLAG,
    'answer?': about('schema of the answer', TEXT),
    'lines?': about('schema of each line', TEXT),
    exits: listOf(COUNT),
    refusals: about('codes of failures', TEXTS),
  }),
  setting: shape({ name: TEXT, meaning: TEXT, 'default?': TEXT }),
};

/** All definitions by name. A schema carries those that it uses. */
export const DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
  ...SYNC,
  ...HELP,
  id: about('8 characters; unique in the ledger', VALUE_SCHEMAS.id),
  instant: about('an instant in UTC with whole seconds', VALUE_SCHEMAS.instant),
  oid: about('the full name of a commit or another object of git', {
    type: 'string',
    pattern: '^(?:[0-9a-f]{40}|[0-9a-f]{64})$',
  }),
  status: VALUE_SCHEMAS.status,
  claim: about('the lease on a task; without expires and hold it was released', RECORD_SCHEMAS.claim),
  note: RECORD_SCHEMAS.note,
  evidence: RECORD_SCHEMAS.evidence,
  conflict: about('two values of one field that a merge could not choose between', RECORD_SCHEMAS.conflict),
  certainty: about('whether a claim is known to the shared remote', oneOf('confirmed', 'provisional', 'local')),
  taskRow: shape(
    {
      ...ROW,
      'kind?': KIND,
      'completedBy?': TEXTS,
      'conflictCount?': about('open conflicts, when there are any', COUNT),
    },
    'a task in a list',
  ),
  task: shape(
    {
      ...ROW,
      'certainty?': ref('certainty'),
      'kind?': KIND,
      'completedBy?': TEXTS,
      'activeForm?': TEXT,
      blocks: about('the tasks that wait for it', IDS),
      children: about('the tasks that are parts of it', IDS),
      acceptance: TEXTS,
      accepted: about('the lines of acceptance that are ticked', TEXTS),
      checks: TEXTS,
      'description?': TEXT,
      'result?': TEXT,
      evidence: listOf(ref('evidence')),
      notes: listOf(ref('note')),
      metadata: mapOf(ANY),
      'createdBy?': TEXT,
      'updated?': INSTANT,
      'updatedBy?': TEXT,
      'commit?': about('the last commit that changed it', ref('oid')),
      conflicts: listOf(ref('conflict')),
      'extra?': about('fields that this version does not know', mapOf(ANY)),
    },
    'a whole task',
  ),
  staleRow: shape(STALE, 'a task whose claim has run out'),
  choice: shape({ value: TEXT, from: about('what decided it: a flag, a variable, a setting, or default', TEXT) }),
  claimed: shape(
    { certainty: ref('certainty'), 'remote?': TEXT, 'reason?': about('why it is not confirmed', TEXT) },
    'how sure the claims are that a change made',
  ),
  unblocked: listOf(shape({ id: ID, subject: TEXT }, 'a task that became ready')),
  started: listOf(
    shape(
      { id: ID, subject: TEXT, status: oneOf('in_progress', 'completed'), 'owner?': TEXT, waitsFor: ID },
      'a task that was begun although what it waits for is open again',
    ),
  ),
  checkRun: shape(
    {
      kind: only('check'),
      name: TEXT,
      'commit?': TEXT,
      exit: about('0 is a pass', NUMBER),
      seconds: NUMBER,
      'output?': about('the end of what it printed', TEXT),
    },
    'a run of a check',
  ),
  standstill: shape(
    {
      open: COUNT,
      causes: listOf(
        shape({
          kind: oneOf('cancelled', 'missing', 'gate', 'not-work', 'cycle'),
          id: ID,
          short: TEXT,
          holdsUp: COUNT,
          message: TEXT,
          hint: TEXT,
        }),
      ),
      total: COUNT,
    },
    'what holds a plan up in which nothing can move by itself',
  ),
  nextMove: shape({ at: INSTANT, id: ID, kind: oneOf('deferred', 'lease') }, 'what moves by itself first'),
  gate: shape({
    id: ID,
    list: TEXT,
    name: TEXT,
    state: oneOf('open', 'closed', 'cancelled'),
    waiting: COUNT,
    'changedBy?': TEXT,
    'changedAt?': INSTANT,
  }),
  whyNode: shape({
    id: ID,
    short: TEXT,
    subject: TEXT,
    status: about('a status, or missing', TEXT),
    'kind?': TEXT,
    ready: FLAG,
    reasons: listOf(REASON),
    'more?': about('reasons that are left out', COUNT),
    'seen?': about('its reasons stand elsewhere in the answer', only(true)),
  }),
  argument: shape({ name: TEXT, 'default?': TEXT, 'description?': TEXT }, 'an argument of a template'),
  fileProblem: shape({ line: COUNT, column: COUNT, message: TEXT }),
};
