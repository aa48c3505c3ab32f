/** Where the native tasks of Claude Code lie on this machine, and which of its lists an environment means. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Env } from '../../world.ts';
import { sanitizeListId, sessionListIds } from './list-id.ts';

/** A value and the word for what decided it. */
export interface Chosen {
  readonly value: string;
  readonly from: string;
}

/** A native list. */
export interface NativeList {
  /** Folder name of the list. */
  readonly id: string;
  /** The list id as it was given, before it was made safe. */
  readonly given: string;
  /** What named it: a variable, or that its folder was named. */
  readonly from: string;
  /** Absolute path. It need not exist. */
  readonly folder: string;
}

/** The folder with everything that Claude Code keeps. Absolute. */
export function configFolder(env: Env): Chosen {
  const named = nonEmpty(env['CLAUDE_CONFIG_DIR']);
  if (named !== undefined) return { value: named, from: 'CLAUDE_CONFIG_DIR' };
  const home = nonEmpty(env['HOME']) ?? nonEmpty(env['USERPROFILE']) ?? homedir();
  return { value: join(home, '.claude'), from: 'default' };
}

/** The folder with a folder for each list. Absolute. */
export function listsFolder(env: Env): string {
  return join(configFolder(env).value, 'tasks');
}

/**
 * The list that this environment means: `CLAUDE_CODE_TASK_LIST_ID`, then the team, then the session; undefined where none
 * of them is set. Of the two names that a session's list may have, the one whose folder exists.
 */
export function nativeList(env: Env): NativeList | undefined {
  const parent = listsFolder(env);
  const place = (id: string, given: string, from: string): NativeList => ({
    id,
    given,
    from,
    folder: join(parent, id),
  });
  for (const from of ['CLAUDE_CODE_TASK_LIST_ID', 'CLAUDE_CODE_TEAM_NAME']) {
    const given = nonEmpty(env[from]);
    if (given !== undefined) return place(sanitizeListId(given), given, from);
  }
  const session = nonEmpty(env['CLAUDE_CODE_SESSION_ID']);
  if (session === undefined) return undefined;
  const ids = sessionListIds(session);
  const id = ids.find((name) => existsSync(join(parent, name))) ?? ids[0] ?? sanitizeListId(session);
  return place(id, session, 'CLAUDE_CODE_SESSION_ID');
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}
