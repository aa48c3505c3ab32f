/** Makes what a verb works with out of the flags that every verb has. */
import { resolve } from 'node:path';
import type { World } from '../world.ts';
import type { GlobalFlags } from './options.ts';
import { checkProgress } from './render/check-progress.ts';
import { answerToJson } from './render/json.ts';
import { printable } from './render/printable.ts';
import { parseColorMode, type Screen } from './render/screen.ts';
import type { Context } from './verb.ts';

/** The screens behind both outputs: known before anything is parsed, because parsing can fail. */
export interface Screens {
  readonly out: Screen;
  readonly err: Screen;
}

/** What the program reads and writes with. */
export interface ProgramIo {
  readonly world: World;
  readonly screens: Screens;
  /** Sentences beside the answer that nobody has been shown yet. */
  readonly notices: Set<string>;
}

/** The context of one run. Throws `usage` for a colour mode that does not exist. */
export function createContext(io: ProgramIo, flags: GlobalFlags): Context {
  const { world, screens, notices } = io;
  const { out, err } = screens;
  const json = flags.json === true;
  parseColorMode(flags.color);
  const write = (text: string): void => void world.stdout.stream.write(text);
  const warn = (text: string): void => void notices.add(text);
  const note = (lines: readonly string[]): void => {
    if (!json && lines.length > 0) world.stderr.stream.write(linesToText(lines));
  };
  return {
    world,
    json,
    out,
    err,
    folder: resolve(world.cwd, flags.C ?? '.'),
    session: {
      dir: flags.C,
      list: flags.list,
      as: flags.as,
      at: flags.at,
      warn,
      ...(!json && { watchChecks: checkProgress(world, err) }),
    },
    answer: (object, lines) => {
      const told = notices.size === 0 ? object : { ...object, notices: [...notices] };
      write(json ? `${answerToJson(told, out.isTerminal)}\n` : linesToText(lines()));
      note(noticeLines(notices, err));
      notices.clear();
    },
    note,
    write,
  };
}

/** The sentences beside an answer or a failure, for people. */
export function noticeLines(notices: ReadonlySet<string>, { paint }: Screen): string[] {
  return [...notices].map((text) => `${paint.warning('warning:')} ${printable(text)}`);
}

/** The lines with a line end each. */
export function linesToText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
