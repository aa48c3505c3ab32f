/** `git tasks mirror`. */
import { resolve } from 'node:path';
import type { MirrorAnswer, MirrorInput } from '../../app/mirror.ts';
import type { Session } from '../../app/session.ts';
import { TasksError } from '../../errors.ts';
import { linesToText } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { answerToJson } from '../render/json.ts';
import { count } from '../render/counts.ts';
import { printable } from '../render/printable.ts';
import type { Screen } from '../render/screen.ts';
import { untilOver, writeSlowly } from '../until-over.ts';
import { type Context, textArgument, type Verb } from '../verb.ts';
import { warnOf } from '../warn.ts';

interface Flags {
  readonly once?: true;
  readonly watch?: true;
}

/** Keeps a list and the native task list of an agent alike: once, or until somebody ends it. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command
      .option('--once', 'bring both sides together and end (the default)')
      .option('--watch', 'go on, and bring over changes as they happen');
    command.addHelpText('after', '\nAgents: claude ([dir] is the folder of a list; else what git tasks which names).');
  },
  run: async (context, { once, watch }, args) => {
    const agent = textArgument(args);
    if (agent !== 'claude') {
      throw new TasksError('usage', `There is no mirror for ${JSON.stringify(agent)}`, { hint: 'Choose from: claude' });
    }
    if (once === true && watch === true) {
      throw new TasksError('usage', '--once ends, --watch does not', { hint: 'Choose one' });
    }
    const dir = textArgument(args, 1);
    const input = { folder: dir === '' ? undefined : resolve(context.folder, dir) };
    const session = await openLedger(context);
    if (watch === true) return live(context, session, input);
    const { mirrorClaude } = await import('../../app/mirror.ts');
    const answer = await mirrorClaude(session, input);
    context.answer(answer, () => [summary(answer, context.out)]);
    context.note(issueLines(answer, context.err));
    return EXIT.done;
  },
};

async function live(context: Context, session: Session, input: MirrorInput): Promise<ExitCode> {
  const { mirrorLive } = await import('../../app/mirror/live.ts');
  const { world, json, out } = context;
  const over = untilOver(world, { input: true });
  try {
    for await (const answer of mirrorLive(session, { ...input, signal: over.signal, warn: warnOf(context) })) {
      const lines = json ? [answerToJson(answer, false)] : [summary(answer, out), ...issueLines(answer, out)];
      await writeSlowly(world, linesToText(lines), over.signal);
    }
  } finally {
    over.release();
  }
  return over.ending() === 'SIGINT' ? EXIT.interrupted : EXIT.done;
}

function summary(answer: MirrorAnswer, { paint }: Screen): string {
  const { list, native, created, changed, written, removed, shown, hidden, isWiped } = answer;
  const parts = [
    created + changed > 0 ? `from it ${created} new, ${changed} changed` : '',
    written + removed > 0 ? `to it ${written} written, ${removed} removed` : '',
    isWiped ? 'its owner has wiped it' : '',
  ].filter(Boolean);
  const more = hidden > 0 ? `; ${count(hidden, 'more open task')} not shown there` : '';
  const state = parts.length > 0 ? parts.join('; ') : paint.quiet('nothing to do');
  return `${printable(list)} ${paint.good('=')} native list ${printable(native.id)} (${count(shown, 'task')}${more}): ${state}`;
}

function issueLines({ issues }: MirrorAnswer, { paint }: Screen): string[] {
  return issues.map(({ kind, message }) => `${paint.warning(`${kind}:`)} ${printable(message)}`);
}
