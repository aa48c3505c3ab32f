/** What `doctor` finds, and what it works with. */
import type { FilesWorld } from '../../git/files/file-system.ts';
import { filesWorldOf, objectsDirOf } from '../object-files.ts';
import type { Session } from '../session.ts';

/** What kind of damage or disorder. Codes are only ever added. */
export type FindingCode =
  | 'torn-object'
  | 'missing-object'
  | 'broken-ref'
  | 'index'
  | 'foreign-merge'
  | 'stale-lock'
  | 'foreign-lock'
  | 'damaged'
  | 'conflict-markers'
  | 'misplaced'
  | 'duplicate-id'
  | 'missing-blocker'
  | 'missing-parent'
  | 'cycle'
  | 'duplicate-alias'
  | 'clock'
  | 'conflict'
  | 'template'
  | 'cancelled-blocker'
  | 'overlap'
  | 'stuck';

/** Something that was found. An `error` breaks a promise of the ledger; a `warning` deserves a look. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** The file of the ledger or of the git folder that it is about. */
  readonly path?: string;
  /** The task, commit or object that it is about. */
  readonly id?: string;
  /** What can be done about it. */
  readonly hint?: string;
  /** It was mended by this run. */
  readonly fixed?: boolean;
}

/** What every check is given. */
export interface Scene {
  readonly session: Session;
  /** Whether to mend. */
  readonly fix: boolean;
  readonly files: FilesWorld;
  /** The folder of the repository's own objects. Absolute. */
  readonly objectsDir: string;
}

/** The hint of everything that `--fix` can mend. */
export const FIX_HINT = 'Mend it with: git tasks doctor --fix';

/** The scene of an examination. */
export function sceneOf(session: Session, fix: boolean): Scene {
  return { session, fix, files: filesWorldOf(session), objectsDir: objectsDirOf(session) };
}
