/** `git tasks gate`. */
import type { GatesAnswer, GatesInput } from '../../app/gate.ts';
import type { WriteOptions } from '../../app/change.ts';
import type { Session } from '../../app/session.ts';
import { TasksError } from '../../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { declareWriteFlags, writeOptions, type WriteFlags } from '../options.ts';
import { gateChangeLines, gateLines } from '../render/gates.ts';
import { hintLine } from '../render/notices.ts';
import { type Arguments, type Context, textArgument, type Verb } from '../verb.ts';

/** Opens and closes what tasks wait for beside each other, and lists it. */
export const verb: Verb<WriteFlags> = {
  declare: (command) => {
    declareWriteFlags(command);
    command.addHelpText('after', HELP);
  },
  run: async (context, flags, args) => {
    const action = textArgument(args) || 'list';
    const names = namesOf(args);
    const session = await openLedger(context);
    const { closeGates, openGates } = await import('../../app/gate.ts');
    if (action === 'open') await change(context, session, { names, options: writeOptions(flags), act: openGates });
    else if (action === 'close')
      await change(context, session, { names, options: writeOptions(flags), act: closeGates });
    else if (action === 'list' && names.length === 0) await list(context, session);
    else throw wrongUsage(action, names);
    return EXIT.done;
  },
};

const HELP = `
Actions:
  list             the gates, the closed ones first
  open <name...>   what waits for them may go on
  close <name...>  what waits for them has to wait; a new name makes a gate

A task waits for a gate with: git tasks add "Ship it" --gate release`;

interface Change {
  readonly names: readonly string[];
  readonly options: WriteOptions;
  readonly act: (session: Session, input: GatesInput, options: WriteOptions) => Promise<GatesAnswer>;
}

async function change(context: Context, session: Session, { names, options, act }: Change): Promise<void> {
  if (names.length === 0) throw new TasksError('usage', 'No gate named', { hint: 'See: git tasks gate list' });
  const answer = await act(session, { names }, options);
  const { gates, commit, changed, unblocked, running } = answer;
  context.answer({ gates, commit, changed, unblocked, running }, () => gateChangeLines(answer, context.out));
}

async function list(context: Context, session: Session): Promise<void> {
  const { listGates } = await import('../../app/gate.ts');
  const answer = await listGates(session);
  const { gates, total, shown, tip } = answer;
  context.answer({ gates, total, shown, tip }, () => gateLines(gates, answer.shortIds, context.out));
  if (total === 0) context.note(['there are no gates', hintLine('git tasks gate close NAME', context.err.paint.quiet)]);
}

function namesOf(args: Arguments): readonly string[] {
  const names = args[1];
  return typeof names === 'string' ? [names] : (names ?? []);
}

function wrongUsage(action: string, names: readonly string[]): TasksError {
  if (action === 'list') {
    return new TasksError('usage', `gate list takes no names: ${names.join(' ')}`, { hint: 'git tasks gate list' });
  }
  return new TasksError('usage', `There is no action ${JSON.stringify(action)}`, {
    hint: 'Choose from: list, open, close',
  });
}
