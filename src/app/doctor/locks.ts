/** Looks for locks and places in the queue that killed processes left. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemFault } from '../../errors.ts';
import { ownerOf, removeDeadLock, removeDeadNotes } from '../../git/files/lock-owner.ts';
import { quietly } from '../../git/files/staged-files.ts';
import { privateFolder } from '../../ledger/ledger.ts';
import { FIX_HINT, type Finding, type Scene } from './finding.ts';

/** No command of git holds a lock on a ref this long, in milliseconds. */
const OLD = 600_000;

/**
 * The locks that keep the ledger from being written. One whose maker is proved to be gone is removed by `--fix`. One of
 * git says nothing about its maker, so it is only named: its holder may be slow, or on another machine.
 */
export function checkLocks(scene: Scene): Finding[] {
  const { repository, ledger, world } = scene.session;
  const own = privateFolder(repository);
  const owners = join(own, 'locks');
  const ours = namesIn(own).filter((name) => name.endsWith('.lock'));
  const paths = [`${repository.commonDir}/${ledger.ref}.lock`, `${repository.commonDir}/packed-refs.lock`];
  const findings = [...paths, ...ours.map((name) => join(own, name))].flatMap((path) =>
    lockFinding(scene, path, owners),
  );
  const queue = join(own, 'queue');
  const dead = namesIn(queue).filter((name) => world.isRunning(name.slice(name.indexOf('_') + 1)) === false);
  if (scene.fix) {
    removeDeadNotes(scene.files, owners);
    for (const name of dead) quietly(() => scene.files.fs.unlinkSync(join(queue, name)));
  }
  return dead.length === 0 ? findings : [...findings, ticketFinding(scene, queue, dead.length)];
}

function lockFinding(scene: Scene, path: string, owners: string): Finding[] {
  const { files, fix } = scene;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  const age = Math.max(0, files.now() - stats.mtimeMs);
  const owner = ownerOf(path, { world: files, owners });
  if (owner === undefined) {
    if (age < OLD) return [];
    const message = `${path} has been there for ${duration(age)}: a git command that was stopped may have left it`;
    const hint = `If no git command is running in this repository, on any machine: rm '${path}'`;
    return [{ code: 'foreign-lock', severity: 'error', message, path, hint }];
  }
  if (files.isRunning?.(owner.identity) !== false) return [];
  const [machine, pid] = owner.identity.split('_');
  const message = `${path} was left ${duration(age)} ago by process ${pid} on ${machine}, which is gone`;
  const fixed = fix && removeDeadLock(path, { world: files, owners });
  return [{ code: 'stale-lock', severity: 'error', message, path, ...(fixed ? { fixed } : { hint: FIX_HINT }) }];
}

function ticketFinding({ fix }: Scene, path: string, count: number): Finding {
  const message = `${count} place(s) in the queue of writers belong to processes that are gone`;
  return { code: 'stale-lock', severity: 'warning', message, path, ...(fix ? { fixed: true } : { hint: FIX_HINT }) };
}

/** `3 min`, `2 h`, `5 days`. */
function duration(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isSystemFault(error)) return [];
    throw error;
  }
}
