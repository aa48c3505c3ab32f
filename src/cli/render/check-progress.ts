/** Tells a person how checks go on: on standard error, beside the answer. */
import type { SessionOptions } from '../../app/session.ts';
import type { World } from '../../world.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';
import { lengthOf } from './times.ts';

type CheckWatcher = NonNullable<SessionOptions['watchChecks']>;

/** Of a failed check whose output was not watched, so many lines are shown. */
const LAST_LINES = 10;

/** A watcher that writes what checks print while they run, where somebody looks on; else the end of what failed. */
export function checkProgress({ stderr }: World, { isTerminal, paint }: Screen): CheckWatcher {
  const write = (text: string): void => void stderr.stream.write(text);
  let isInLine = false;
  return {
    started: (name, command) => write(`${paint.active('running')} ${printable(name)}: ${printable(command)}\n`),
    output: (text) => {
      if (!isTerminal || text === '') return;
      write(text);
      isInLine = !text.endsWith('\n');
    },
    ended: ({ name, exit, seconds, output }) => {
      if (isInLine) write('\n');
      isInLine = false;
      const passed = exit === 0;
      if (!passed && !isTerminal && output !== undefined) {
        for (const line of printable(output, 'text').split('\n').slice(-LAST_LINES)) write(`  ${line}\n`);
      }
      const result = passed ? paint.good('passed') : paint.bad(`failed (exit ${exit})`);
      write(`${printable(name)} ${result} in ${lengthOf(seconds * 1000)}\n`);
    },
  };
}
