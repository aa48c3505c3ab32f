/** What the exit code of the program says. */
import { BugError, type ErrorCode, isSystemError, TasksError } from '../errors.ts';

/** Every exit code that git-tasks gives. */
export const EXIT = {
  done: 0,
  /** Refused, invalid or not found. */
  refused: 1,
  usage: 2,
  /** There was nothing to do. */
  nothing: 3,
  /** A race or a lease was lost: somebody else was faster. */
  lost: 4,
  /** Conflicts need a person. */
  conflict: 5,
  bug: 70,
  interrupted: 130,
} as const;

/** One of the codes in `EXIT`. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Codes that mean something else than `refused`. */
const BY_CODE: { readonly [Code in ErrorCode]?: ExitCode } = {
  usage: EXIT.usage,
  nothing: EXIT.nothing,
  claimed: EXIT.lost,
  race: EXIT.lost,
  busy: EXIT.lost,
  conflict: EXIT.conflict,
  interrupted: EXIT.interrupted,
};

/** The exit code for the code of a failure. */
export function exitCodeOfCode(code: ErrorCode): ExitCode {
  return BY_CODE[code] ?? EXIT.refused;
}

/** The exit code for something that was thrown. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof TasksError) return exitCodeOfCode(error.code);
  if (error instanceof BugError) return EXIT.bug;
  return isMachineError(error) ? EXIT.refused : EXIT.bug;
}

/** Whether the operating system refused something (full disk, missing permission): neither our defect nor a rule. */
export function isMachineError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error && isSystemError(error, String(error.code));
}
