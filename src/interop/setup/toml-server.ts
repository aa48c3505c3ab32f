/** The MCP server in a TOML file (Codex): a table at the end of it, between comments of ours. */
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify, TomlError } from 'smol-toml';
import { invalidFile } from './invalid-file.ts';
import { SERVER_NAME } from './program.ts';
import { addBlock, type BlockPlace, removeBlock } from './marked-block.ts';
import type { SetupEdit } from './types.ts';

const MARKERS = { begin: '# >>> git-tasks setup >>>', end: '# <<< git-tasks setup <<<' };

/**
 * Puts `[<table>.git-tasks]` at the end of the file. One that somebody has written by hand is left as it is, and so is one
 * of ours that says what it should, with whatever else was added. The file is parsed before and after: what is not TOML
 * before is refused, and so is a file that our table cannot be appended to or taken out of.
 */
export function tomlServer(table: string, server: Readonly<Record<string, string | readonly string[]>>): SetupEdit {
  const body = stringify({ [table]: { [SERVER_NAME]: server } }).trimEnd();
  return {
    name: 'server',
    add: (text, file) => {
      const found = serverIn(parsed(text, file), table);
      const isUpToDate =
        found !== undefined && Object.entries(server).every(([key, value]) => isDeepStrictEqual(found[key], value));
      const isForeign = found !== undefined && removeBlock(text, placeOf(file)) === text;
      if (isUpToDate || isForeign) return text;
      const next = addBlock(text, body, placeOf(file));
      parsed(next, file);
      return next;
    },
    remove: (text, file) => {
      const rest = removeBlock(text, placeOf(file));
      const before = parsed(text, file);
      if (rest !== text && !isDeepStrictEqual(without(before, table), without(parsed(rest, file), table))) {
        throw invalidFile(file, `lines after "${MARKERS.end}" belong to the table of git-tasks: move them up`);
      }
      return rest;
    },
  };
}

function serverIn(document: Readonly<Record<string, unknown>>, table: string): Record<string, unknown> | undefined {
  const servers = document[table];
  const server = isTable(servers) ? servers[SERVER_NAME] : undefined;
  return isTable(server) ? server : undefined;
}

/** The document without our server, and without a table of servers that has no other. */
function without(document: Readonly<Record<string, unknown>>, table: string): Record<string, unknown> {
  const { [table]: servers, ...others } = document;
  if (!isTable(servers)) return { ...document };
  const { [SERVER_NAME]: _ours, ...rest } = servers;
  return Object.keys(rest).length === 0 ? others : { ...others, [table]: rest };
}

function parsed(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason] = error.message.replace('Invalid TOML document: ', '').split('\n');
    throw invalidFile(`${file}:${error.line}:${error.column}`, `this is not TOML: ${reason}`);
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function placeOf(file: string): BlockPlace {
  return { markers: MARKERS, file };
}
