/** What a program may rely on of each verb, beside its options: whether it writes, how it ends, and why it may refuse. */
import type { ErrorCode } from '../../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

/** The promise of a verb. */
export interface VerbPromise {
  /** It changes the ledger, or something else in the repository. */
  readonly writes: boolean;
  /** The schema of each line, where `--json` writes lines instead of one answer. */
  readonly lines?: string;
  /** Codes of failures that it can give. */
  readonly refusals: readonly ErrorCode[];
  /** Exit codes that it gives with an answer, beside 0. */
  readonly exits?: readonly ExitCode[];
}

/** Any verb: a wrong command line, and what the machine refuses. */
const ANY: readonly ErrorCode[] = ['usage', 'invalid', 'io', 'interrupted'];
/** Whatever opens the ledger, here or as it was (`--at`). */
const READ: readonly ErrorCode[] = [
  ...ANY,
  ...(['no-repository', 'no-ledger', 'not-a-ledger', 'unsupported', 'damaged', 'not-found', 'ambiguous'] as const),
];
/** Whatever makes a commit. A shared ledger may be asked about claims, so the remote is a part of it. */
const WRITE: readonly ErrorCode[] = [...READ, 'read-only', 'race', 'busy', 'touched', 'exists', 'remote'];
/** Whatever changes tasks by the rules between them. */
const RULES: readonly ErrorCode[] = [...WRITE, 'blocked', 'status', 'claimed', 'cycle', 'unmet'];

const reads: VerbPromise = { writes: false, refusals: READ };
const writes: VerbPromise = { writes: true, refusals: RULES };
const { refused, nothing, conflict, interrupted } = EXIT;

/** By verb. */
export const PROMISES: Readonly<Record<string, VerbPromise>> = {
  init: { writes: true, refusals: WRITE },
  add: { writes: true, refusals: [...RULES, 'nothing'] },
  set: writes,
  note: writes,
  edit: writes,
  batch: writes,
  new: { writes: true, refusals: [...RULES, 'nothing'] },
  template: { writes: true, refusals: WRITE },
  gate: writes,
  list: reads,
  ready: reads,
  blocked: reads,
  show: reads,
  why: reads,
  plan: reads,
  stats: reads,
  log: reads,
  prime: reads,
  brief: reads,
  watch: { writes: false, refusals: [...READ, 'remote', 'race', 'busy'], lines: 'event', exits: [interrupted] },
  wait: { writes: false, refusals: [...READ, 'remote', 'race', 'busy'], exits: [refused, nothing, interrupted] },
  next: { writes: true, refusals: RULES, exits: [nothing] },
  claim: writes,
  renew: writes,
  stale: reads,
  release: writes,
  done: writes,
  tick: writes,
  check: { writes: true, refusals: [...RULES, 'nothing'], exits: [refused] },
  evidence: writes,
  run: { writes: true, refusals: [...RULES, 'nothing'], lines: 'run-event', exits: [refused, nothing, interrupted] },
  reopen: writes,
  cancel: writes,
  worktree: { writes: true, refusals: WRITE },
  commit: { writes: true, refusals: [...RULES, 'conflict'], exits: [nothing] },
  resolve: { writes: true, refusals: [...RULES, 'nothing'] },
  sync: { writes: true, refusals: WRITE, exits: [refused, conflict] },
  mcp: reads,
  lint: { ...reads, exits: [refused] },
  verify: { ...reads, exits: [refused] },
  doctor: { writes: true, refusals: WRITE, exits: [refused] },
  gc: { writes: true, refusals: WRITE },
  uninstall: { writes: true, refusals: [...WRITE, 'conflict'] },
  which: reads,
  setup: { writes: true, refusals: [...READ, 'read-only', 'race', 'busy', 'touched', 'exists'], exits: [refused] },
  mirror: { writes: true, refusals: RULES, exits: [interrupted] },
  import: { writes: true, refusals: [...RULES, 'nothing'] },
  export: reads,
  completion: { writes: false, refusals: ANY },
  schema: { writes: false, refusals: [...ANY, 'not-found'] },
  help: { writes: false, refusals: ANY },
  hook: { writes: true, refusals: [], exits: [EXIT.usage] },
  'run-warden': { writes: true, refusals: [] },
  'merge-driver': { writes: true, refusals: [...ANY, 'damaged'] },
  'complete-ids': { writes: false, refusals: [] },
};
