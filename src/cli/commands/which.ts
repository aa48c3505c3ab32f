/** `git tasks which`. */
import type { WhichAnswer } from '../../app/which.ts';
import { EXIT } from '../exit-codes.ts';
import { openLedger } from '../open-ledger.ts';
import { count } from '../render/counts.ts';
import { printable } from '../render/printable.ts';
import type { Verb } from '../verb.ts';

type Row = readonly [name: string, value: string, why: string];

/** Says which repository, branch, list, actor and session are in use, and what decided it. */
export const verb: Verb = {
  run: async (context) => {
    const { which } = await import('../../app/which.ts');
    const answer = await which(await openLedger(context), context.session);
    const { quiet } = context.out.paint;
    context.answer(answer, () =>
      rowsOf(answer).map(
        ([name, value, why]) => `${name.padEnd(12)}${printable(value)}  ${quiet(`(${printable(why)})`)}`,
      ),
    );
    return EXIT.done;
  },
};

function rowsOf({ repository, ledger, list, readsAllLists, actor, session, claude, agents }: WhichAnswer): Row[] {
  const branch = ledger.ref.replace(/^refs\/heads\//, '');
  const reading = readsAllLists ? '; reading looks at all lists' : '';
  return [
    ['repository', repository.commonDir, 'around the current folder; shared by all its worktrees'],
    ['ledger', ledgerWord(branch, ledger), ledger.from],
    ['list', list.value, `${list.from}${reading}`],
    ['actor', actor?.value ?? 'nobody', actor?.from ?? 'no --as, GIT_TASKS_ACTOR or user.name: writing is refused'],
    ['session', session?.value ?? 'none', session?.from ?? 'no agent has set one: the actor alone holds claims'],
    nativeRow(claude),
    ['for agents', agents.enabled ? 'on' : 'off: hooks and prime are silent', agents.variable ?? 'default'],
  ];
}

function ledgerWord(branch: string, { tip, found }: WhichAnswer['ledger']): string {
  if (tip === null) return `${branch}, which does not exist yet`;
  return `${branch} at ${tip.slice(0, 7)}${found === 'tracking' ? ', as the remote has it' : ''}`;
}

function nativeRow({ list, config }: WhichAnswer['claude']): Row {
  if (list === null) return ['native list', 'none', `nothing names one; they are in ${config.value}/tasks`];
  const files = list.exists ? count(list.files, 'task') : 'not there yet';
  const safe = list.given === undefined ? '' : `, made safe from ${JSON.stringify(list.given)}`;
  const place = config.from === 'default' ? '' : ` and ${config.from}`;
  return ['native list', `${list.folder}, ${files}`, `${list.from}${place}${safe}`];
}
