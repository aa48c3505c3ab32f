/**
 * Decoder of the JSON lines that beads writes (`bd export`, `.beads/issues.jsonl`).
 *
 * What has a place in a task goes there; everything else stays under `metadata.beads`, under its own name. The words
 * of the format are those of https://github.com/gastownhall/beads (`internal/types`) and what real files hold besides.
 */
import { MAX_MEMBERS } from '../task/limits.ts';
import { sortedSet } from '../task/text.ts';
import type { JsonValue } from '../task/types.ts';
import { readBeadsIssue, type BeadsEdge, type BeadsIssue } from './beads-issue.ts';
import { jsonLines } from './json-lines.ts';
import type { Decoded, ImportedTask, ImportIssue, ImportIssueKind } from './types.ts';

/**
 * The issues of an export as tasks, in the order of the file. A bad line is reported and never throws.
 *
 * - `blocks` becomes `blockedBy`, `parent-child` becomes `parent`; all other links are kept in
 *   `metadata.beads.links`, and so is every edge that could not be carried over.
 * - The issue type becomes a label, unless it is `task`: what people select by (`bug`, `epic`) stays selectable.
 * - What beads never offers as ready (pinned, deferred, ephemeral, messages …) is deferred, or it would be offered here.
 * - An assignee becomes the owner only while the issue is in progress.
 *
 * `isKnown` says which issues were imported before: an export of what changed may point to them. The graph may have
 * cycles: see `breakCycles`.
 */
export function decodeBeads(text: string, isKnown: (key: string) => boolean = () => false): Decoded {
  const issues: ImportIssue[] = [];
  const found = new Map<string, BeadsIssue>();
  for (const parsed of jsonLines(text)) {
    const { line } = parsed;
    const read = 'problem' in parsed ? parsed.problem : readBeadsIssue(parsed.record, line);
    if (typeof read === 'string') {
      issues.push({ key: undefined, line, message: `line ${line} ${read}`, kind: 'skipped' });
    } else {
      keepNewer(found, read, issues);
    }
  }
  const inOrder = [...found.values()].sort((a, b) => a.line - b.line);
  const tasks = inOrder.map((issue) => toTask(issue, { found, isKnown }));
  for (const issue of inOrder) issues.push(...issue.issues);
  return { tasks, issues: issues.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

/** Of two issues with one id (a merge of two files leaves such), the one that was updated last; else the first. */
function keepNewer(found: Map<string, BeadsIssue>, issue: BeadsIssue, issues: ImportIssue[]): void {
  const { key } = issue;
  const other = found.get(key);
  const newer = other === undefined || (issue.updated ?? '') > (other.updated ?? '');
  if (newer) found.set(key, issue);
  if (other === undefined) return;
  const [lost, kept] = newer ? [other.line, issue.line] : [issue.line, other.line];
  issues.push({ key, line: lost, message: `line ${lost} has the id of line ${kept}, which is kept`, kind: 'skipped' });
}

/** Links that hold an issue back in beads under a condition that a task cannot express. */
const SOFT_BLOCKS = new Set(['conditional-blocks', 'waits-for']);

/** How an edge is carried over: as a field, or as a link with a word on why. */
type Resolved = { readonly as: 'blockedBy' | 'parent' } | { readonly kind: ImportIssueKind; readonly message: string };

interface Source {
  readonly found: ReadonlyMap<string, BeadsIssue>;
  readonly isKnown: (key: string) => boolean;
}

function toTask(issue: BeadsIssue, source: Source): ImportedTask {
  const { key, line, edges, entries, fields } = issue;
  const blockedBy: string[] = [];
  const links: BeadsEdge[] = [];
  const parent = chooseParent(
    edges.filter((edge) => isParent(edge) && edge.id !== key && (source.found.has(edge.id) || source.isKnown(edge.id))),
    key,
  );
  for (const edge of edges) {
    const resolved = resolve(edge, key, { ...source, parent });
    if ('as' in resolved) {
      if (resolved.as === 'blockedBy') blockedBy.push(edge.id);
      continue;
    }
    links.push(edge);
    issue.issues.push({ key, line, message: resolved.message, kind: resolved.kind });
  }
  const kept: readonly JsonValue[] = links.slice(0, MAX_MEMBERS).map(({ type, id }) => ({ type, id }));
  const beads: JsonValue = Object.fromEntries(kept.length === 0 ? entries : [...entries, ['links', kept]]);
  return {
    key,
    fields: { ...fields, metadata: { beads } },
    blockedBy: sortedSet(blockedBy),
    ...(parent !== undefined && { parent }),
  };
}

function isParent(edge: BeadsEdge): boolean {
  return edge.type === 'parent-child';
}

/** The parent that the id itself names (`bd-7.2` is a child of `bd-7`), else the first in the issue. */
function chooseParent(candidates: readonly BeadsEdge[], key: string): string | undefined {
  const named = key.replace(/\.\d+$/, '');
  return (candidates.find(({ id }) => id === named) ?? candidates[0])?.id;
}

interface Context extends Source {
  readonly parent: string | undefined;
}

function resolve({ type, id }: BeadsEdge, key: string, { found, isKnown, parent }: Context): Resolved {
  const target = found.get(id);
  if (type !== 'blocks' && type !== 'parent-child') {
    const message = SOFT_BLOCKS.has(type) ? `${type} ${id}: such a link blocks nothing here` : `the link ${type} ${id}`;
    return { kind: 'kept-in-metadata', message };
  }
  const dropped = (why: string): Resolved => ({ kind: 'dropped-edge', message: `${type} ${id}: ${why}` });
  if (id === key) return dropped('it is the issue itself');
  if (target === undefined && !isKnown(id)) return dropped('no such issue in the file');
  // A cancelled blocker would block for ever; in beads a deleted one blocks nothing.
  const isDeleted = (issue: BeadsIssue | undefined): boolean => issue?.deleted === true;
  if (type === 'blocks' && isDeleted(target) && !isDeleted(found.get(key))) return dropped('that issue was deleted');
  if (type === 'blocks') return { as: 'blockedBy' };
  if (id === parent) return { as: 'parent' };
  return { kind: 'kept-in-metadata', message: `the parent ${id}: a task has one, and it is ${parent}` };
}
