/** The answers of the verbs that keep a ledger in order and bring it elsewhere. */
import type { JsonSchema } from '../../task/json-schema.ts';
import {
  about,
  ANY,
  answer,
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
const OID = ref('oid');
const SEVERITY = oneOf('error', 'warning');

const TASKS = { tasks: listOf(ref('task')), commit: OID, changed: FLAG };

const CONFLICT = {
  id: ID,
  field: TEXT,
  kept: ANY,
  other: ANY,
  'base?': ANY,
};

const SYNC_REPORT = {
  remote: TEXT,
  scenarios: about('what was found, in the order of the attempts', listOf(shape({ number: COUNT, name: TEXT }))),
  received: about('commits that came', COUNT),
  sent: about('commits that went', COUNT),
  merged: listOf(ref('joined')),
  mended: about('merges made without git-tasks that had lost changes', listOf(ref('mended'))),
  adopted: about('branches of others that were taken in', TEXTS),
  'refused?': ref('refusedPush'),
  attempts: COUNT,
  tip: OID,
};

const SYNC_TOTALS = { confirmed: listOf(ID), conflicts: COUNT, damaged: COUNT };

const VERIFY_COUNTS = Object.fromEntries(
  (
    'commits transitions overrides takeovers merges foreignMerges mendedMerges uncheckedMerges imports repairs ' +
    'byHand rivalClaims backdated'
  )
    .split(' ')
    .map((name) => [name, COUNT]),
);

const VERIFY = answer({
  legal: FLAG,
  findings: listOf(shape({ rule: TEXT, commit: OID, 'id?': ID, 'path?': TEXT, message: TEXT })),
  byRule: mapOf(COUNT),
  counts: shape(VERIFY_COUNTS),
  tasks: COUNT,
  tip: OID,
  'since?': OID,
  cut: about('commits at which a shallow clone ends', listOf(OID)),
  'transitions?': listOf(
    shape({
      commit: OID,
      at: ref('instant'),
      id: ID,
      actor: TEXT,
      'session?': TEXT,
      verbs: TEXTS,
      'from?': ref('status'),
      to: ref('status'),
      term: COUNT,
      'owner?': TEXT,
      'takeover?': only(true),
    }),
  ),
});

const LINT = answer({
  problems: listOf(
    shape({
      code: TEXT,
      severity: SEVERITY,
      message: TEXT,
      'id?': ID,
      'path?': TEXT,
      'line?': COUNT,
      'column?': COUNT,
    }),
  ),
  checked: COUNT,
  tip: OID,
});

const DOCTOR = answer({
  findings: listOf(
    shape({
      code: TEXT,
      severity: SEVERITY,
      message: TEXT,
      'path?': TEXT,
      'id?': TEXT,
      'hint?': TEXT,
      'fixed?': about('it was mended', FLAG),
    }),
  ),
  checked: shape({ objects: COUNT, tasks: COUNT }),
  tip: OID,
});

const IMPORT = answer({
  created: COUNT,
  changed: COUNT,
  unchanged: COUNT,
  total: COUNT,
  commit: OID,
  issues: listOf(
    shape({
      'key?': about('the foreign id, where it is known', TEXT),
      'line?': COUNT,
      message: TEXT,
      kind: oneOf('skipped', 'changed', 'kept-in-metadata', 'dropped-edge'),
    }),
  ),
  'lists?': about('of claude: the lists that were read', listOf(shape({ id: TEXT, tasks: COUNT }))),
});

const MIRROR = answer({
  list: TEXT,
  native: shape({ id: TEXT, folder: TEXT }),
  commits: listOf(OID),
  created: COUNT,
  changed: COUNT,
  written: COUNT,
  removed: COUNT,
  shown: COUNT,
  hidden: COUNT,
  isWiped: FLAG,
  issues: listOf(
    shape({ kind: oneOf('refused', 'kept', 'unreadable', 'vanished'), native: TEXT, 'id?': ID, message: TEXT }),
  ),
});

const HELP = either(
  answer({ verb: ref('verb'), globalOptions: listOf(ref('option')) }),
  answer({
    version: TEXT,
    verbs: listOf(ref('verb')),
    globalOptions: listOf(ref('option')),
    errors: listOf(shape({ code: TEXT, exit: COUNT, meaning: TEXT })),
    exits: listOf(shape({ exit: COUNT, meaning: TEXT })),
    environment: listOf(ref('setting')),
    given: about('variables that are set for commands that it runs', listOf(ref('setting'))),
    config: listOf(ref('setting')),
  }),
);

const SCHEMA = either(
  answer({ schemas: listOf(shape({ name: TEXT, title: TEXT, id: TEXT })), total: COUNT }),
  answer({ name: TEXT, schema: mapOf(ANY) }),
);

/** By verb. */
export const KEEPING: Readonly<Record<string, JsonSchema>> = {
  worktree: either(
    answer({ worktrees: listOf(shape({ path: TEXT, edited: TEXTS })), tip: OID }),
    answer({ path: TEXT, created: FLAG, branch: TEXT }),
  ),
  commit: answer({ ...TASKS, worktree: TEXT, files: TEXTS, ignored: TEXTS }),
  resolve: either(
    answer({ conflicts: listOf(shape({ ...CONFLICT, subject: TEXT, now: ANY })), tip: OID }),
    answer({ 'task?': ref('task'), ...TASKS, settled: listOf(shape(CONFLICT)) }),
  ),
  sync: either(
    answer({ ...SYNC_REPORT, ...SYNC_TOTALS }),
    answer({
      remotes: listOf(shape(SYNC_REPORT)),
      failures: listOf(shape({ remote: TEXT, code: TEXT, message: TEXT, 'hint?': TEXT })),
      ...SYNC_TOTALS,
    }),
  ),
  lint: LINT,
  verify: VERIFY,
  doctor: DOCTOR,
  gc: answer({ packed: COUNT, removed: COUNT, joined: COUNT, askedGit: FLAG, 'skipped?': TEXT }),
  uninstall: answer({
    removed: TEXTS,
    'agentsLeft?': TEXTS,
    'unpushed?': shape({ tip: OID, total: NUMBER, commits: listOf(shape({ oid: OID, subject: TEXT })) }),
  }),
  setup: answer({
    scope: oneOf('project', 'user', 'plugin'),
    agents: TEXTS,
    files: listOf(
      shape({
        path: TEXT,
        action: oneOf('create', 'change', 'restore', 'delete', 'same'),
        edited: FLAG,
        diff: TEXT,
      }),
    ),
    changes: about('files that differ from what they are to be', COUNT),
    written: FLAG,
    warnings: TEXTS,
    notes: TEXTS,
  }),
  mirror: MIRROR,
  import: IMPORT,
  export: answer({ text: TEXT, count: COUNT, tip: OID }),
  completion: answer({ shell: TEXT, script: TEXT }),
  schema: SCHEMA,
  help: HELP,
  'complete-ids': answer({ tasks: listOf(shape({ id: ID, subject: TEXT })) }),
};
