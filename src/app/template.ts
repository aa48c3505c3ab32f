/** `template`: the templates of the ledger, one file each. */
import { TasksError } from '../errors.ts';
import { pathToTemplate, TEMPLATE_FOLDER, templatePath } from '../ledger/layout.ts';
import type { Snapshot } from '../ledger/snapshot.ts';
import { isTemplateName } from '../task/ids.ts';
import { placeholdersOf, type Template } from '../task/template.ts';
import type { FileProblem } from '../yaml/parse.ts';
import { decodeTemplate } from '../yaml/template.ts';
import { makeChange, type WriteOptions } from './change.ts';
import type { Session } from './session.ts';
import type { Pattern } from './task-set.ts';

/** A template as it is listed. */
export interface TemplateRow {
  readonly name: string;
  readonly description?: string;
  readonly arguments: Template['arguments'];
  /** How many tasks it makes. */
  readonly tasks: number;
  /** Why it cannot be used; none: it can. */
  readonly problems: readonly FileProblem[];
}

/** The answer of `template list`. */
export interface TemplatesAnswer {
  readonly templates: readonly TemplateRow[];
  readonly total: number;
  readonly tip: string;
}

/** A template in full. */
export interface TemplateAnswer {
  readonly name: string;
  readonly path: string;
  /** The file as it is. */
  readonly text: string;
  /** Undefined where the file has problems. */
  readonly template: Template | undefined;
  readonly problems: readonly FileProblem[];
  readonly tip: string;
}

export interface AddTemplateInput {
  readonly name: string;
  readonly text: string;
  /** Takes the place of the template with this name. */
  readonly replace?: boolean | undefined;
}

/** What became of a template. */
export interface TemplateChange {
  readonly name: string;
  readonly commit: string;
  readonly changed: boolean;
}

/** Stores a template. Throws `invalid` for a text that is none, and `exists` where another has the name. */
export async function addTemplate(
  session: Session,
  { name, text, replace }: AddTemplateInput,
  options: WriteOptions = {},
): Promise<TemplateChange> {
  const path = pathOf(name);
  const unix = withLastBreak(text.replaceAll('\r\n', '\n'));
  const decoded = decodeTemplate(unix);
  if (!decoded.ok) throw invalidTemplate(name, decoded.problems);
  const { commit, changed } = await makeChange(
    session,
    async (bench) => {
      const before = await bench.snapshot.otherFile(path);
      if (before === unix) return;
      if (before !== undefined && replace !== true) {
        throw new TasksError('exists', `There is a template ${name} already`, {
          hint: `See it with: git tasks template show ${name}; add --replace to take its place`,
          data: { template: name },
        });
      }
      bench.files.set(path, Buffer.from(unix));
    },
    { ...options, title: options.title ?? `template ${name}` },
  );
  return { name, commit, changed };
}

/** Removes a template; what was made of it stays. Throws `not-found`. */
export async function removeTemplate(
  session: Session,
  { name }: { readonly name: string },
  options: WriteOptions = {},
): Promise<TemplateChange> {
  const path = pathOf(name);
  const { commit, changed } = await makeChange(
    session,
    async (bench) => {
      if ((await bench.snapshot.otherFile(path)) === undefined) throw unknownTemplate(name);
      bench.files.set(path, null);
    },
    { ...options, title: options.title ?? `remove template ${name}` },
  );
  return { name, commit, changed };
}

/** All templates, by name. */
export async function listTemplates(session: Session): Promise<TemplatesAnswer> {
  const snapshot = await session.read();
  const templates = await readTemplates(snapshot);
  const rows = templates.map(({ name, template, problems }): TemplateRow => {
    const { description, arguments: args = [], tasks = [] } = template ?? {};
    return { name, ...(description !== undefined && { description }), arguments: args, tasks: tasks.length, problems };
  });
  return { templates: rows, total: rows.length, tip: snapshot.tip };
}

/** One template in full. Throws `not-found`. */
export async function showTemplate(session: Session, { name }: { readonly name: string }): Promise<TemplateAnswer> {
  const snapshot = await session.read();
  const path = pathOf(name);
  const text = await snapshot.otherFile(path);
  if (text === undefined) throw unknownTemplate(name);
  return { ...toAnswer(name, text), tip: snapshot.tip };
}

/** Every template at a state, readable or not. */
export async function readTemplates(snapshot: Snapshot): Promise<readonly Omit<TemplateAnswer, 'tip'>[]> {
  const answers: Omit<TemplateAnswer, 'tip'>[] = [];
  for (const { path, text } of await snapshot.otherFiles(TEMPLATE_FOLDER)) {
    const name = pathToTemplate(path);
    if (name !== undefined) answers.push(toAnswer(name, text));
  }
  return answers.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The template as what makes tasks. Throws `not-found`, or `invalid` with its first problem. */
export async function readPattern(snapshot: Snapshot, name: string): Promise<Pattern> {
  const text = await snapshot.otherFile(pathOf(name));
  if (text === undefined) throw unknownTemplate(name);
  const decoded = decodeTemplate(text);
  if (!decoded.ok) throw invalidTemplate(name, decoded.problems);
  return { ...decoded.template, uses: placeholdersOf(decoded.template) };
}

function toAnswer(name: string, text: string): Omit<TemplateAnswer, 'tip'> {
  const decoded = decodeTemplate(text);
  const template = decoded.ok ? decoded.template : undefined;
  return { name, path: templatePath(name), text, template, problems: decoded.ok ? [] : decoded.problems };
}

function withLastBreak(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function pathOf(name: string): string {
  if (isTemplateName(name)) return templatePath(name);
  throw new TasksError('usage', `${JSON.stringify(name)} cannot name a template`, {
    hint: 'Use lower-case letters, digits, ".", "_" and "-", at most 64 characters',
  });
}

function unknownTemplate(name: string): TasksError {
  return new TasksError('not-found', `There is no template ${name}`, {
    hint: 'See them with: git tasks template list',
    data: { template: name },
  });
}

function invalidTemplate(name: string, problems: readonly FileProblem[]): TasksError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const place = first === undefined ? '' : `:${first.line}:${first.column}: ${first.message}`;
  return new TasksError('invalid', `template ${name}${place}${more}`, {
    hint: 'The form of a template: git tasks template -h',
    data: { template: name, problems },
  });
}
