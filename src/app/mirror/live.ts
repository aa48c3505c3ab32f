/** The live mirror: a run whenever one of the sides has moved. */
import { watch } from 'node:fs';
import { dirname } from 'node:path';
import { isSystemFault, TasksError } from '../../errors.ts';
import { watchRefs } from '../../git/ref-watch.ts';
import { taskNumber } from '../../interop/claude/list-id.ts';
import { mirrorClaude, type MirrorAnswer, type MirrorInput } from '../mirror.ts';
import type { Session } from '../session.ts';

/** Both sides are looked at this often, in milliseconds; notifications of the system only make it earlier. */
const LOOK = 500;

/** So long nothing else may happen before a run begins, in milliseconds: one tool call writes several files. */
const DEBOUNCE = 30;

export interface LiveInput extends MirrorInput {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Is told of what stands in the way for the moment: another program's lock, a lost race. */
  readonly warn?: ((error: TasksError) => void) | undefined;
}

/** The runs that did or have something to tell, the first one in any case. Never ends by itself. */
export async function* mirrorLive(session: Session, input: LiveInput): AsyncGenerator<MirrorAnswer> {
  const { signal, warn = (): void => undefined, ...rest } = input;
  const first = await mirrorClaude(session, rest);
  yield first;
  const refs = watchRefs(session.repository, [session.ledger.ref], session.world);
  const wake = (): void => refs.wake();
  const stop = watchFolder(first.native.folder, wake);
  signal.addEventListener('abort', wake);
  let told = tellable(first);
  try {
    while (!signal.aborted) {
      await refs.pause(LOOK);
      if (signal.aborted) break;
      await session.world.sleep(DEBOUNCE);
      const answer = await attempt(session, rest, warn);
      if (answer === undefined) continue;
      const now = tellable(answer);
      if (now !== '' && now !== told) yield answer;
      told = now;
    }
  } finally {
    stop();
    refs.close();
    signal.removeEventListener('abort', wake);
  }
}

/** A run; undefined where something stood in its way that will pass. */
async function attempt(
  session: Session,
  input: MirrorInput,
  warn: (error: TasksError) => void,
): Promise<MirrorAnswer | undefined> {
  try {
    return await mirrorClaude(session, input);
  } catch (error) {
    if (!(error instanceof TasksError) || !['busy', 'race'].includes(error.code)) throw error;
    warn(error);
    return undefined;
  }
}

/** What people want to know of a run; the same word twice is told once, unless something was done. */
function tellable({ commits, written, removed, isWiped, issues }: MirrorAnswer): string {
  if (commits.length + written + removed > 0) return `${commits.join()} ${written} ${removed} ${issues.length}`;
  if (!isWiped && issues.length === 0) return '';
  return JSON.stringify([isWiped, issues]);
}

/** Asks the system to tell of changes in the folder, or of the folder itself where it does not exist yet. */
function watchFolder(folder: string, wake: () => void): () => void {
  const stops = [folder, dirname(folder)].map((place) => {
    try {
      const watcher = watch(place, { persistent: false }, (_kind, name) => {
        if (name === null || place !== folder || taskNumber(name) !== undefined) wake();
      });
      watcher.on('error', () => watcher.close());
      return () => watcher.close();
    } catch (error) {
      if (isSystemFault(error)) return () => undefined;
      throw error;
    }
  });
  return () => {
    for (const stop of stops) stop();
  };
}
