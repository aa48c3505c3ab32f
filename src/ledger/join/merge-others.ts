/** Merges files that hold no task: by lines; a template that this would spoil is kept twice. */
import { isUtf8 } from 'node:buffer';
import { decideText } from '../../merge/text.ts';
import { decodeTemplate } from '../../yaml/template.ts';
import { pathToTemplate, templatePath } from '../layout.ts';
import type { Staging } from '../staging.ts';
import type { FileAt, Trio } from './files.ts';

/** What two versions of a file came to: one file, or (of a template) both. */
export interface OtherMerge {
  readonly file: FileAt | undefined;
  /** The version that gave way, under a name of its own. */
  readonly spare?: FileAt;
}

/** Characters of a template's name that stay when the second version gets its own name. */
const MAX_STEM = 55;

/** Merges a file that both sides changed. A change outlives a removal; of what is no text the greater stays. */
export async function mergeOther(staging: Staging, { base, x, y }: Trio): Promise<OtherMerge> {
  if (x === undefined || y === undefined) return { file: x ?? y };
  const [old, mine, theirs] = await Promise.all([base, x, y].map((file) => textAt(staging, file)));
  const name = pathToTemplate(x.path);
  if (mine === undefined || theirs === undefined)
    return name === undefined ? { file: greater(x, y) } : bothOf(name, x, y);
  const { value, conflict } = decideText(x.path, { base: old, x: mine, y: theirs }, { x: 0, y: 0 });
  const text = typeof value === 'string' ? value : '';
  if (name !== undefined && (conflict !== undefined || spoils(text, [mine, theirs]))) return bothOf(name, x, y);
  return { file: { path: x.path, blob: staging.put('blob', Buffer.from(text)) } };
}

/** Whether lines that fit together make no template, although both sides were one: a name that one side removed, say. */
function spoils(text: string, sides: readonly string[]): boolean {
  return !decodeTemplate(text).ok && sides.every((side) => decodeTemplate(side).ok);
}

/** The greater keeps the name; the other gets one that follows from its content, so that every clone chooses the same. */
function bothOf(name: string, x: FileAt, y: FileAt): OtherMerge {
  const file = greater(x, y);
  const { blob } = file === x ? y : x;
  return { file, spare: { path: templatePath(`${name.slice(0, MAX_STEM)}.${blob.slice(0, 8)}`), blob } };
}

function greater(x: FileAt, y: FileAt): FileAt {
  return x.blob > y.blob ? x : y;
}

/** The text of a file; undefined when it is missing or no text. */
async function textAt(staging: Staging, file: FileAt | undefined): Promise<string | undefined> {
  const data = file && (await staging.read(file.blob))?.data;
  return data !== undefined && isUtf8(data) ? Buffer.from(data).toString('utf8') : undefined;
}
