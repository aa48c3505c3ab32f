/** Long texts from standard input or files. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isSystemError, TasksError } from '../errors.ts';
import type { Context } from './verb.ts';

/** Standard inputs that were read to their end: a second reader would find nothing and take it for an empty text. */
const usedInputs = new WeakSet<object>();

/** The text of a file, or of standard input when the name is `-`. Throws `usage`, `not-found` or `invalid`. */
export async function readText(context: Context, name: string): Promise<string> {
  if (name === '-') return decode(await readInput(context), 'Standard input');
  const path = resolve(context.folder, name);
  try {
    return decode(readFileSync(path), JSON.stringify(name));
  } catch (error) {
    if (isSystemError(error, 'ENOENT'))
      throw new TasksError('not-found', `There is no file ${JSON.stringify(name)}`, { cause: error });
    if (isSystemError(error, 'EISDIR'))
      throw new TasksError('invalid', `${JSON.stringify(name)} is a folder`, { cause: error });
    throw error;
  }
}

async function readInput({ world, note }: Context): Promise<Uint8Array> {
  const { stdin } = world;
  if (usedInputs.has(stdin)) {
    throw new TasksError('usage', 'Only one text can come from standard input', { hint: 'Give the other one by file' });
  }
  usedInputs.add(stdin);
  if (stdin.isTTY === true) note(['reading standard input; end it with Ctrl-D']);
  const chunks: Buffer[] = [];
  for await (const chunk of stdin as AsyncIterable<Buffer | string>) chunks.push(Buffer.from(chunk as string));
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new TasksError('invalid', `${name} is not UTF-8 text`, {
      hint: 'Convert it first, for example with iconv',
      cause: error,
    });
  }
}
