/** What a plain source says of a task: a line, perhaps a text, and whether it is done. Pure. */
import { createHash } from 'node:crypto';
import { MAX_LINE, MAX_TEXT } from '../task/limits.ts';
import { normalizeLine, normalizeText } from '../task/text.ts';
import type { Instant, Status } from '../task/types.ts';
import type { ImportedTask } from './types.ts';

/** One entry of a plain source. */
export interface PlainEntry {
  readonly key: string;
  readonly subject: string;
  readonly description?: string | undefined;
  readonly activeForm?: string | undefined;
  readonly status: Status;
  readonly parent?: string | undefined;
}

/** The entry as a task of a format. What is longer than a subject may be goes into the description whole. */
export function plainTask(format: string, entry: PlainEntry, created: Instant): ImportedTask {
  const line = normalizeLine(entry.subject) || '(empty)';
  const isLong = line.length > MAX_LINE;
  const texts = [isLong ? line : '', normalizeText(entry.description ?? '').trim()].filter(Boolean);
  const description = texts.join('\n\n').slice(0, MAX_TEXT);
  const activeForm = normalizeLine(entry.activeForm ?? '')
    .slice(0, MAX_LINE)
    .toWellFormed();
  return {
    key: entry.key,
    fields: {
      subject: isLong ? `${line.slice(0, MAX_LINE - 1).toWellFormed()}…` : line,
      ...(description !== '' && { description }),
      ...(activeForm !== '' && activeForm !== line && { activeForm }),
      status: entry.status,
      priority: 2,
      labels: [],
      scope: [],
      acceptance: [],
      checks: [],
      notes: [],
      metadata: { [format]: { id: entry.key } },
      created,
    },
    blockedBy: [],
    ...(entry.parent !== undefined && { parent: entry.parent }),
  };
}

/**
 * Gives each text of a source a key: a digest of the text, with a number where the same text comes again. So a key stays
 * when entries are added, ticked or moved.
 */
export function keyMaker(source: string): (text: string) => string {
  const seen = new Map<string, number>();
  return (text) => {
    const digest = createHash('sha256').update(normalizeLine(text).toLowerCase()).digest('hex').slice(0, 10);
    const turn = (seen.get(digest) ?? 0) + 1;
    seen.set(digest, turn);
    return `${source}#${digest}${turn === 1 ? '' : `.${turn}`}`;
  };
}
