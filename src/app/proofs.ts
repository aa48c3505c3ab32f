/** What a person or an agent names as evidence: a commit, an address, or a file. */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { isSystemError, TasksError } from '../errors.ts';
import { runGit } from '../git/system/git-command.ts';
import { MAX_LINE } from '../task/limits.ts';
import { codeName, codeState } from './checks/code-state.ts';
import type { Proof } from './checks/runs.ts';
import type { Session } from './session.ts';

/** A file is read to know its hash; one larger than this is no evidence that anybody reads. */
const MAX_FILE = 64 * 1024 * 1024;

/** A whole id of an object. */
const LONG_HEX = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export interface ProofsInput {
  readonly evidence?: readonly string[] | undefined;
  /** The folder that paths start from; the current one when undefined. Absolute. */
  readonly folder?: string | undefined;
}

/**
 * Looks each word up, as an address, a commit, a file, in this order (`./name` is always a file). Throws `not-found` for one
 * that is none of them, `invalid` for one that may not be recorded.
 */
export async function findProofs(session: Session, { evidence = [], folder }: ProofsInput): Promise<Proof[]> {
  const proofs: Proof[] = [];
  for (const word of evidence) {
    const found =
      (await addressProof(word)) ?? (await commitProof(session, word)) ?? (await fileProof(session, word, folder));
    if (found === undefined) {
      throw new TasksError('not-found', `${JSON.stringify(word)} is no commit, no http(s) address and no file here`, {
        hint: 'Name a commit of this repository, an address, or a file of its worktree',
        data: { evidence: word },
      });
    }
    proofs.push(found);
  }
  return proofs;
}

async function addressProof(word: string): Promise<Proof | undefined> {
  if (!/^https?:\/\//i.test(word)) return undefined;
  const url = URL.canParse(word) ? new URL(word) : undefined;
  if (url === undefined || url.href.length > MAX_LINE) throw notRecorded(word, 'is not an address');
  if (url.username !== '' || url.password !== '')
    throw notRecorded(word, 'holds a name or password, which all could read');
  return { kind: 'url', name: url.href };
}

async function commitProof({ repository, world }: Session, word: string): Promise<Proof | undefined> {
  if (/^\.{0,2}\//.test(word)) return undefined;
  const { objects, gitDir } = repository;
  if (LONG_HEX.test(word)) {
    return (await objects.read(word))?.type === 'commit' ? { kind: 'commit', name: word } : undefined;
  }
  const args = [`--git-dir=${gitDir}`, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${word}^{commit}`];
  try {
    const { code, stdout } = runGit(args, { cwd: world.cwd, env: world.env });
    const name = stdout.toString().trim();
    return code === 0 && LONG_HEX.test(name) ? { kind: 'commit', name } : undefined;
  } catch (error) {
    if (error instanceof TasksError && error.code === 'unsupported') return undefined;
    throw error;
  }
}

async function fileProof(session: Session, word: string, folder: string | undefined): Promise<Proof | undefined> {
  const { repository, world } = session;
  const path = realPath(resolve(folder ?? world.cwd, word));
  const top = repository.workTree === undefined ? undefined : realPath(repository.workTree);
  if (path === undefined || top === undefined) return undefined;
  const name = relative(top, path).split(sep).join('/');
  const why = isAbsolute(name) ? OUTSIDE : (wrongName(name) ?? wrongFile(path));
  if (why !== undefined) throw notRecorded(word, why);
  const blob = repository.objects.hash('blob', readFileSync(path));
  const state = await codeState(session, { cwd: top, untracked: false });
  const commit = codeName(state, state);
  return { kind: 'file', name, blob, ...(commit !== undefined && { commit }) };
}

const OUTSIDE = 'is not in the files of this worktree';

function wrongName(name: string): string | undefined {
  if (/^(?:\.\.|\.git)(?:\/|$)/.test(name)) return OUTSIDE;
  return name.length > MAX_LINE || /\p{Cc}/u.test(name) ? 'has a name that no line can hold' : undefined;
}

function wrongFile(path: string): string | undefined {
  const stats = statSync(path);
  if (!stats.isFile()) return 'is not a file';
  return stats.size > MAX_FILE ? `is larger than ${MAX_FILE} bytes` : undefined;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'))
      return undefined;
    throw error;
  }
}

function notRecorded(word: string, why: string): TasksError {
  return new TasksError('invalid', `${JSON.stringify(word)} ${why}`, { data: { evidence: word } });
}
