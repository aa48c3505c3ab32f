/** Asks the person at the terminal. */
import { createInterface } from 'node:readline';
import type { World } from '../world.ts';

/** Whether there is somebody to ask. */
export function canAsk({ stdin, stdout }: World): boolean {
  return stdin.isTTY === true && stdout.isTerminal;
}

/** Whether the answer begins with y. Ctrl-C and the end of the input are a no. */
export async function askYes({ stdin, stderr }: World, question: string): Promise<boolean> {
  const reader = createInterface({ input: stdin, output: stderr.stream, terminal: true });
  return new Promise((resolve) => {
    reader.once('close', () => resolve(false));
    reader.question(`${question} [y/N] `, (answer) => {
      resolve(/^\s*y/i.test(answer));
      reader.close();
    });
  });
}
