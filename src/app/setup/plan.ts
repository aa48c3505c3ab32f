/** What a setup, or its removal, makes of every file. Decides, and touches nothing. */
import { createTwoFilesPatch } from 'diff';
import type { SetupAgent, SetupEdit, SetupPlace } from '../../interop/setup/types.ts';
import { findFile, type FoundFile, missingFolders, textOf } from './files.ts';
import { hashOf, type RecordEntry, type SetupRecord } from './record.ts';

/** What becomes of a file. */
export type FileAction = 'create' | 'change' | 'restore' | 'delete' | 'same';

/** A file and what it is to become. */
export interface PlannedFile {
  readonly file: FoundFile;
  readonly action: FileAction;
  /** Undefined: no file. */
  readonly next: Buffer | undefined;
  /** Whether somebody has edited it since the last setup. */
  readonly isEdited: boolean;
  /** What is to be noted of it from now on; undefined: nothing. */
  readonly entry: RecordEntry | undefined;
  readonly folders: readonly string[];
}

/** What a plan is made from. */
export interface PlanInput {
  /** The agents that are asked for. */
  readonly agents: readonly SetupAgent[];
  /** All agents there are: what they share stays while one of them needs it. */
  readonly all: readonly SetupAgent[];
  readonly place: SetupPlace;
  readonly record: SetupRecord;
}

/** The edits of several agents to one file, each once. */
interface Work {
  readonly file: FoundFile;
  readonly edits: readonly SetupEdit[];
}

/** Reads a file of an agent, with the guard of its scope. */
export function look({ scope, top }: SetupPlace, path: string): FoundFile {
  return findFile(path, scope === 'project' ? top : undefined);
}

/** What setting these agents up makes of their files. */
export function planSetup({ agents, all, place, record }: PlanInput): PlannedFile[] {
  return worksOf(agents, place).map(({ file, edits }) => {
    const text = textOf(file);
    const next = edits.reduce((before, edit) => edit.add(before, file.path), text);
    const known = record.get(file.real);
    if (next === text) return { file, action: 'same', next: file.bytes, isEdited: false, entry: known, folders: [] };
    const isOurs = known !== undefined && isAsLeft(file, known);
    const entry: RecordEntry = isOurs ? known : firstEntry(file, stripped(file, all, place));
    const bytes = Buffer.from(next);
    const made = { ...entry, made: hashOf(bytes) };
    const action = file.bytes === undefined ? 'create' : 'change';
    return { file, action, next: bytes, isEdited: isEdited(file, known), entry: made, folders: [] };
  });
}

/** What taking these agents out makes of their files. Those that have nothing of ours are left out. */
export function planRemoval({ agents, all, place, record }: PlanInput): PlannedFile[] {
  const staying = worksOf(
    all.filter((agent) => !agents.includes(agent) && isSetUp(agent, place)),
    place,
  );
  return worksOf(agents, place).flatMap(({ file, edits }) => {
    if (file.bytes === undefined) return [];
    const kept = staying.find((work) => work.file.real === file.real)?.edits ?? [];
    const dropped = edits.filter((edit) => !kept.some(({ name }) => name === edit.name));
    const text = textOf(file);
    const rest = dropped.reduce((before, edit) => edit.remove(before, file.path), text);
    const known = record.get(file.real);
    if (rest === text && (known === undefined || kept.length > 0)) return [];
    return [removalOf(file, { rest, text, known, kept, dropped })];
  });
}

interface Removal {
  readonly rest: string;
  readonly text: string;
  readonly known: RecordEntry | undefined;
  readonly kept: readonly SetupEdit[];
  readonly dropped: readonly SetupEdit[];
}

function removalOf(file: FoundFile, { rest, text, known, kept, dropped }: Removal): PlannedFile {
  const isAsBefore = known !== undefined && isAsLeft(file, known);
  const edited = isEdited(file, known);
  const structural = Buffer.from(rest);
  if (kept.length > 0) {
    const entry = isAsBefore ? { ...known, made: hashOf(structural) } : undefined;
    return { file, action: 'change', next: structural, isEdited: edited, entry, folders: [] };
  }
  if (isAsBefore) {
    const next = known.original === null ? undefined : Buffer.from(known.original, 'base64');
    return {
      file,
      action: next === undefined ? 'delete' : 'restore',
      next,
      isEdited: edited,
      entry: undefined,
      folders: known.folders,
    };
  }
  // In a clone that got the file from somebody else nothing is noted; what is there may still be ours to the last byte.
  const fresh = dropped.reduce((before, edit) => edit.add(before, file.path), '');
  if (rest.trim() === '' || text === fresh) {
    return {
      file,
      action: 'delete',
      next: undefined,
      isEdited: edited,
      entry: undefined,
      folders: known?.folders ?? [],
    };
  }
  return {
    file,
    action: rest === text ? 'same' : 'change',
    next: structural,
    isEdited: edited,
    entry: undefined,
    folders: [],
  };
}

/** Whether an agent has hooks of ours, which no two agents share. */
export function isSetUp(agent: SetupAgent, place: SetupPlace): boolean {
  return worksOf([agent], place).some(({ file, edits }) =>
    edits.some((edit) => edit.name === 'hooks' && edit.remove(textOf(file), file.path) !== textOf(file)),
  );
}

function worksOf(agents: readonly SetupAgent[], place: SetupPlace): Work[] {
  const works = new Map<string, Work>();
  for (const { path, edits } of agents.flatMap((agent) => agent.files(place))) {
    const file = look(place, path);
    const known = works.get(file.real);
    const fresh = edits.filter(({ name }) => known?.edits.every((edit) => edit.name !== name) ?? true);
    works.set(file.real, known === undefined ? { file, edits } : { ...known, edits: [...known.edits, ...fresh] });
  }
  return [...works.values()];
}

function isAsLeft({ bytes }: FoundFile, { made }: RecordEntry): boolean {
  return bytes !== undefined && hashOf(bytes) === made;
}

/** Neither as the last setup left it nor as it was before: one that was killed between its record and its files leaves that. */
function isEdited(file: FoundFile, known: RecordEntry | undefined): boolean {
  if (known === undefined || isAsLeft(file, known)) return false;
  return (file.bytes?.toString('base64') ?? null) !== known.original;
}

/** The bytes of a file without anything of ours. */
function stripped(file: FoundFile, all: readonly SetupAgent[], place: SetupPlace): Buffer | undefined {
  if (file.bytes === undefined) return undefined;
  const edits = worksOf(all, place).find((work) => work.file.real === file.real)?.edits ?? [];
  const text = textOf(file);
  const rest = edits.reduce((before, edit) => edit.remove(before, file.path), text);
  return rest === text ? file.bytes : Buffer.from(rest);
}

function firstEntry(file: FoundFile, original: Buffer | undefined): RecordEntry {
  return { original: original?.toString('base64') ?? null, made: '', folders: missingFolders(file.real) };
}

/** The change of a file as a unified diff; empty where there is none. */
export function diffOf({ file, action, next }: PlannedFile, shown: string): string {
  if (action === 'same') return '';
  const before = file.bytes === undefined ? '/dev/null' : `a/${shown}`;
  const after = next === undefined ? '/dev/null' : `b/${shown}`;
  const options = {
    context: 3,
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
  };
  return createTwoFilesPatch(before, after, textOf(file), next?.toString() ?? '', undefined, undefined, options);
}
