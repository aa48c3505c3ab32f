/** Merges that somebody made without git-tasks and that lost changes by it. */
import { TasksError } from '../../errors.ts';
import { type Finding, FIX_HINT, type Scene } from './finding.ts';

/** Makes each again from its parents; what is missing in it comes back by a commit upon it. */
export async function checkMerges({ session, fix }: Scene): Promise<Finding[]> {
  const { ledger } = session;
  try {
    const mends = fix ? (await ledger.recheck(session.author())).mends : await ledger.unmended();
    return mends.map(({ merge, tasks }): Finding => {
      const message = `The merge ${merge.slice(0, 12)} was made without git-tasks and lost changes of ${tasks.length} task(s)`;
      return {
        code: 'foreign-merge',
        severity: 'error',
        message,
        id: merge,
        ...(fix ? { fixed: true } : { hint: FIX_HINT }),
      };
    });
  } catch (error) {
    // A history with lost objects cannot be followed; which ones they are is among the findings already.
    if (error instanceof TasksError && error.code === 'damaged') return [];
    throw error;
  }
}
