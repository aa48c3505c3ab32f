/** Makes what a verb works with out of the flags that every verb has. */
import { resolve } from 'node:path';
import type { World } from '../world.ts';
import type { GlobalFlags } from './options.ts';
import { answerToJson } from './render/json.ts';
import { printable } from './render/printable.ts';
import { parseColorMode, type Screen } from './render/screen.ts';
import type { Context } from './verb.ts';

/** The screens behind both outputs: known before anything is parsed, because parsing can fail. */
export interface Screens {
  readonly out: Screen;
  readonly err: Screen;
}

/** The context of one run. Throws `usage` for a colour mode that does not exist. */
export function createContext(io: { readonly world: World; readonly screens: Screens }, flags: GlobalFlags): Context {
  const { world, screens } = io;
  const { out, err } = screens;
  const json = flags.json === true;
  parseColorMode(flags.color);
  const write = (text: string): void => void world.stdout.stream.write(text);
  const notices = new Set<string>();
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
    session: { dir: flags.C, list: flags.list, as: flags.as, at: flags.at, warn },
    answer: (object, lines) => {
      const told = notices.size === 0 ? object : { ...object, notices: [...notices] };
      write(json ? `${answerToJson(told, out.isTerminal)}\n` : linesToText(lines()));
      note([...notices].map((text) => `${err.paint.warning('warning:')} ${printable(text)}`));
    },
    note,
    write,
  };
}

/** The lines with a line end each. */
export function linesToText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
