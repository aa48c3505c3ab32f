/** Runs the checks of tasks, one after the other, on the code that is checked out here. */
import { TasksError } from '../../errors.ts';
import { commandEnvironment } from '../../process/environment.ts';
import { checkKey, isCheckName } from '../../task/completion.ts';
import type { Env } from '../../world.ts';
import type { Session } from '../session.ts';
import { codeFolder, codeName, codeState } from './code-state.ts';
import { runCommand } from './run-command.ts';
import type { CheckRun, WantedCheck } from './runs.ts';
import { checkCommand, checkTimeout, keptOutput } from './settings.ts';
import { plainText } from './tail.ts';

/** Exit code of what took too long, as timeout(1) gives it. */
const TIMED_OUT = 124;

const TOO_LONG = '… stopped here: it took longer than the git setting tasks.checkTimeout allows';

/**
 * Runs each check once, also after one has failed. Throws `unmet` for a check that the configuration does not define, before
 * any is run; `interrupted` when somebody does not want to wait.
 */
export async function runChecks(session: Session, wanted: readonly WantedCheck[]): Promise<CheckRun[]> {
  const { config } = session.repository;
  const snapshot = await session.read();
  const commands = wanted.map((check) => {
    const [id = ''] = check.ids;
    return { ...check, command: mustFindCommand(session, check, snapshot.has(id) ? snapshot.short(id) : id) };
  });
  const cwd = codeFolder(session);
  const limits = { cwd, timeout: checkTimeout(config), keep: keptOutput(config) };
  const runs: CheckRun[] = [];
  for (const check of commands) {
    session.watchChecks?.started(check.name, check.command);
    const run = await runCheck(session, check, limits);
    session.watchChecks?.ended(run);
    runs.push(run);
  }
  return runs;
}

async function runCheck(
  session: Session,
  { name, ids, command }: WantedCheck & { readonly command: string },
  limits: { readonly cwd: string; readonly timeout: number; readonly keep: number },
): Promise<CheckRun> {
  const { world, watchChecks } = session;
  const { cwd } = limits;
  const before = await codeState(session, { cwd, untracked: true });
  const began = world.now();
  const end = await runCommand(world, {
    ...limits,
    command,
    env: checkEnvironment(world.env, { name, ids }),
    onOutput: watchChecks && ((text): void => watchChecks.output(plainText(text))),
  });
  if (end.stopped === 'interrupt') throw interrupted(name);
  // What a check leaves lying about is no change of the code that it has seen.
  const commit = codeName(before, await codeState(session, { cwd, untracked: false }));
  const output = end.stopped === 'timeout' ? `${end.output}\n${TOO_LONG}`.trim() : end.output;
  return {
    kind: 'check',
    name,
    exit: end.stopped === 'timeout' ? TIMED_OUT : end.exit,
    seconds: Math.max(0, Math.round((world.now() - began) / 100) / 10),
    ...(commit !== undefined && { commit }),
    ...(output !== '' && { output }),
  };
}

function mustFindCommand({ repository, world: { env } }: Session, { name, ids }: WantedCheck, task: string): string {
  const command = checkCommand(repository.config, name);
  if (command === undefined) throw undefinedCheck(name, task);
  const running = env['GIT_TASKS_ID']?.split(' ') ?? [];
  if (env['GIT_TASKS_CHECK'] === checkKey(name) && ids.some((id) => running.includes(id))) {
    throw new TasksError('invalid', `The check ${name} of ${task} runs itself`, {
      hint: 'Take git tasks done and git tasks check out of its command',
      data: { check: name, ids },
    });
  }
  return command;
}

function undefinedCheck(name: string, id: string): TasksError {
  const data = { id, check: name };
  if (!isCheckName(name)) {
    const hint = `Take it away: git tasks set ${id} --uncheck NAME. Or override with: --force --reason TEXT`;
    return new TasksError('unmet', `${id} names a check that nobody can define: ${JSON.stringify(name)}`, {
      hint,
      data,
    });
  }
  return new TasksError('unmet', `${id} has the check ${name}, which the git configuration here does not define`, {
    hint: `Define it with: git config tasks.check.${name} COMMAND. Or override with: --force --reason TEXT`,
    data,
  });
}

/** Ids and names only: nothing that somebody wrote reaches a command. */
function checkEnvironment(env: Env, { name, ids }: WantedCheck): Env {
  return commandEnvironment(env, { GIT_TASKS_CHECK: checkKey(name), GIT_TASKS_ID: ids.join(' ') });
}

function interrupted(name: string): TasksError {
  return new TasksError('interrupted', `Interrupted while the check ${name} was running; nothing was completed`, {
    data: { check: name },
  });
}
