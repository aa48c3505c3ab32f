/**
 * Every verb of the command line, in the order of the help.
 *
 * Light on purpose: `--help` and the search for a verb read this table only; what a verb does is loaded when it is run.
 */
import type { Verb } from './verb.ts';

/** A row of the table. */
export interface VerbEntry {
  /** The name and its arguments as commander declares them: `show <id>`. */
  readonly usage: string;
  readonly summary: string;
  /** Heading in the help; none: not shown there. */
  readonly group?: string;
  readonly load: () => Promise<{ readonly verb: Verb<never> }>;
}

const PLAN = 'Plan:';
const LOOK = 'Look:';
const WORK = 'Work:';
const KEEP = 'Keep:';

/** All verbs. */
export const VERBS: readonly VerbEntry[] = [
  { group: PLAN, usage: 'init', summary: 'create or adopt the ledger', load: () => import('./commands/init.ts') },
  { group: PLAN, usage: 'add [subject]', summary: 'create a task', load: () => import('./commands/add.ts') },
  { group: PLAN, usage: 'set <id...>', summary: 'change fields of tasks', load: () => import('./commands/set.ts') },
  { group: PLAN, usage: 'note <id> <text>', summary: 'append a note', load: () => import('./commands/note.ts') },
  { group: PLAN, usage: 'edit <id>', summary: 'edit a task in your editor', load: () => import('./commands/edit.ts') },
  { group: PLAN, usage: 'batch', summary: 'many changes from JSON lines', load: () => import('./commands/batch.ts') },
  {
    group: PLAN,
    usage: 'new <name> [args...]',
    summary: 'make the tasks of a template',
    load: () => import('./commands/new.ts'),
  },
  {
    group: PLAN,
    usage: 'template [action] [name] [file]',
    summary: 'reusable sets of tasks (add, list, show, rm)',
    load: () => import('./commands/template.ts'),
  },
  {
    group: PLAN,
    usage: 'gate [action] [names...]',
    summary: 'open and close gates (list, open, close)',
    load: () => import('./commands/gate.ts'),
  },
  { group: LOOK, usage: 'list', summary: 'list open tasks', load: () => import('./commands/list.ts') },
  { group: LOOK, usage: 'ready', summary: 'what can be started now', load: () => import('./commands/ready.ts') },
  { group: LOOK, usage: 'blocked', summary: 'what waits for other tasks', load: () => import('./commands/blocked.ts') },
  { group: LOOK, usage: 'show <id>', summary: 'a task in full', load: () => import('./commands/show.ts') },
  { group: LOOK, usage: 'why <id>', summary: 'why a task is not ready', load: () => import('./commands/why.ts') },
  {
    group: LOOK,
    usage: 'plan',
    summary: 'the open work in a possible order',
    load: () => import('./commands/plan.ts'),
  },
  { group: LOOK, usage: 'stats', summary: 'how the plan stands', load: () => import('./commands/stats.ts') },
  { group: LOOK, usage: 'log [id]', summary: 'what changed, and who did it', load: () => import('./commands/log.ts') },
  {
    group: LOOK,
    usage: 'watch [id...]',
    summary: 'what happens, as it does',
    load: () => import('./commands/watch.ts'),
  },
  {
    group: LOOK,
    usage: 'wait <id...>',
    summary: 'wait for tasks to be done, or ready',
    load: () => import('./commands/wait.ts'),
  },
  {
    group: LOOK,
    usage: 'prime',
    summary: 'what an agent needs when it starts',
    load: () => import('./commands/prime.ts'),
  },
  {
    group: LOOK,
    usage: 'brief <id>',
    summary: 'all that it takes to do one task',
    load: () => import('./commands/brief.ts'),
  },
  { group: WORK, usage: 'next', summary: 'claim the best ready task', load: () => import('./commands/next.ts') },
  {
    group: WORK,
    usage: 'claim <id...>',
    summary: 'take tasks and start them',
    load: () => import('./commands/claim.ts'),
  },
  {
    group: WORK,
    usage: 'renew <id...>',
    summary: 'extend the lease of a claim',
    load: () => import('./commands/renew.ts'),
  },
  {
    group: WORK,
    usage: 'stale',
    summary: 'claims that have run out',
    load: () => import('./commands/stale.ts'),
  },
  { group: WORK, usage: 'release <id...>', summary: 'give tasks back', load: () => import('./commands/release.ts') },
  { group: WORK, usage: 'done <id...>', summary: 'complete tasks', load: () => import('./commands/done.ts') },
  {
    group: WORK,
    usage: 'tick <id> [lines...]',
    summary: 'say of acceptance lines that they hold',
    load: () => import('./commands/tick.ts'),
  },
  {
    group: WORK,
    usage: 'check <id...>',
    summary: 'run the checks of tasks and record it',
    load: () => import('./commands/check.ts'),
  },
  {
    group: WORK,
    usage: 'evidence <id> <ref...>',
    summary: 'record a commit, an address or a file',
    load: () => import('./commands/evidence.ts'),
  },
  {
    group: WORK,
    usage: 'run <program...>',
    summary: 'run a command for each ready task',
    load: () => import('./commands/run.ts'),
  },
  {
    group: WORK,
    usage: 'reopen <id...>',
    summary: 'open closed tasks again',
    load: () => import('./commands/reopen.ts'),
  },
  { group: WORK, usage: 'cancel <id...>', summary: 'give tasks up', load: () => import('./commands/cancel.ts') },
  {
    group: KEEP,
    usage: 'worktree [action] [dir]',
    summary: 'the ledger as a folder of files (add, list)',
    load: () => import('./commands/worktree.ts'),
  },
  {
    group: KEEP,
    usage: 'commit',
    summary: 'commit what was edited in such a folder',
    load: () => import('./commands/commit.ts'),
  },
  {
    group: KEEP,
    usage: 'resolve [id] [field]',
    summary: 'settle what a merge could not decide',
    load: () => import('./commands/resolve.ts'),
  },
  {
    group: KEEP,
    usage: 'sync',
    summary: 'exchange the ledger with a remote',
    load: () => import('./commands/sync.ts'),
  },
  { group: KEEP, usage: 'mcp', summary: 'tools for agents (MCP)', load: () => import('./commands/mcp.ts') },
  {
    group: KEEP,
    usage: 'setup [agents...]',
    summary: 'tell coding agents of the ledger',
    load: () => import('./commands/setup.ts'),
  },
  {
    group: KEEP,
    usage: 'lint',
    summary: 'check that the ledger is in order',
    load: () => import('./commands/lint.ts'),
  },
  {
    group: KEEP,
    usage: 'verify',
    summary: 'replay the history and judge every change',
    load: () => import('./commands/verify.ts'),
  },
  { group: KEEP, usage: 'doctor', summary: 'find and mend damage', load: () => import('./commands/doctor.ts') },
  { group: KEEP, usage: 'gc', summary: 'pack the history of the ledger', load: () => import('./commands/gc.ts') },
  {
    group: KEEP,
    usage: 'uninstall',
    summary: 'remove every trace but the branch',
    load: () => import('./commands/uninstall.ts'),
  },
  {
    group: KEEP,
    usage: 'which',
    summary: 'which ledger, list and actor, and why',
    load: () => import('./commands/which.ts'),
  },
  {
    group: KEEP,
    usage: 'mirror <agent> [dir]',
    summary: "keep an agent's own task list alike (claude)",
    load: () => import('./commands/mirror.ts'),
  },
  {
    group: KEEP,
    usage: 'import <format> [file]',
    summary: 'bring in tasks (beads, claude, markdown, …)',
    load: () => import('./commands/import.ts'),
  },
  {
    group: KEEP,
    usage: 'export <format>',
    summary: 'write all tasks (jsonl, markdown)',
    load: () => import('./commands/export.ts'),
  },
  {
    group: KEEP,
    usage: 'completion <shell>',
    summary: 'completion for bash, zsh or fish',
    load: () => import('./commands/completion.ts'),
  },
  { usage: 'hook', summary: 'answer an event of an agent', load: () => import('./commands/hook.ts') },
  {
    group: KEEP,
    usage: 'schema [name]',
    summary: 'JSON Schemas of files and answers',
    load: () => import('./commands/schema.ts'),
  },
  { usage: 'help [verb]', summary: 'the flags of a verb', load: () => import('./commands/help.ts') },
  {
    usage: 'merge-driver <base> <ours> <theirs> <path>',
    summary: 'merge one task file, for git',
    load: () => import('./commands/merge-driver.ts'),
  },
  {
    usage: 'run-warden <run> <grace>',
    summary: 'end what a dead run leaves behind',
    load: () => import('./commands/run-warden.ts'),
  },
  {
    usage: 'complete-ids [verb]',
    summary: 'ids for shell completion',
    load: () => import('./commands/complete-ids.ts'),
  },
];

/** The name of a verb, without its arguments. */
export function nameOf({ usage }: VerbEntry): string {
  return usage.split(' ', 1)[0] ?? usage;
}
