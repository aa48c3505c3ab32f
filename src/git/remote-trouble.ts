/** Says what is wrong with a remote, and the way out. */
import { TasksError } from '../errors.ts';
import type { RemoteTrouble } from './ports.ts';

/**
 * What git's words (in English: it is run that way) tell about a failure. Only the message and the hint depend on it,
 * because other versions may say it differently.
 */
const SIGNS: readonly (readonly [RemoteTrouble, RegExp])[] = [
  [
    'not found',
    /does not appear to be a git repository|repository .*not found|error: 404|no such (?:file|remote)|not exported/i,
  ],
  [
    'authentication',
    /authentication failed|could not read (?:username|password)|permission denied|publickey|error: 401|host key|terminal prompts disabled/i,
  ],
  ['refused', /error: 403|HTTP 403|access denied|service not enabled|not allowed|read[- ]only|protected/i],
  [
    'unreachable',
    /could not resolve|unable to access|unable to connect|refused|timed out|hung up|early EOF|reset by peer|could not read from remote|disconnect|unexpected|RPC failed|unreachable/i,
  ],
];

const HINTS: Readonly<Record<RemoteTrouble, string>> = {
  unreachable: 'Nothing is lost: your work is in this repository. Try again when the remote can be reached',
  authentication:
    'Nobody is asked for a password here: set up a credential helper or an ssh key, so that git fetch works',
  'not found': 'See the address with: git remote -v',
  refused: 'Ask for the right to write, or send your work on another branch: git config tasks.fallbackRef auto',
  failed: 'Nothing is lost: your work is in this repository. See whether git fetch works',
};

/** The kind of trouble that words of git or of a server tell of. */
export function troubleOf(words: string): RemoteTrouble {
  return SIGNS.find(([, sign]) => sign.test(words))?.[0] ?? 'failed';
}

/** The failure of a remote. `words` are git's or the server's own. */
export function remoteFailure(
  remote: string,
  trouble: RemoteTrouble,
  { words, cause }: { readonly words: string; readonly cause?: unknown },
): TasksError {
  const said = lastWords(words);
  return new TasksError('remote', `The remote ${remote} failed (${trouble})${said === '' ? '' : `: ${said}`}`, {
    hint: HINTS[trouble],
    data: { remote, trouble, reason: words.trim().slice(0, MAX_WORDS) },
    ...(cause !== undefined && { cause }),
  });
}

/** How much of a server's words is kept, in characters. */
const MAX_WORDS = 4000;

/** The sentence that says most: git's `fatal:` or `error:`, else the last line. */
function lastWords(words: string): string {
  const lines = words.split(/[\r\n]+/).map((line) => line.trim());
  const told =
    lines.findLast((line) => /^(?:remote: )?(?:fatal|error): /i.test(line)) ?? lines.findLast((line) => line !== '');
  return (told ?? '').replace(/^(?:remote: )?(?:fatal|error): /i, '').slice(0, 500);
}
