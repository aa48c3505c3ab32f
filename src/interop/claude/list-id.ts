/** How a native task list is named on disk. Pure. */

/** The longest name of a folder that every file system takes, in bytes. */
const MAX_NAME = 255;

/**
 * The folder name of a list id: every character outside `A-Za-z0-9_-` becomes `-`, one for one.
 *
 * So it never holds a dot or a slash, and `a/b`, `a.b` and `a-b` are one list. As long as the native tool lets it be, one
 * UTF-16 unit at a time; cut to what a file system takes. Empty for an empty id.
 */
export function sanitizeListId(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, MAX_NAME);
}

/** The folder names that a session's own list may have: the whole id, or `session-` and its first eight hex digits. */
export function sessionListIds(session: string): readonly string[] {
  const hex = session.replaceAll('-', '').slice(0, 8);
  const short = /^[0-9a-f]{8}$/i.test(hex) ? [`session-${hex}`] : [];
  return [...short, sanitizeListId(session)];
}

/** The number of a task's file (`14.json`), or undefined for any other file. */
export function taskNumber(fileName: string): string | undefined {
  return /^([1-9]\d{0,14})\.json$/.exec(fileName)?.[1];
}
