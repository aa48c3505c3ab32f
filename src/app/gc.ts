/** `gc`: packs the history of the ledger, so that its many small files do not pile up. */
import { statSync } from 'node:fs';
import { TasksError } from '../errors.ts';
import { configFlag } from '../git/config.ts';
import { sharedMode } from '../git/open.ts';
import type { Oid } from '../git/ports.ts';
import { runGit } from '../git/system/git-command.ts';
import { privateFolder } from '../ledger/ledger.ts';
import { tidyHistory } from '../ledger/tidy/tidy.ts';
import { isAutomaticGcWanted } from './gc-settings.ts';
import { filesWorldOf, objectsDirOf } from './object-files.ts';
import type { Session } from './session.ts';

export interface GcInput {
  /** Started by the tool itself: does nothing where the user's settings say so, or where little would be won. */
  readonly auto?: boolean | undefined;
}

/** The answer of `gc`. */
export interface GcAnswer {
  /** Objects that went into a new pack. */
  readonly packed: number;
  /** Loose files that were removed, because a pack has their objects. */
  readonly removed: number;
  /** Packs that became part of another. */
  readonly joined: number;
  /** Whether git's own housekeeping was asked to look, too. */
  readonly askedGit: boolean;
  /** Why nothing was done. */
  readonly skipped?: string;
}

const NOTHING: GcAnswer = { packed: 0, removed: 0, joined: 0, askedGit: false };

/** Packs what the ledger's branches reach, then lets git do what its own settings ask for. Never in a writer's way. */
export async function collectGarbage(session: Session, { auto = false }: GcInput = {}): Promise<GcAnswer> {
  const { repository } = session;
  const isWanted = isAutomaticGcWanted(repository);
  if (auto && !isWanted) return { ...NOTHING, skipped: 'the settings of this repository turn it off' };
  const tips = await tipsOf(session);
  if (tips.length === 0) return { ...NOTHING, skipped: 'there is no ledger here' };
  const reason = whyNotOurs(session);
  const place = {
    objects: repository.objects,
    files: filesWorldOf(session),
    shared: sharedMode(repository.config),
    objectsDir: objectsDirOf(session),
    folder: privateFolder(repository),
  };
  const tidied = reason === undefined ? await tidyHistory(place, tips, auto ? {} : { least: 1 }) : NOTHING;
  if (tidied === undefined) return { ...NOTHING, skipped: 'another process is at it' };
  const askedGit = isWanted && askGit(session);
  return { ...NOTHING, ...tidied, askedGit, ...(reason !== undefined && { skipped: reason }) };
}

/** The branch, and what is known of it at the remotes: a fetch leaves small changes loose. */
async function tipsOf({ repository, ledger }: Session): Promise<Oid[]> {
  const branch = ledger.ref.slice('refs/heads/'.length);
  const local = await repository.refs.read(ledger.ref);
  const remote = [...(await repository.refs.list('refs/remotes/'))].filter(
    ([name]) => name.split('/').slice(3).join('/') === branch,
  );
  return [...new Set([...(local === undefined ? [] : [local]), ...remote.map(([, oid]) => oid)])];
}

/** Repositories that only git may pack. */
function whyNotOurs(session: Session): string | undefined {
  const { commonDir, config, objects } = session.repository;
  const objectsDir = objectsDirOf(session);
  if (statSync(objectsDir, { throwIfNoEntry: false }) === undefined) return 'the objects are not in files';
  if (objects.oidLength !== 40) return 'in a repository with SHA-256 only git packs';
  if (configFlag(config, 'extensions.preciousobjects', false) === true)
    return 'extensions.preciousObjects forbids to remove any';
  // Inside a hook of git objects go to a folder that may be thrown away.
  return objectsDir === `${commonDir}/objects` ? undefined : 'GIT_OBJECT_DIRECTORY names another folder';
}

/** Git decides by its own thresholds, and for the whole repository. False where there is none to ask. */
function askGit({ repository, world }: Session): boolean {
  try {
    const options = { cwd: repository.commonDir, env: world.env };
    const { code } = runGit([`--git-dir=${repository.commonDir}`, 'maintenance', 'run', '--auto', '--quiet'], options);
    return code === 0;
  } catch (error) {
    if (error instanceof TasksError) return false;
    throw error;
  }
}
