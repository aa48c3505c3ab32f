/**
 * Reads any YAML that a person may have written, strictly, through the library.
 *
 * The library composes the nodes; what they mean is decided here, so that nothing is ever expanded, merged, rounded or
 * overwritten in silence. The build makes `yaml` a bundle of its own, read on first use: a command that meets only
 * canonical files never pays its start-up (15 to 40 ms). So nothing of it may be used while a module loads.
 */
import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
  type YAMLMap,
} from 'yaml';
import { MAX_DEPTH } from '../task/limits.ts';
import type { JsonValue } from '../task/types.ts';
import { isExact } from './number.ts';
import { setKey } from './scan.ts';

/** A place in a file, both from 1; the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a file and where. */
export interface FileProblem extends Position {
  readonly message: string;
}

/** The way from the top of a document to a value in it. */
export type Path = readonly (string | number)[];

/** A parsed text with a map at its top, as far as it could be read, and all problems met on the way. */
export interface Parsed {
  /** The entries at the top in their order; undefined stands for a value that is among the problems. */
  readonly fields: ReadonlyMap<string, JsonValue | undefined>;
  readonly problems: readonly FileProblem[];
  /** The map at the top, for whoever patches the text; its ranges are offsets into it. */
  readonly top: YAMLMap | undefined;
  /** Where the value at this path stands, or the nearest one above it. */
  locate(path: Path): Position;
}

interface Reading {
  readonly lines: LineCounter;
  readonly problems: FileProblem[];
}

/** Tokens that the parser may hold open. Every level of a valid value opens three at most (item, map, list). */
const MAX_OPEN = 3 * MAX_DEPTH + 10;
const OPTIONS = {
  version: '1.2',
  schema: 'core',
  prettyErrors: false,
  uniqueKeys: false,
  keepSourceTokens: false,
} as const;

/** Parses a text that must be one document with a map at its top. */
export function parseYaml(text: string): Parsed {
  const reading: Reading = { lines: new LineCounter(), problems: [] };
  const contents = compose(text, reading);
  const fields = new Map<string, JsonValue | undefined>();
  const keep: Keep = (key, value) => fields.set(key, value);
  if (isMap(contents)) readEntries(contents, { path: [], keep }, reading);
  else if (reading.problems.length === 0) {
    const found = contents === undefined ? 'there is nothing in the file' : 'the top of the file is not a map';
    problemAt(reading, contents?.range?.[0] ?? 0, `${found}: it must hold one entry a line, like subject: …`);
  }
  return {
    fields,
    problems: reading.problems,
    top: isMap(contents) ? contents : undefined,
    locate: (path) => positionOf(reading, startOf(contents, path)),
  };
}

/** The contents of the first document; undefined when it is empty or broken. */
function compose(text: string, reading: Reading): Node | undefined {
  const documents = [...new Composer(OPTIONS).compose(tokens(text, reading), true, text.length)];
  for (const { errors } of documents) {
    for (const error of errors) problemAt(reading, error.pos[0], error.message);
  }
  const directive = /^%/m.exec(text);
  if (directive !== null) problemAt(reading, directive.index, 'directives are not allowed');
  const second = documents[1];
  if (second !== undefined) problemAt(reading, second.range[0], 'a second document starts here: one is allowed');
  const contents = documents[0]?.contents;
  return reading.problems.length > 0 || contents === null ? undefined : contents;
}

/** Stops before the library recurses: a megabyte of brackets ends the process there. */
function* tokens(text: string, reading: Reading): Generator<CST.Token, void> {
  const parser = new Parser(reading.lines.addNewLine);
  reading.lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_OPEN) {
      return problemAt(reading, parser.offset - 1, `is nested deeper than ${MAX_DEPTH}`);
    }
  }
  yield* parser.end();
}

type Keep = (key: string, value: JsonValue | undefined) => unknown;

function readEntries(map: YAMLMap, { path, keep }: { path: Path; keep: Keep }, reading: Reading): void {
  const seen = new Set<string>();
  refuseProperties(map, path, reading);
  for (const item of map.items) {
    const { key, value } = item as { key: Node | null; value: Node | null };
    const name = readKey(key, path, reading);
    if (name === undefined) continue;
    const here = [...path, name];
    if (seen.has(name)) problemAt(reading, key?.range?.[0] ?? 0, `${pathText(here)} is there twice`);
    seen.add(name);
    keep(name, value === null ? null : readNode(value, here, reading));
  }
}

function readKey(key: Node | null, path: Path, reading: Reading): string | undefined {
  const at = key?.range?.[0] ?? 0;
  if (!isScalar(key) || typeof key.value !== 'string') {
    problemAt(reading, at, `a key of ${pathText(path)} is not a text: put it in quotes`);
    return undefined;
  }
  if (key.value === '<<' && key.type === 'PLAIN') problemAt(reading, at, 'merge keys (<<) are not allowed');
  refuseProperties(key, [...path, key.value], reading);
  return key.value;
}

/** The value of a node as plain JSON, or undefined and at least one problem. */
function readNode(node: Node, path: Path, reading: Reading): JsonValue | undefined {
  const before = reading.problems.length;
  const value = isAlias(node) ? undefined : readValue(node, path, reading);
  refuseProperties(node, path, reading);
  return reading.problems.length > before ? undefined : value;
}

function readValue(node: Node, path: Path, reading: Reading): JsonValue | undefined {
  if (isMap(node)) {
    const map: Record<string, JsonValue> = {};
    const keep: Keep = (key, member) => member !== undefined && setKey(map, key, member);
    readEntries(node, { path, keep }, reading);
    return map;
  }
  if (isSeq(node)) {
    return node.items.map((item, index) => readNode(item as Node, [...path, index], reading) ?? null);
  }
  if (!isScalar(node)) return undefined;
  const value = node.value as JsonValue;
  if (typeof value === 'number' && !isExact(node.source ?? '', value)) {
    problemAt(
      reading,
      node.range?.[0] ?? 0,
      `${pathText(path)} is a number that cannot be held exactly: put it in quotes`,
    );
  }
  return value;
}

function refuseProperties(node: Node, path: Path, reading: Reading): void {
  const at = node.range?.[0] ?? 0;
  if (isAlias(node)) return problemAt(reading, at, `${pathText(path)} is an alias: aliases are not allowed`);
  if ('anchor' in node && node.anchor !== undefined) {
    problemAt(reading, at, `${pathText(path)} has an anchor: anchors are not allowed`);
  }
  if (node.tag !== undefined) problemAt(reading, at, `${pathText(path)} has a tag: tags are not allowed`);
}

function problemAt(reading: Reading, offset: number, message: string): void {
  reading.problems.push({ message, ...positionOf(reading, offset) });
}

function positionOf(reading: Reading, offset: number): Position {
  const { line, col } = reading.lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function startOf(top: Node | undefined, path: Path): number {
  let node: unknown = top;
  let start = top?.range?.[0] ?? 0;
  for (const step of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    node = isSeq(node) ? node.items[Number(step)] : pair?.value;
    start = offsetOf(node) ?? offsetOf(pair?.key) ?? start;
  }
  return start;
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** The path as people write it: `notes[0].at`; the whole task where it is empty. */
export function pathText(path: Path): string {
  if (path.length === 0) return 'the task';
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${step}`))
    .join('');
}
