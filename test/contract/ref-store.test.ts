/** The ref store contract against every backend that has the port. */
import { MemoryRefStore } from '../../src/git/memory.ts';
import { git, scratchRepository } from '../support/git.ts';
import { describeRefStore } from './support/ref-store-contract.ts';
import { openAt } from './support/repositories.ts';

/** Three commits that nothing points to. */
function makeCommits(folder: string): string[] {
  const tree = git(folder, 'mktree');
  return ['a', 'b', 'c'].map((message) => git(folder, 'commit-tree', tree, '-m', message));
}

describeRefStore({
  name: 'files',
  open: async () => {
    const folder = scratchRepository();
    const reopen = async () => (await openAt(folder)).refs;
    return { store: await reopen(), commits: makeCommits(folder), reopen };
  },
});

describeRefStore({
  name: 'files, packed by git before every look',
  open: async () => {
    const folder = scratchRepository();
    const { refs } = await openAt(folder);
    const store: typeof refs = {
      read: (ref) => (git(folder, 'pack-refs', '--all', '--prune'), refs.read(ref)),
      list: (prefix) => (git(folder, 'pack-refs', '--all', '--prune'), refs.list(prefix)),
      compareAndSwap: (update) => (git(folder, 'pack-refs', '--all', '--prune'), refs.compareAndSwap(update)),
    };
    return { store, commits: makeCommits(folder), reopen: async () => (await openAt(folder)).refs };
  },
});

describeRefStore({
  name: 'memory',
  open: async () => {
    const store = new MemoryRefStore();
    return { store, commits: ['a', 'b', 'c'].map((digit) => digit.repeat(40)), reopen: async () => store };
  },
});
