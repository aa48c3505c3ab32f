/** `git tasks setup`. */
import { resolve } from 'node:path';
import type { SetupAnswer, SetupFileView } from '../../app/setup.ts';
import { TasksError } from '../../errors.ts';
import { askYes, canAsk } from '../ask.ts';
import { linesToText } from '../context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { count } from '../render/counts.ts';
import { hintLine } from '../render/notices.ts';
import { printable } from '../render/printable.ts';
import type { Screen } from '../render/screen.ts';
import { type Arguments, type Context, idArguments, type Verb } from '../verb.ts';
import { VERSION } from '../version.ts';

interface Flags {
  readonly all?: true;
  readonly user?: true;
  readonly dryRun?: true;
  readonly remove?: true;
  readonly yes?: true;
  readonly plugin?: string;
}

/** Shows what it would write, asks, and writes all of it or nothing. */
export const verb: Verb<Flags> = {
  declare: (command) => {
    command
      .option('--all', 'all agents')
      .option('--user', "in the user's own files: for all repositories of this user")
      .option('--plugin <dir>', 'write a plugin for Claude Code into this folder instead')
      .option('--remove', 'take it out again, byte for byte')
      .option('--dry-run', 'only show what would be written')
      .option('-y, --yes', 'write it without asking');
    command.addHelpText('after', NOTES);
  },
  run: async (context, flags, args) => {
    checkFlags(flags, args);
    const confirm = (planned: SetupAnswer): boolean | Promise<boolean> => mayWrite(context, flags, planned);
    const answer = await planAndWrite(context, flags, { agents: idArguments(args), confirm });
    context.answer(answer, () => summary(answer, context.out));
    context.note(asides(answer, flags, context));
    return exitCode(answer, flags);
  },
};

function checkFlags({ all, user, plugin, remove }: Flags, args: Arguments): void {
  const agents = idArguments(args);
  const refuse = (message: string, hint: string): TasksError => new TasksError('usage', message, { hint });
  if (plugin !== undefined) {
    if (agents.join() !== 'claude') throw refuse('A plugin is for Claude Code', 'git tasks setup claude --plugin DIR');
    if (user === true || remove === true)
      throw refuse('A plugin is a folder of its own', 'Delete the folder to remove it');
    return;
  }
  if (all === true && agents.length > 0) throw refuse('--all are all agents', 'Name agents, or give --all');
  if (all !== true && agents.length === 0)
    throw refuse('Which agent?', 'claude, codex, gemini, cursor, copilot, or --all');
}

interface Request {
  readonly agents: readonly string[];
  readonly confirm: (planned: SetupAnswer) => boolean | Promise<boolean>;
}

async function planAndWrite(
  { world, session, folder }: Context,
  flags: Flags,
  { agents, confirm }: Request,
): Promise<SetupAnswer> {
  if (flags.plugin !== undefined) {
    const { setupPlugin } = await import('../../app/setup/plugin.ts');
    return setupPlugin(world, { dir: resolve(folder, flags.plugin), version: VERSION, confirm });
  }
  const { setup } = await import('../../app/setup.ts');
  const { openSession } = await import('../../app/session.ts');
  const repository = flags.user === true ? undefined : (await openSession(world, session)).repository;
  return setup({ world, repository }, { agents, remove: flags.remove, confirm });
}

function mayWrite(
  context: Context,
  { dryRun, yes }: Flags,
  { files, changes }: SetupAnswer,
): boolean | Promise<boolean> {
  if (!context.json) context.write(linesToText(files.flatMap(({ diff }) => diffLines(diff, context.out))));
  if (dryRun === true) return false;
  if (yes === true) return true;
  return !context.json && canAsk(context.world) && askYes(context.world, `Write ${count(changes, 'file')}?`);
}

function diffLines(diff: string, { paint }: Screen): string[] {
  const lines = diff === '' ? [] : diff.replace(/\n$/, '').split('\n');
  return lines.map((line) => {
    const text = printable(line);
    if (/^(?:\+\+\+|---) /.test(line)) return paint.strong(text);
    if (line.startsWith('@@')) return paint.quiet(text);
    return line.startsWith('+') ? paint.good(text) : line.startsWith('-') ? paint.bad(text) : text;
  });
}

const DONE = { create: 'created', change: 'changed', restore: 'restored', delete: 'deleted' } as const;

function summary({ files, changes, written }: SetupAnswer, { paint }: Screen): string[] {
  if (changes === 0) return ['nothing to change'];
  return files.flatMap(({ action, path, edited }: SetupFileView) => {
    if (action === 'same') return [];
    const deed = written ? paint.good(DONE[action]) : `would ${action}`;
    return [`${deed} ${printable(path)}${edited ? ' (edited since the last setup: only the part of git-tasks)' : ''}`];
  });
}

function asides(
  { warnings, notes, written, changes }: SetupAnswer,
  { dryRun }: Flags,
  { err, world }: Context,
): string[] {
  const { paint } = err;
  const isOpen = changes > 0 && !written && dryRun !== true;
  return [
    ...warnings.map((text) => `${paint.warning('warning:')} ${printable(text)}`),
    ...(changes > 0 ? notes.map((text) => `${paint.quiet('note:')} ${printable(text)}`) : []),
    ...(isOpen ? ['nothing was written'] : []),
    ...(isOpen && !canAsk(world) ? [hintLine('--yes writes it without asking', paint.quiet)] : []),
  ];
}

function exitCode({ changes, written }: SetupAnswer, { dryRun }: Flags): ExitCode {
  return written || changes === 0 || dryRun === true ? EXIT.done : EXIT.refused;
}

const NOTES = `
Agents: claude, codex, gemini, cursor, copilot (which is VS Code, too).
Without a terminal nothing is written but with --yes; it then exits with 1.`;
