/** The example files and the tasks in them. */
import { readFileSync } from 'node:fs';
import type { Task } from '../../../src/task/types.ts';
import { decodeTask, type FileProblem } from '../../../src/yaml/codec.ts';

/** What the path of every example says. */
export const WHERE = { id: '7kq3m2xz', list: 'main' };

/** The smallest valid file. */
export const MINIMAL = 'id: 7kq3m2xz\nsubject: Run the tests\nstatus: pending\ncreated: "2026-11-22T13:00:00Z"\n';

/** The text of `fixtures/yaml/<name>.yaml`. */
export function example(name: string): string {
  return readFileSync(new URL(`../../../fixtures/yaml/${name}.yaml`, import.meta.url), 'utf8');
}

/** The task in a text that must be valid. */
export function mustDecode(text: string): Task {
  const decoded = decodeTask(text, WHERE);
  if (!decoded.ok) throw new Error(decoded.problems.map(render).join('\n'));
  return decoded.task;
}

/** The problems of a text that must not be valid, as `line:column message`. */
export function problemsOf(text: string): string[] {
  const decoded = decodeTask(text, WHERE);
  return decoded.ok ? [] : decoded.problems.map(render);
}

function render({ line, column, message }: FileProblem): string {
  return `${line}:${column} ${message}`;
}
