/** `git tasks verify`. */
import type { VerifyAnswer, VerifyFinding, VerifyTransition } from '../../app/verify.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { count } from '../render/counts.ts';
import { hintLine } from '../render/notices.ts';
import { printable } from '../render/printable.ts';
import type { Screen } from '../render/screen.ts';
import type { Context, Verb } from '../verb.ts';

interface Flags {
  readonly since?: string;
  readonly transitions?: true;
}

/** Findings that are shown; `--json` has all of them. */
const MAX_SHOWN = 50;

/** Replays the history; exits with 1 when a commit did what no change may do. */
export const verb: Verb<Flags> = {
  declare: (command) =>
    void command
      .option('--since <rev|time>', 'judge only what came after it')
      .option('--transitions', 'tell every step in the life of every task'),
  run: async (context, flags) => {
    const { verifyLedger } = await import('../../app/verify.ts');
    const { since, transitions } = flags;
    const { progress, clear } = progressOn(context);
    const session = await openLedger(context);
    const answer = await verifyLedger(session, { since, transitions, progress }).finally(clear);
    context.answer(answer, () => answerLines(answer, context.out));
    if (!answer.legal) {
      const hint = 'git show COMMIT tells what it did; git tasks verify --since COMMIT judges what came after it';
      context.note([hintLine(hint, context.err.paint.quiet)]);
    }
    return answer.legal ? EXIT.done : EXIT.refused;
  },
};

/** A line that counts on a terminal, and is gone when the answer comes. */
function progressOn({ json, err, world }: Context): {
  readonly progress: (done: number, total: number) => void;
  readonly clear: () => void;
} {
  if (json || !err.isTerminal) return { progress: () => undefined, clear: () => undefined };
  const { stream } = world.stderr;
  const write = (text: string): void => void stream.write(`\r\u001b[K${text}`);
  return { progress: (done, total) => write(err.paint.quiet(`${done} of ${total} commits`)), clear: () => write('') };
}

function answerLines(answer: VerifyAnswer, screen: Screen): string[] {
  const { findings, counts, tasks, since, cut } = answer;
  const { paint } = screen;
  const shown = findings.slice(0, MAX_SHOWN);
  const verdict = answer.legal ? paint.good('all legal') : paint.bad(count(findings.length, 'finding'));
  const size = [count(counts.commits, 'commit'), count(counts.transitions, 'transition'), count(tasks, 'task')];
  return [
    ...(answer.transitions ?? []).map((transition) => transitionLine(transition, screen)),
    ...shown.map((finding) => findingLine(finding, screen)),
    ...(shown.length < findings.length
      ? [paint.quiet(`${shown.length} of ${findings.length} findings shown; --json has all`)]
      : []),
    ...(cut.length > 0 ? [`a shallow clone: judged from its cut at ${names(cut)}`] : []),
    ...(since === undefined ? [] : [`judged what came after ${names([since])}`]),
    `${size.join(', ')}: ${verdict}`,
    ...besides(answer).map((text) => paint.quiet(`  ${text}`)),
  ];
}

function findingLine({ rule, commit, message }: VerifyFinding, { paint }: Screen): string {
  return `${paint.bad(`${rule}:`)} ${paint.id(commit.slice(0, 7))} ${printable(message)}`;
}

function transitionLine({ commit, at, id, actor, verbs, to, term }: VerifyTransition, { paint }: Screen): string {
  const held = term > 0 ? `, term ${term}` : '';
  return `${paint.id(commit.slice(0, 7))} ${paint.quiet(at)} ${id} ${verbs.join(', ') || 'edit'}: ${to}${held}, by ${printable(actor)}`;
}

function names(commits: readonly string[]): string {
  const [first = '', ...others] = commits.map((oid) => oid.slice(0, 7));
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

/** What is legal and still worth knowing. */
function besides({ counts }: VerifyAnswer): string[] {
  const { foreignMerges, mendedMerges } = counts;
  const parts: readonly [number, string][] = [
    [counts.overrides, count(counts.overrides, 'rule overridden with a reason', 'rules overridden with a reason')],
    [
      counts.takeovers,
      count(counts.takeovers, 'lease that ended and was taken over', 'leases that ended and were taken over'),
    ],
    [counts.rivalClaims, `${count(counts.rivalClaims, 'claim')} made twice in different clones; a merge chose`],
    [counts.merges, `${count(counts.merges, 'merge')} recomputed, byte for byte the same`],
    [foreignMerges, `${count(foreignMerges, 'merge')} made without git-tasks, ${mendedMerges} of them mended`],
    [counts.uncheckedMerges, `${count(counts.uncheckedMerges, 'merge')} not recomputed: the history is cut before`],
    [counts.imports, `${count(counts.imports, 'import')}, taken as they came`],
    [counts.repairs, count(counts.repairs, 'repair by doctor', 'repairs by doctor')],
    [counts.byHand, `${count(counts.byHand, 'commit')} made by hand`],
    [counts.backdated, `${count(counts.backdated, 'commit')} dated before the one it follows: clocks differ`],
  ];
  return parts.filter(([number]) => number > 0).map(([, text]) => text);
}
