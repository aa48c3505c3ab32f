/** `log`: what happened, to the ledger or to one task. */
import { type LogEntry, walkFile, walkHistory } from '../ledger/history.ts';
import { taskPath } from '../ledger/layout.ts';
import { parseTrailers } from '../ledger/message.ts';
import { toInstant } from '../task/instant.ts';
import type { Session } from './session.ts';

export interface LogInput {
  /** Only changes of this task. */
  readonly id?: string | undefined;
  /** At most this many; 0: all. 20 when undefined. */
  readonly limit?: number | undefined;
}

/** One commit of the branch. */
export interface LogChange {
  readonly commit: string;
  readonly at: string;
  readonly actor: string;
  readonly session?: string;
  readonly subject: string;
  /** `<list>/<id>` of the tasks that the message names. */
  readonly tasks: readonly string[];
  /** What changed, as the message says it: `status pending -> in_progress`. */
  readonly changes: readonly string[];
  readonly reason?: string;
  readonly overrides: readonly string[];
}

/** The answer of `log`. `more`: there are older changes that are not shown. */
export interface LogAnswer {
  readonly changes: readonly LogChange[];
  readonly shown: number;
  readonly more: boolean;
  readonly tip: string;
}

const DEFAULT_LOG_LIMIT = 20;

/** The newest changes first. */
export async function logChanges(session: Session, input: LogInput = {}): Promise<LogAnswer> {
  const snapshot = await session.read();
  const { objects } = session.repository;
  const limit = input.limit ?? DEFAULT_LOG_LIMIT;
  const id = input.id === undefined ? undefined : snapshot.find(input.id);
  const entries =
    id === undefined
      ? walkHistory(objects, snapshot.tip)
      : walkFile(objects, snapshot.tip, taskPath({ id, list: snapshot.table.listOf(snapshot.table.rowOf(id)) }));
  const changes: LogChange[] = [];
  let more = false;
  for await (const entry of entries) {
    more = limit > 0 && changes.length === limit;
    if (more) break;
    changes.push(changeOf(entry));
  }
  return { changes, shown: changes.length, more, tip: snapshot.tip };
}

function changeOf({ oid, author, message }: LogEntry): LogChange {
  const trailers = parseTrailers(message);
  const all = (key: string): readonly string[] => trailers.get(key) ?? [];
  const [reason] = all('Reason');
  const [session] = all('Session');
  return {
    commit: oid,
    at: toInstant(author.seconds * 1000),
    actor: all('Actor')[0] ?? author.name,
    ...(session !== undefined && { session }),
    subject: message.split('\n', 1)[0] ?? '',
    tasks: all('Task'),
    changes: all('Change'),
    ...(reason !== undefined && { reason }),
    overrides: all('Override'),
  };
}
