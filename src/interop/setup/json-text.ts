/** Edits of JSON files that keep comments, order and formatting. Reads what agents read: JSON, also with comments. */
import {
  applyEdits,
  type Edit,
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { invalidFile } from './invalid-file.ts';
import { insertion, layoutOf, removal } from './json-layout.ts';

/** A path of keys and positions. */
export type JsonPath = readonly (string | number)[];

const BOM = '\uFEFF';

/** A JSON file under edit. An empty file is an empty object. Throws `invalid`, with line and column, for what is none. */
export class JsonText {
  readonly #file: string;
  readonly #bom: string;
  readonly #wasEmpty: boolean;
  #text: string;
  #root: Node;

  constructor(text: string, file: string) {
    this.#file = file;
    this.#bom = text.startsWith(BOM) ? BOM : '';
    const body = text.slice(this.#bom.length);
    this.#wasEmpty = body.trim() === '';
    this.#text = this.#wasEmpty ? '{}\n' : body;
    this.#root = this.#parse();
  }

  /** The value at a path; undefined where there is none. */
  get(path: JsonPath): unknown {
    const node = this.#node(path);
    // Through text: the parser makes objects without a prototype, which equal no others.
    return node === undefined ? undefined : (JSON.parse(JSON.stringify(getNodeValue(node))) as unknown);
  }

  /** Sets the value at a path of keys. Objects on the way are made where there are none. */
  set(path: readonly string[], value: unknown): void {
    const node = this.#node(path);
    if (node !== undefined) {
      const { unit, eol } = layoutOf(this.#text);
      const content = JSON.stringify(value, undefined, unit).replaceAll('\n', eol);
      return this.#apply([{ offset: node.offset, length: node.length, content }]);
    }
    const depth = path.findIndex((_, i) => this.#node(path.slice(0, i + 1)) === undefined);
    const parent = this.#node(path.slice(0, depth)) ?? this.#root;
    const wrapped = path.slice(depth + 1).reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
    this.#apply(insertion(this.#text, parent, { key: path[depth] ?? '', value: wrapped }));
  }

  /** Appends to the list at a path of keys, which is made where there is none. */
  append(path: readonly string[], value: unknown): void {
    const list = this.#node(path);
    if (list === undefined) return this.set(path, [value]);
    this.#apply(insertion(this.#text, list, { value }));
  }

  /** Removes what is at a path, if anything is. */
  remove(path: JsonPath): void {
    const found = this.#node(path);
    const entry = found?.parent?.type === 'property' ? found.parent : found;
    if (entry?.parent !== undefined) this.#apply(removal(this.#text, entry.parent, entry));
  }

  /** Removes the object or list at a path if nothing is in it, no comment either, and then those that it leaves empty. */
  prune(path: JsonPath): void {
    for (let rest = path; rest.length > 0; rest = rest.slice(0, -1)) {
      const node = this.#node(rest);
      if (node === undefined || !/^[{[]\s*[}\]]$/.test(this.#text.slice(node.offset, node.offset + node.length)))
        return;
      this.remove(rest);
    }
  }

  /** Throws `invalid` unless the value at a path is missing or of this kind. */
  expect(path: JsonPath, kind: 'object' | 'array'): void {
    const node = this.#node(path);
    if (node === undefined || node.type === kind) return;
    const noun = kind === 'array' ? 'a list' : 'an object';
    throw this.#invalid(`${JSON.stringify(path.join('.'))} is not ${noun}`, node.offset);
  }

  /** The text as it is now. */
  toString(): string {
    if (this.#wasEmpty && Object.keys(getNodeValue(this.#root) as object).length === 0) return this.#bom;
    return this.#bom + this.#text;
  }

  #apply(edits: readonly Edit[]): void {
    this.#text = applyEdits(this.#text, [...edits]);
    this.#root = this.#parse();
  }

  #node(path: JsonPath): Node | undefined {
    return path.length === 0 ? this.#root : findNodeAtLocation(this.#root, [...path]);
  }

  #parse(): Node {
    const errors: ParseError[] = [];
    const root = parseTree(this.#text, errors, { allowTrailingComma: true });
    const [error] = errors;
    if (error !== undefined) {
      const reason = printParseErrorCode(error.error)
        .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
        .toLowerCase();
      throw this.#invalid(`this is not JSON: ${reason}`, error.offset);
    }
    if (root?.type !== 'object') throw this.#invalid('this is not a JSON object', root?.offset ?? 0);
    this.#refuseDoubles(root);
    return root;
  }

  /** Programs differ in which of two equal keys counts, so an edit of one of them could be without effect. */
  #refuseDoubles(node: Node): void {
    const seen = new Set<unknown>();
    for (const child of node.children ?? []) {
      const key: unknown = node.type === 'object' ? child.children?.[0]?.value : undefined;
      if (key !== undefined && seen.has(key))
        throw this.#invalid(`the key ${JSON.stringify(key)} is there twice`, child.offset);
      seen.add(key);
      this.#refuseDoubles(child);
    }
  }

  #invalid(problem: string, at: number): Error {
    return invalidFile(this.#file, problem, { text: this.#text, at });
  }
}
