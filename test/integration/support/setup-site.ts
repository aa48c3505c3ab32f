/** A scratch project and a scratch home for setups of agents, and everything that is in them. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openSession } from '../../../src/app/session.ts';
import { setup, type SetupAnswer, type SetupInput, type SetupSite } from '../../../src/app/setup.ts';
import type { SetupScope } from '../../../src/interop/setup/types.ts';
import { type Env, processWorld, type World } from '../../../src/world.ts';
import { scratchFolder, scratchRepository } from '../../support/git.ts';

/** A place to set agents up in. */
export interface Site {
  readonly scope: SetupScope;
  /** The project or the home folder: what the files of agents are in. */
  readonly top: string;
  readonly site: SetupSite;
  /** Sets agents up, or takes them out, without asking. */
  run(agents: readonly string[], input?: Partial<SetupInput>): Promise<SetupAnswer>;
  write(path: string, content: string | Buffer): void;
  read(path: string): string;
}

/** A new site. The home folder is never that of the test. Call it inside a test. */
export async function scratchSite(scope: SetupScope, env: Env = {}): Promise<Site> {
  const home = scratchFolder();
  const top = scope === 'project' ? scratchRepository() : home;
  const world = worldAt(home, env);
  const repository = scope === 'project' ? (await openSession(world, { dir: top })).repository : undefined;
  const site: SetupSite = { world, repository };
  const at = (path: string): string => join(top, path);
  return {
    scope,
    top,
    site,
    run: (agents, input = {}) => setup(site, { agents, confirm: () => true, ...input }),
    write: (path, content) => {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), content);
    },
    read: (path) => readFileSync(at(path), 'utf8'),
  };
}

/** The machine with another home, on whose PATH there is a `git-tasks` unless the variables say otherwise. */
function worldAt(home: string, env: Env = {}): World {
  const bin = scratchFolder();
  writeFileSync(join(bin, 'git-tasks'), '#!/bin/sh\n', { mode: 0o755 });
  const moved = { HOME: home, USERPROFILE: home, XDG_CONFIG_HOME: join(home, '.config'), PATH: bin };
  return { ...processWorld(), env: { ...process.env, ...moved, ...env } };
}

/** Every file and folder below, with content and mode; of `.git` only what is ours. */
export function treeOf(top: string): Map<string, string> {
  const paths = readdirSync(top, { recursive: true, encoding: 'utf8' });
  const own = paths.filter((path) => !path.startsWith('.git/') || path.startsWith('.git/git-tasks'));
  return new Map(own.toSorted().map((path) => [path, contentOf(join(top, path))]));
}

function contentOf(path: string): string {
  const { mode } = statSync(path);
  return statSync(path).isDirectory()
    ? 'folder'
    : `${(mode & 0o777).toString(8)} ${readFileSync(path).toString('latin1')}`;
}

/** Whether a file is there. */
export function isThere({ top }: Site, path: string): boolean {
  return existsSync(join(top, path));
}
