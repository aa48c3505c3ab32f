/**
 * Ends what a run leaves behind when it is killed itself.
 *
 * A run starts one warden, in a session of its own, which no Ctrl-C and no closed terminal reaches. Through a pipe that only
 * the run holds it is told which process groups there are. The end of the pipe is the end of the run, however that came
 * about: what is left then is ended. A group whose number somebody else has got meanwhile is told by the start of its leader.
 *
 *     +4711 82135     the group 4711 was started; its leader began at 82135
 *     -4711           nothing is left of it
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { endGroup } from '../process/group.ts';
import { endStrays } from '../process/strays.ts';
import type { World } from '../world.ts';

/** What a warden is told when it is started. */
export interface Ward {
  readonly run: string;
  /** Milliseconds between asking and killing. */
  readonly grace: number;
}

/** The run's end of the pipe. */
export interface Warden {
  /** Says that a group was started; what it returns says that it is gone. */
  readonly watch: (leader: number) => () => void;
  /** Lets the warden go, and resolves when it has. */
  close(): Promise<void>;
}

/** A warden waits no longer than this for processes that it has asked to end, in milliseconds: nobody is there to insist. */
const PATIENCE = 10_000;

/** The verb of the program that is a warden. */
const VERB = 'run-warden';

const NO_WARDEN: Warden = { watch: () => () => undefined, close: () => Promise.resolve() };

/** Starts a warden. In a program that only uses the library there is none: nothing says how to start it. */
export function startWarden(world: World, { run, grace }: Ward): Warden {
  const { executable, env } = world;
  const [file, ...args] = executable ?? [];
  if (file === undefined) return NO_WARDEN;
  const child = spawn(file, [...args, VERB, run, String(Math.min(grace, PATIENCE))], {
    detached: true,
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve()).once('error', () => resolve());
  });
  const { stdin } = child;
  // A warden that has died is missed only by a run that dies as well.
  stdin.on('error', () => undefined);
  const tell = (line: string): void => void stdin.write(`${line}\n`);
  return {
    watch: (leader) => {
      tell(`+${leader} ${world.startOf(leader) ?? ''}`);
      return () => tell(`-${leader}`);
    },
    close: async () => {
      child.ref();
      stdin.end();
      await gone;
    },
  };
}

/** Is a warden: listens until the pipe ends, and ends what is left then. */
export async function beWarden(world: World, { run, grace }: Ward): Promise<void> {
  const release = world.onInterrupt(() => undefined);
  const groups = new Map<number, string>();
  const lines = createInterface({ input: world.stdin });
  lines.on('line', (line) => {
    const [, sign, leader = '', start = ''] = /^([+-])(\d+)(?: (\d*))?$/.exec(line) ?? [];
    if (sign === '+') groups.set(Number(leader), start);
    else groups.delete(Number(leader));
  });
  await once(lines, 'close');
  const left = [...groups].filter(([leader, start]) => [undefined, start].includes(world.startOf(leader)));
  await Promise.all([
    ...left.map(([leader]) => endGroup(world, leader, grace)),
    endStrays(world, { mark: `${run}/` }, grace),
  ]);
  release();
}
