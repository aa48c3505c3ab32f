/** Where things stand on the ledger branch. Fixed for ever by format 1. */
import { isListName, isTaskId, isTemplateName } from '../task/ids.ts';
import type { TaskId } from '../task/types.ts';

/** The version of the format, as `ledger.yaml` holds it. It never moves by itself. */
export const FORMAT = 1;

/** The file that says that a branch is a ledger, and in which format. */
export const FORMAT_FILE = 'ledger.yaml';

/** The list that is used when nobody names one. */
export const DEFAULT_LIST = 'main';

/** A task's place: its list and its id. */
export interface TaskPlace {
  readonly list: string;
  readonly id: TaskId;
}

/**
 * The path of a task's file: two folders, each one character of the id.
 *
 * A flat folder writes 289 kB of loose objects a change at 10,000 tasks; 32 x 32 folders write 2.5 kB there and 5 kB at
 * 100,000 (measured: docs/decisions.md).
 */
export function taskPath({ list, id }: TaskPlace): string {
  return `${list}/${id.slice(0, 1)}/${id.slice(1, 2)}/${id}.yaml`;
}

/** The task that a path belongs to, or undefined for any other file on the branch. */
export function pathToTask(path: string): TaskPlace | undefined {
  const [list, x, y, file, ...rest] = path.split('/');
  if (list === undefined || file === undefined || rest.length > 0 || !file.endsWith('.yaml')) return undefined;
  const id = file.slice(0, -'.yaml'.length);
  if (!isListName(list) || !isTaskId(id) || x !== id[0] || y !== id[1]) return undefined;
  return { list, id };
}

/** The folder of the templates. No list can have its name. */
export const TEMPLATE_FOLDER = 'templates';

/** The path of a template's file. */
export function templatePath(name: string): string {
  return `${TEMPLATE_FOLDER}/${name}.yaml`;
}

/** The name of the template that a path belongs to, or undefined for any other file on the branch. */
export function pathToTemplate(path: string): string | undefined {
  const name = new RegExp(`^${TEMPLATE_FOLDER}/([^/]+)\\.yaml$`).exec(path)?.[1];
  return name !== undefined && isTemplateName(name) ? name : undefined;
}

/** Whether a path that is no task's looks as if it was meant to be one: YAML in the folder of a list. */
export function isMisplaced(path: string, isList: (folder: string) => boolean): boolean {
  const [folder = '', ...rest] = path.split('/');
  return rest.length > 0 && isList(folder) && /\.ya?ml$/.test(path) && pathToTask(path) === undefined;
}

/** Files of the root commit. Part of the format: another byte here is another root, and clones would not join. */
export const ROOT_FILES: ReadonlyMap<string, string> = new Map([
  [FORMAT_FILE, `format: ${FORMAT}\n`],
  ['.gitattributes', '*.yaml text eol=lf merge=git-tasks\n'],
  [
    'README.md',
    `# Tasks

This branch is a ledger of git-tasks: the plan of this repository, one YAML file a task, one commit a change.

- \`git log -p tasks\` is the whole story: who changed what, when and why.
- \`<list>/<x>/<y>/<id>.yaml\` is one task; \`x\` and \`y\` are the first two characters of its id.
- \`git tasks\` lists what is to do; \`git tasks ready\` what can be started now.

It is an ordinary branch without any code. Do not merge it into another branch, and do not delete it.
`,
  ],
]);

/** Author, date and message of the root commit: the same everywhere, so that independent beginnings share it. */
export const ROOT_COMMIT: RootCommit = {
  author: { name: 'git-tasks', email: 'git-tasks@localhost', seconds: 1_700_000_000, timezone: '+0000' },
  message: 'Begin the ledger\n\nFormat: 1\n',
};

interface RootCommit {
  readonly author: {
    readonly name: string;
    readonly email: string;
    readonly seconds: number;
    readonly timezone: string;
  };
  readonly message: string;
}
