/** What `uninstall` does about setups: it takes back what this clone has written, and tells of what others have. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TasksError } from '../../errors.ts';
import { mainTop } from '../../git/worktrees.ts';
import type { Session } from '../session.ts';
import { agentsSetUp, hasProjectRecord, setup, type SetupSite } from '../setup.ts';

/** Takes out the setups that are noted in these git folders, in the worktree of each. The files as `setup: path`. */
export async function undoSetups({ world, repository }: Session, gitDirs: readonly string[]): Promise<string[]> {
  const undone: string[] = [];
  for (const gitDir of gitDirs) {
    const workTree = gitDir === repository.commonDir ? mainTop(repository) : topOf(gitDir);
    if (workTree === undefined || !existsSync(workTree)) continue;
    const site: SetupSite = { world, repository: { ...repository, gitDir, workTree } };
    if (!hasProjectRecord(gitDir)) continue;
    const { files } = await setup(site, { agents: [], remove: true, confirm: () => true });
    undone.push(...files.filter(({ action }) => action !== 'same').map(({ path }) => `setup: ${path}`));
  }
  return undone;
}

/** The agents that the files of this worktree still set up; nothing where there are none, or where they cannot be read. */
export function agentsLeft({ world, repository }: Session): { readonly agentsLeft?: readonly string[] } {
  if (repository.workTree === undefined) return {};
  try {
    const agents = agentsSetUp({ world, repository });
    return agents.length === 0 ? {} : { agentsLeft: agents };
  } catch (error) {
    if (error instanceof TasksError) return {};
    throw error;
  }
}

/** Top of the linked worktree whose git folder this is. */
function topOf(gitDir: string): string | undefined {
  const file = join(gitDir, 'gitdir');
  return existsSync(file) ? dirname(readFileSync(file, 'utf8').trim()) : undefined;
}
