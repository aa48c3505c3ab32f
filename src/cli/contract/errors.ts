/** The codes of failures and the exit codes, with what they mean: one table for `help --json`, the schema and the docs. */
import type { ErrorCode } from '../../errors.ts';
import { EXIT, type ExitCode, exitCodeOfCode } from '../exit-codes.ts';

/** A code of a failure. */
export interface ErrorRow {
  readonly code: ErrorCode | 'bug';
  readonly exit: ExitCode;
  readonly meaning: string;
}

/** An exit code. */
export interface ExitRow {
  readonly exit: ExitCode;
  readonly meaning: string;
}

/** The compiler sees to it that every code is here. */
const MEANINGS: Readonly<Record<ErrorCode, string>> = {
  usage: 'The command line is wrong: an unknown verb or option, a value that cannot be read, a missing reason.',
  'not-found': 'What was named does not exist: a task, a template, a file, a commit, a remote.',
  ambiguous: 'A prefix fits several tasks or commits; `candidates` lists them.',
  invalid: 'A value, a file or a setting is not well-formed; `path` or `line` say where, where that is known.',
  blocked: 'The task waits for others, or others would be left waiting; `reasons` or `waiting` say for what.',
  cycle: 'The edge would make tasks wait for each other; `cycle` names them.',
  status: 'The status of the task does not allow it.',
  unmet:
    'Something that completing asks for is missing: a check that passes, a ticked line, a child, a review by another.',
  exists: 'There is something of that name or key already, with another content.',
  'no-repository': 'There is no git repository around the folder, or it is not safe to use.',
  'no-ledger': 'The repository has no ledger.',
  'not-a-ledger': 'The branch is not a ledger.',
  unsupported: 'The repository or the ledger has a format that this version does not know.',
  damaged: 'Something stored cannot be read.',
  'read-only': 'The repository may not be written to now.',
  io: 'The operating system refused something: a full disk, a missing permission. `system` has its code.',
  nothing: 'There was nothing to do.',
  claimed: 'Somebody else holds the task.',
  race: 'Others were faster, again and again; nothing was written.',
  busy: 'Another program holds a lock.',
  conflict: 'A person has to decide: work that is on no remote would go, or a merge is not finished.',
  touched: 'A file that a person has edited would be overwritten, or is behind.',
  remote: 'The remote could not be reached or refused; `trouble` says which.',
  interrupted: 'It was ended from outside.',
};

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done',
  refused: 'refused, invalid or not found',
  usage: 'the command line is wrong',
  nothing: 'there was nothing to do',
  lost: 'a race or a lease was lost',
  conflict: 'conflicts need a person',
  bug: 'a defect of git-tasks',
  interrupted: 'interrupted',
};

/** All codes of failures. */
export const ERRORS: readonly ErrorRow[] = [
  ...(Object.keys(MEANINGS) as ErrorCode[]).map((code) => {
    return { code, exit: exitCodeOfCode(code), meaning: MEANINGS[code] };
  }),
  { code: 'bug', exit: EXIT.bug, meaning: 'A defect of git-tasks; `stack` says where.' },
];

/** All exit codes. */
export const EXITS: readonly ExitRow[] = (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => {
  return { exit: EXIT[name], meaning: EXIT_MEANINGS[name] };
});
