/** The golden files of contract 1: for each schema the fields that were ever seen, and an answer as an example. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Judge } from '../../support/contract.ts';
import type { Play } from './stage.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/contract/1');

/** Longer answers are no examples that anybody reads. */
const MAX_EXAMPLE = 6000;

/** One golden file. */
export interface Golden {
  /** `tasks[].id string`: a place and the type of what stood there. */
  readonly fields: readonly string[];
  readonly example?: unknown;
}

/** The golden file of a schema; one without fields where there is none yet. */
export function readGolden(name: string): Golden {
  const path = join(FOLDER, `${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Golden) : { fields: [] };
}

/** The names of all golden files. */
export function goldenNames(): string[] {
  return existsSync(FOLDER) ? readdirSync(FOLDER).map((file) => file.replace(/\.json$/, '')) : [];
}

/** Writes the golden files of these answers. What a golden file has stays in it. */
export function writeGoldens(plays: readonly Play[], judge: Judge): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of new Set(plays.map(({ schema }) => schema))) {
    const own = plays.filter(({ schema }) => schema === name);
    const fields = [...new Set([...readGolden(name).fields, ...judge.fields(name)])].sort();
    const texts = own.map(({ command, exit, value }) => JSON.stringify({ command, exit, value }));
    const readable = texts.filter((text) => text.length <= MAX_EXAMPLE).toSorted((a, b) => b.length - a.length);
    const [text] = readable;
    const example: unknown = text === undefined ? undefined : JSON.parse(normalize(text));
    writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify({ fields, example }, undefined, 2)}\n`);
  }
}

/** The text without what differs from run to run: ids, commits, times, folders, lengths of time. */
function normalize(text: string): string {
  const names = new Map<string, string>();
  const named = (found: string, make: (number: number) => string): string => {
    const known = names.get(found) ?? make(names.size + 1);
    names.set(found, known);
    return known;
  };
  return text
    .replace(/[0-9a-f]{40}/g, (oid) => named(oid, (number) => number.toString(16).padStart(40, '0')))
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, '2026-11-22T13:00:00Z')
    .replace(/\/[^" ]*git-tasks-contract-\w+/g, '/scratch')
    .replace(/"(seconds|pid)":[\d.]+/g, '"$1":1')
    .replace(/\b(?=[a-z]*\d)[0-9a-hjkmnp-tv-z]{8}\b/g, (id) =>
      named(id, (number) => `t${String(number).padStart(7, '0')}`),
    );
}
