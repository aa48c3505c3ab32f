/** `setup`: tells coding agents about the ledger (MCP server, hooks, skill, instructions), and takes it back byte for byte. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TasksError } from '../errors.ts';
import type { Repository } from '../git/ports.ts';
import { SETUP_AGENTS, setupAgents } from '../interop/setup/agents.ts';
import type { SetupAgent, SetupPlace, SetupScope } from '../interop/setup/types.ts';
import type { World } from '../world.ts';
import { replaceAll, textOf } from './setup/files.ts';
import { homeOf, programOf, shownPath, userRecordFile } from './setup/places.ts';
import { diffOf, type FileAction, isSetUp, look, planRemoval, type PlannedFile, planSetup } from './setup/plan.ts';
import { readRecord, type SetupRecord, writeRecord } from './setup/record.ts';

/** What `setup` works on. */
export interface SetupSite {
  readonly world: World;
  /** The repository, for its project; undefined: the files of the user. */
  readonly repository: Repository | undefined;
}

export interface SetupInput {
  /** Names of agents; empty: all of them. */
  readonly agents: readonly string[];
  /** Takes everything out again. */
  readonly remove?: boolean | undefined;
  /** Is shown what is planned, and says whether to write it. */
  readonly confirm: (planned: SetupAnswer) => boolean | Promise<boolean>;
}

/** One file in the answer. */
export interface SetupFileView {
  /** Relative to the project, with `~` in the home folder, else absolute. */
  readonly path: string;
  readonly action: FileAction;
  /** Somebody has edited it since the last setup: only our parts are touched. */
  readonly edited: boolean;
  /** Unified diff; empty where nothing changes. */
  readonly diff: string;
}

/** The answer of `setup`, before it is written and after. */
export interface SetupAnswer {
  readonly scope: SetupScope | 'plugin';
  readonly agents: readonly string[];
  readonly files: readonly SetupFileView[];
  /** How many files differ from what they are to be. */
  readonly changes: number;
  readonly written: boolean;
  readonly warnings: readonly string[];
  /** What a person has to know about an agent. */
  readonly notes: readonly string[];
}

/**
 * Plans all files first, shows the plan to `confirm`, and writes all of it or nothing. Throws `invalid` or `read-only` for a
 * file that must not be touched, `touched` when one has changed meanwhile, and `usage` for an unknown agent.
 */
export async function setup(site: SetupSite, input: SetupInput): Promise<SetupAnswer> {
  const agents = input.agents.length === 0 ? SETUP_AGENTS : setupAgents(input.agents);
  const { place, recordFile, warnings } = sceneOf(site);
  const record = readRecord(recordFile);
  const plan = input.remove === true ? planRemoval : planSetup;
  const planned = plan({ agents, all: SETUP_AGENTS, place, record });
  const changed = planned.filter(({ action }) => action !== 'same');
  const answer: SetupAnswer = {
    scope: place.scope,
    agents: agents.map(({ id }) => id),
    files: planned.map((file) => viewOf(file, place)),
    changes: changed.length,
    written: false,
    warnings: input.remove === true ? [] : warnings,
    notes: input.remove === true ? [] : notesOf(agents, place.scope),
  };
  const isNews = planned.some(({ file, entry }) => record.get(file.real) !== entry);
  if (changed.length === 0 && !isNews) return answer;
  if (changed.length > 0 && !(await input.confirm(answer))) return answer;
  write(planned, { record, recordFile, unique: site.world.identity });
  return { ...answer, written: changed.length > 0 };
}

/** The agents whose hooks are in the files of this scope, whoever put them there. */
export function agentsSetUp(site: SetupSite): string[] {
  const { place } = sceneOf(site);
  return SETUP_AGENTS.filter((agent) => isSetUp(agent, place)).map(({ id }) => id);
}

/** Whether a setup of the project is noted in this git folder. */
export function hasProjectRecord(gitDir: string): boolean {
  return existsSync(projectRecordFile(gitDir));
}

function projectRecordFile(gitDir: string): string {
  return join(gitDir, 'git-tasks', 'setup.json');
}

function sceneOf({ world, repository }: SetupSite): { place: SetupPlace; recordFile: string; warnings: string[] } {
  const scope: SetupScope = repository === undefined ? 'user' : 'project';
  const top = repository === undefined ? homeOf(world.env) : repository.workTree;
  if (top === undefined) {
    throw new TasksError('usage', 'A bare repository has no files to set an agent up in', { hint: 'Use --user' });
  }
  const { words, warning } = programOf(world, scope);
  const place: SetupPlace = {
    scope,
    top,
    env: world.env,
    program: words,
    read: (path) => textOf(look(place, path)),
    isSame: (a, b) => look(place, a).real === look(place, b).real,
  };
  const recordFile = repository === undefined ? userRecordFile(world.env) : projectRecordFile(repository.gitDir);
  return { place, recordFile, warnings: warning === undefined ? [] : [warning] };
}

interface Writing {
  readonly record: SetupRecord;
  readonly recordFile: string;
  readonly unique: string;
}

/** The record goes first: a setup that is killed after it has either written a file as noted, or left it as it was. */
function write(planned: readonly PlannedFile[], { record, recordFile, unique }: Writing): void {
  const during = new Map(record);
  const after = new Map(record);
  for (const { file, entry } of planned) {
    if (entry !== undefined) during.set(file.real, entry);
    if (entry === undefined) after.delete(file.real);
    else after.set(file.real, entry);
  }
  writeRecord(recordFile, during, unique);
  try {
    replaceAll(
      planned.filter(({ action }) => action !== 'same'),
      unique,
    );
  } catch (error) {
    writeRecord(recordFile, record, unique);
    throw error;
  }
  if (after.size !== during.size) writeRecord(recordFile, after, unique);
}

function viewOf(planned: PlannedFile, place: SetupPlace): SetupFileView {
  const path = shownPath(planned.file.path, place);
  return { path, action: planned.action, edited: planned.isEdited, diff: diffOf(planned, path) };
}

function notesOf(agents: readonly SetupAgent[], scope: SetupScope): string[] {
  return agents.flatMap(({ title, notes }) => (notes?.[scope] === undefined ? [] : [`${title} ${notes[scope]}`]));
}
