/** Failures as an agent reads them: code, what it is about, and the next step in the words of the tools. */
import { BugError, isSystemFault, TasksError } from '../errors.ts';
import { isTaskId } from '../task/ids.ts';
import { type Answer, idsInWords, shortened, visible } from './answer.ts';
import { ANSWER_TOKENS, fit } from './tokens.ts';

/** Characters of a message or a hint, which may repeat what the caller has sent. */
const MAX_SAID = 800;

/** The error that a tool answers with. */
export function refusalOf(error: unknown): Answer {
  const { code, message, hint, data } = factsOf(error);
  const said = {
    code,
    message: shortened(message, MAX_SAID),
    ...(hint !== undefined && { hint: shortened(hint, MAX_SAID) }),
  };
  const facts = visible(said);
  const { value } = fit(visible({ ...data }), ANSWER_TOKENS / 4);
  const text = `${facts.code}: ${facts.message}${facts.hint === undefined ? '' : `\nNext: ${facts.hint}`}`;
  return { text, structured: { error: { ...(value as object), ...facts } } };
}

interface Facts {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

function factsOf(error: unknown): Facts {
  if (error instanceof TasksError) {
    const { code, message, data } = error;
    return { code, message, hint: nextStep(error), data };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (isSystemFault(error) && !(error instanceof BugError)) {
    return { code: 'io', message, hint: 'Look at the disk and the rights of the repository, then try again', data: {} };
  }
  return { code: 'bug', message, hint: 'A defect of git-tasks: tell the person that you work for', data: {} };
}

/** What to do now. Hints of the ledger name commands; where a tool does it, the tool is named instead. */
function nextStep({ code, hint, data }: TasksError): string | undefined {
  switch (code) {
    case 'blocked':
      return `${blockersOf(data)}Take other work with task_next. Only a person overrides this, in the shell`;
    case 'claimed':
      return 'Take other work with task_next. It is free when its holder gives it back or the lease ends';
    case 'unmet':
      return 'Do what is missing, then complete it again. A line of acceptance is ticked with: git tasks tick ID NUMBER';
    case 'status':
      return 'status pending opens a closed task again';
    case 'cycle':
      return 'Leave one of these edges out, or take one that is stored away with removeBlockedBy';
    case 'exists':
      // Only what is stored has an id: two tasks of one call may have the same key.
      return data['key'] === undefined || !isTaskId(String(data['id']))
        ? hint
        : 'Change that task with task_update, or choose another key';
    case 'invalid':
    case 'usage':
      return hint ?? 'Nothing was written. Correct it and call again';
    case 'not-found':
      return data['id'] === undefined ? hint : 'task_list shows the ids; filter all shows closed tasks too';
    case 'ambiguous':
      return `Give more characters of the id${Array.isArray(data['candidates']) ? `: ${data['candidates'].join(', ')}` : ''}`;
    case 'race':
    case 'busy':
      return 'Nothing was written. Call it again';
    default:
      return hint;
  }
}

/** `Complete 7kq3m2xz first. `, where it is other tasks that stand before it. */
function blockersOf(data: Readonly<Record<string, unknown>>): string {
  const reasons = Array.isArray(data['reasons']) ? (data['reasons'] as readonly Record<string, unknown>[]) : [];
  const ids = reasons.flatMap(({ kind, id }) => (kind === 'blocker' || kind === 'child' ? String(id) : []));
  return ids.length === 0 ? '' : `Complete ${idsInWords(ids)} first. `;
}
