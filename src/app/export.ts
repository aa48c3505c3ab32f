/** `export`: the whole ledger as text. */
import { encodeJsonl } from '../interop/jsonl.ts';
import { encodeMarkdown } from '../interop/markdown.ts';
import type { Task } from '../task/types.ts';
import type { Session } from './session.ts';

/** The formats that can be written. */
export type ExportFormat = 'jsonl' | 'markdown';

const ENCODERS: Readonly<Record<ExportFormat, (tasks: readonly Task[]) => string>> = {
  jsonl: encodeJsonl,
  markdown: encodeMarkdown,
};

/** The answer of `export`. */
export interface ExportAnswer {
  readonly text: string;
  readonly count: number;
  readonly tip: string;
}

/** Exports every task, or those of the list that was named, with all its fields. */
export async function exportTasks(session: Session, input: { readonly format: ExportFormat }): Promise<ExportAnswer> {
  const snapshot = await session.read();
  const { table } = snapshot;
  const ids: string[] = [];
  for (let row = 0; row < table.size; row++) {
    if (session.onlyList === undefined || table.listOf(row) === session.onlyList) ids.push(table.id(row));
  }
  const tasks = await snapshot.tasks(ids);
  return { text: ENCODERS[input.format](tasks), count: tasks.length, tip: snapshot.tip };
}
