/** What `task_update` says: which fields it changed, what became of the status, and what follows from it. */
import type { TaskView } from '../app/task-view.ts';
import type { UpdateAnswer } from '../app/update.ts';
import { type Answer, idsInWords, quoted, visible } from './answer.ts';
import { doubtsIn } from './task-answer.ts';

/** Ready tasks that are named at most. */
const MAX_NAMED = 20;

/** The answer as the native tool gives it, and more. `isDeletion`: the status `deleted` was asked for. */
export function updateAnswer(answer: UpdateAnswer, isDeletion: boolean): Answer {
  const { task, before, commit } = answer;
  const to = isDeletion ? 'deleted' : task.status;
  const change = before === task.status ? undefined : { from: before, to };
  const fields = change?.to === 'deleted' ? ['deleted'] : answer.fields;
  const what =
    fields.length === 0 ? `Task ${task.id}: nothing changed` : `Updated task ${task.id} ${fields.join(', ')}`;
  const how = change === undefined ? [] : [`status ${change.from} -> ${change.to}${leaseInWords(task)}`];
  return {
    text: [what, ...how, ...consequences(answer)].join('\n'),
    structured: {
      success: true,
      taskId: task.id,
      updatedFields: fields,
      ...(change !== undefined && { statusChange: change }),
      ...factsOf(answer),
      commit,
    },
  };
}

function leaseInWords({ owner, claim }: TaskView): string {
  if (owner === undefined || claim?.expires === undefined) return '';
  return `, held as ${quoted(owner)} until ${claim.expires} (renewed while this server runs)`;
}

function consequences({ task, before, unblocked, claimed }: UpdateAnswer): string[] {
  return [
    ...doubtsIn(claimed),
    ...(unblocked.length === 0 ? [] : [`Ready now: ${idsInWords(unblocked.map(({ id }) => id))}`]),
    ...(task.status === 'completed' && before !== 'completed' ? ['Find the next one with task_next'] : []),
  ];
}

function factsOf({ task, unblocked, claimed }: UpdateAnswer): object {
  const { owner, claim } = task;
  return {
    ...(unblocked.length > 0 && { unblocked: unblocked.slice(0, MAX_NAMED).map(({ id }) => id) }),
    ...(claim?.expires !== undefined && { owner: visible(owner), lease: claim.expires }),
    ...(claimed !== undefined && { claimed: claimed.certainty }),
  };
}
