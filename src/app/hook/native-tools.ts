/** What the tools of an agent's own task list mean for the ledger. */
import type { HookCall, HookDecision, Payload } from '../../interop/hooks/event.ts';
import { existsSync } from 'node:fs';
import { nativeList } from '../../interop/claude/locate.ts';
import { MAX_LINE } from '../../task/limits.ts';
import { FENCE_RULE, fencedLine, tame } from '../agent/fenced.ts';
import { repaired } from '../agent/repair.ts';
import { fitLine } from '../agent/token-bound.ts';
import { mirrorClaude } from '../mirror.ts';
import { stateFile } from '../mirror/state.ts';
import type { Session } from '../session.ts';
import { guardNative } from './native-guard.ts';

/** How long a mirror may wait for the lock of the native list within a hook, in milliseconds. */
const LOCK_TIMEOUT = 3000;

/** How many refusals are told at once. */
const MAX_ISSUES = 5;

/** What is read of a native update, which may come as the model wrote it: before the agent's own tool has mended it. */
const UPDATE_FIELDS = new Map([
  ['taskId', 'id'],
  ['status', 'other'],
  ['owner', 'other'],
] as const);

/** Before a tool runs: a start or a completion that the rules forbid is denied. */
export async function beforeTool(session: Session, { tool }: HookCall): Promise<HookDecision> {
  if (tool?.name !== 'TaskUpdate') return {};
  const input = repaired(tool.input, UPDATE_FIELDS);
  const [number, status] = [textIn(input, 'taskId'), textIn(input, 'status')];
  if (number === undefined || (status !== 'in_progress' && status !== 'completed')) return {};
  return denial(await guardNative(session, { number, status, owner: textIn(input, 'owner') }));
}

/** After a tool has run: the native list and the ledger are brought together once. */
export async function afterTool(session: Session, { tool }: HookCall): Promise<HookDecision> {
  return tool?.name === 'TaskCreate' || tool?.name === 'TaskUpdate' ? mirrorNow(session) : {};
}

/** Brings both sides together where a mirror of this list has run before. */
export async function mirrorAgain(session: Session): Promise<HookDecision> {
  const list = nativeList(session.world.env);
  return list !== undefined && existsSync(stateFile(session, list.folder)) ? mirrorNow(session) : {};
}

/** A native task is about to be made: only what the ledger could never take is refused. */
export function taskCreated({ task }: HookCall): HookDecision {
  const { length } = task?.subject.trim() ?? '';
  if (length > 0 && length <= MAX_LINE) return {};
  const what = length === 0 ? 'has no subject' : `has a subject of ${length} characters`;
  return {
    deny: `The task ledger cannot hold this task: it ${what}. Give it one of 1 to ${MAX_LINE}; more belongs into the description.`,
  };
}

/** A native task is about to be completed: what it lacks is told, and nothing is run. */
export async function taskCompleted(session: Session, { task }: HookCall): Promise<HookDecision> {
  if (task === undefined || task.id === '') return {};
  return denial(await guardNative(session, { number: task.id, status: 'completed' }));
}

async function mirrorNow(session: Session): Promise<HookDecision> {
  if (nativeList(session.world.env) === undefined) return {};
  const { issues } = await mirrorClaude(session, { isAlive: true, timeout: LOCK_TIMEOUT });
  if (issues.length === 0) return {};
  const lines = issues.slice(0, MAX_ISSUES).map(({ message }) => fencedLine(fitLine(tame(message), 80)));
  const head = `Of what was changed in the task list, the task ledger did not take ${issues.length} (${lines.length} shown). ${FENCE_RULE}`;
  return { context: [head, ...lines].join('\n') };
}

function denial(deny: string | undefined): HookDecision {
  return deny === undefined ? {} : { deny };
}

function textIn(input: Payload, key: string): string | undefined {
  const value = input[key];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}
