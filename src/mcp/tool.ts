/** What a tool is, and how its arguments are read. */
import * as z from 'zod';
import { type FieldKind, repaired } from '../app/agent/repair.ts';
import type { Session } from '../app/session.ts';
import { TasksError } from '../errors.ts';
import type { Answer } from './answer.ts';

/** One tool: its name, what a model is told of it, and what it does. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  /** The arguments. A closed object: what it does not name is refused. */
  readonly input: z.ZodObject;
  /** The members of the structured answer that a program would look for. */
  readonly output: readonly string[];
  /** Fields that a caller may look for here, and where they are. */
  readonly elsewhere?: Readonly<Record<string, string>>;
  /** It changes nothing. */
  readonly isReading?: boolean;
  /** It talks to other machines, so calls do not wait for it. */
  readonly isRemote?: boolean;
  run(session: Session, input: never): Promise<Answer>;
}

/** A tool as `tools/list` shows it. */
export interface ToolListing {
  [key: string]: unknown;
  name: string;
  description: string;
  inputSchema: { [key: string]: unknown; type: 'object' };
  outputSchema: { [key: string]: unknown; type: 'object' };
  annotations: { readOnlyHint: true } | { destructiveHint: false; openWorldHint?: false };
}

/** What a client is told of a tool: as little as says it. */
export function listingOf(tool: Tool): ToolListing {
  const { name, description, input, output } = tool;
  const { $schema: _dialect, ...schema } = z.toJSONSchema(input, { override: ({ jsonSchema }) => shorten(jsonSchema) });
  const properties = Object.fromEntries(output.map((member) => [member, {}]));
  return {
    name,
    description,
    inputSchema: { ...schema, type: 'object' },
    outputSchema: { type: 'object', properties },
    annotations: hintsOf(tool),
  };
}

/**
 * What clients go by when they ask a person first (Codex does for each tool that says nothing, and refuses it where there is
 * nobody to ask). No tool destroys: each change is a commit more, and what was before it stays in the history.
 */
function hintsOf({ isReading, isRemote }: Tool): ToolListing['annotations'] {
  if (isReading === true) return { readOnlyHint: true };
  return { destructiveHint: false, ...(isRemote !== true && { openWorldHint: false }) };
}

/** Unknown keys are refused with a message that names the known ones, so no schema needs to say that it is closed. */
function shorten(schema: Record<string, unknown>): void {
  delete schema['additionalProperties'];
  const { properties } = schema;
  if (typeof properties === 'object' && properties !== null && Object.keys(properties).length === 0) {
    delete schema['properties'];
  }
}

/** Runs a tool on the arguments of a call. Throws `invalid` for arguments that it cannot understand. */
export async function runTool(tool: Tool, session: Session, args: Readonly<Record<string, unknown>>): Promise<Answer> {
  const fields = Object.keys(tool.input.shape);
  const parsed = tool.input.safeParse(repaired(args, new Map(fields.map((name) => [name, kindOf(name)]))));
  if (parsed.success) return tool.run(session, parsed.data as never);
  const problems = parsed.error.issues.map(({ path, message }) => {
    return path.length === 0 ? message : `${path.join('.')}: ${message}`;
  });
  throw new TasksError('invalid', `Cannot use these arguments: ${problems.slice(0, 5).join('; ')}`, {
    hint: fieldsInWords(tool, parsed.error.issues),
  });
}

/** What there is instead: the fields of the tool or, where only members of its list are wrong, those of a member. */
function fieldsInWords({ input, elsewhere = {} }: Tool, issues: readonly z.core.$ZodIssue[]): string {
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  const known = unknown.flatMap((key) => (Object.hasOwn(elsewhere, key) ? (elsewhere[key] ?? []) : []));
  const member = issues.every(({ path }) => path.length > 1)
    ? memberOf(input.shape[String(issues[0]?.path[0])])
    : undefined;
  const names = Object.keys((member ?? input).shape);
  const fields = `${member === undefined ? 'Its fields' : 'The fields of a member'} are: ${names.join(', ')}`;
  return [names.length === 0 ? 'It takes none' : fields, ...known].join('. ');
}

function memberOf(field: unknown): z.ZodObject | undefined {
  return field instanceof z.ZodArray && field.element instanceof z.ZodObject ? field.element : undefined;
}

function kindOf(name: string): FieldKind {
  if (name === 'taskId') return 'id';
  return /^(?:add|remove)Block/.test(name) ? 'list' : 'other';
}
