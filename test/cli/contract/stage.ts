/** A stage on which a scenario plays the built program, and keeps every answer. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VERBS } from '../../../src/cli/verbs.ts';
import { git, initRepository, type Outcome, type RunOptions, tasks } from '../../support/git.ts';

/** One object that the program wrote. */
export interface Play {
  /** Name of the schema that it has to satisfy. */
  readonly schema: string;
  readonly verb: string;
  readonly command: string;
  readonly exit: number | null;
  readonly value: unknown;
}

/** JSON of which a scenario reads a few members. */
export interface Told {
  readonly task: { readonly id: string };
  readonly tasks: readonly { readonly id: string }[];
  readonly commit: string;
  readonly tip: string;
}

/** A stage. */
export interface Stage {
  readonly top: string;
  readonly plays: readonly Play[];
  /** A new repository in a folder of this name, with a ledger. */
  ledger(name: string): Actor;
  /** A repository that exists already. */
  actorIn(folder: string): Actor;
  /** Removes everything. */
  close(): void;
}

/** The program in one repository. */
export interface Actor {
  readonly folder: string;
  readonly git: (...args: string[]) => string;
  /** Runs with `--json` and keeps the answer, or the failure. */
  run(args: readonly string[], options?: RunOptions): Told;
  /** Runs it with `--json` and keeps each line as an object of that schema. */
  lines(schema: string, args: readonly string[], options?: RunOptions): readonly unknown[];
  /** Keeps an object that the command has written to a file. */
  readonly written: (schema: string, command: string, text: string) => void;
  /** Adds a task and returns its id. */
  add(...args: string[]): string;
}

const verbs = new Set(VERBS.map(({ usage }) => usage.split(' ')[0]));

/** An empty stage. Close it after the tests. */
export function openStage(): Stage {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'git-tasks-contract-')));
  const plays: Play[] = [];
  const play = (folder: string, args: readonly string[], options?: RunOptions): Outcome =>
    tasks(folder, [...args.slice(0, 1), '--json', ...args.slice(1)], options);
  const parse = (command: string, text: string): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${command} wrote no JSON: ${JSON.stringify(text)}`);
    }
  };
  const actorIn = (folder: string): Actor => {
    const run: Actor['run'] = (args, options) => {
      const command = args.join(' ');
      const { code, stdout, stderr } = play(folder, args, options);
      const verb = args.find((word) => verbs.has(word)) ?? '';
      const [schema, text] = stdout === '' ? ['error', stderr] : [`${verb}-answer`, stdout];
      const value = parse(command, text);
      plays.push({ schema, verb, command, exit: code, value });
      return value as Told;
    };
    return {
      folder,
      git: (...args) => git(folder, ...args),
      run,
      lines: (schema, args, options) => {
        const command = args.join(' ');
        const { code, stdout } = play(folder, args, options);
        const values = stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => parse(command, line));
        for (const value of values) plays.push({ schema, verb: args[0] ?? '', command, exit: code, value });
        return values;
      },
      written: (schema, command, text) => {
        plays.push({ schema, verb: command.split(' ')[0] ?? '', command, exit: 0, value: parse(command, text) });
      },
      add: (...args) => run(['add', ...args]).task.id,
    };
  };
  return {
    top,
    plays,
    actorIn,
    ledger: (name) => {
      const folder = join(top, name);
      git(top, 'init', '--quiet', folder);
      initRepository(folder);
      const actor = actorIn(folder);
      actor.run(['init']);
      return actor;
    },
    close: () => rmSync(top, { recursive: true, force: true, maxRetries: 3 }),
  };
}
