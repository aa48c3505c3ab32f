/**
 * Keeps the record that decides whether a value was lost.
 *
 * It knows nothing of merging: it sees what a task was before and after each acknowledged change of one author. A value
 * that was written has to be visible at the end, or among the conflicts, or somebody who had it before their eyes has
 * replaced it.
 */
import { sameJson } from '../../src/task/changes.ts';
import { SET_FIELDS } from '../../src/task/fields.ts';
import type { Task, TaskId } from '../../src/task/types.ts';

/** The record of one run. */
export interface CausalRecord {
  /** An acknowledged change of one task: as its author had it before their eyes, as it was built upon, and as it is now. */
  saw(change: { readonly seen: Task | undefined; readonly from: Task | undefined; readonly after: Task }): void;
  /** What is missing at the end, and what has come back: each as a sentence. */
  judge(tasks: ReadonlyMap<TaskId, Task>): string[];
}

const SCALARS = ['subject', 'priority', 'parent', 'due', 'activeForm'] as const;
const TEXTS = ['description', 'result'] as const;

/** An empty record. */
export function causalRecord(): CausalRecord {
  const written = new Map<string, number>();
  const everWritten = new Set<string>();
  const replaced = new Map<string, number>();
  const begun = new Set<TaskId>();
  let step = 0;
  return {
    saw: ({ seen, from, after }) => {
      if (sameJson(from, after)) return;
      step += 1;
      // What one key makes a second time, elsewhere, is no new word: it is where the first one began.
      if (from === undefined && begun.has(after.id)) return;
      begun.add(after.id);
      const facts = (task: Task | undefined): Set<string> => (task === undefined ? new Set() : factsOf(task));
      const [old, now] = [facts(from), facts(after)];
      const settled = seen === undefined ? [] : [...asideIn(seen)].filter((fact) => !asideIn(after).has(fact));
      for (const fact of [...now].filter((one) => !old.has(one))) {
        // Changed and changed back is, to a merge of three, what was there all the time: another's change goes before it.
        // So a value that was written twice (a status, a priority; never a text or a label here) is nobody's to miss.
        if (everWritten.has(fact)) written.delete(fact);
        else written.set(fact, step);
        everWritten.add(fact);
      }
      for (const fact of [...facts(seen), ...settled]) if (!now.has(fact)) replaced.set(fact, step);
    },
    judge: (tasks) => {
      const problems: string[] = [];
      const refused = new Set([...tasks.values()].flatMap(refusedRemovals));
      const visible = new Set([...tasks.values()].flatMap((task) => [...factsOf(task)]));
      const aside = new Set([...tasks.values()].flatMap((task) => [...asideIn(task)]));
      for (const [fact, when] of written) {
        const gone = (replaced.get(fact) ?? 0) > when;
        if (!visible.has(fact) && !aside.has(fact) && !gone) problems.push(`lost: ${fact}`);
        // Members are written once: one that was removed by somebody who saw it must not rise again.
        // A fence may turn a removal down; then the conflict has it.
        const isBack = gone && visible.has(fact) && !refused.has(fact);
        if (isBack && / (?:labels) /.test(fact)) problems.push(`risen: ${fact}`);
      }
      return problems;
    },
  };
}

/** Everything that a task says, as `id field value`. Texts line by line. */
function factsOf(task: Task): Set<string> {
  const facts: string[] = [];
  for (const field of SCALARS) if (task[field] !== undefined) facts.push(`${field} ${JSON.stringify(task[field])}`);
  for (const field of TEXTS) facts.push(...linesOf(task[field]).map((line) => `${field} ${line}`));
  for (const field of SET_FIELDS) facts.push(...task[field].map((member) => `${field} ${member}`));
  for (const [key, value] of Object.entries(task.metadata)) facts.push(`metadata.${key} ${JSON.stringify(value)}`);
  facts.push(...task.notes.map(({ text }) => `notes ${text}`));
  if (task.status === 'completed' || task.status === 'cancelled') facts.push(`status "${task.status}"`);
  if (task.owner !== undefined && task.claim !== undefined) facts.push(`claim ${task.owner}#${task.claim.term}`);
  return new Set(facts.map((fact) => `${task.id} ${fact}`));
}

/** The values that a task's conflicts keep. */
function asideIn(task: Task): Set<string> {
  const facts: string[] = [];
  for (const { field, kept, other } of task.conflicts) {
    for (const value of [kept, other]) {
      if (field === 'claim') {
        const { owner, term } = (value ?? {}) as { owner?: string; term?: number };
        facts.push(`claim ${owner}#${term}`);
      } else if ((TEXTS as readonly string[]).includes(field))
        facts.push(...linesOf(value).map((line) => `${field} ${line}`));
      else if ((SET_FIELDS as readonly string[]).includes(field))
        facts.push(...[value].flat().map((member) => `${field} ${String(member)}`));
      else facts.push(`${field} ${JSON.stringify(value)}`);
    }
  }
  return new Set(facts.map((fact) => `${task.id} ${fact}`));
}

/** The members that one side of a conflict has removed. */
function refusedRemovals({ id, conflicts }: Task): string[] {
  return conflicts.flatMap(({ field, kept, other, base }) => {
    if (!(SET_FIELDS as readonly string[]).includes(field)) return [];
    const members = (value: unknown): unknown[] => [value ?? []].flat();
    const both = members(kept).filter((member) => members(other).includes(member));
    return members(base)
      .filter((member) => !both.includes(member))
      .map((member) => `${id} ${field} ${String(member)}`);
  });
}

function linesOf(text: unknown): string[] {
  return typeof text === 'string' ? text.split('\n').filter((line) => line !== '') : [];
}
