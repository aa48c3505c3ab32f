/** Programs beside the test: workers of ours, and gits that tell or pretend something. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { scratchFolder } from '../../support/git.ts';

/** Bundles a worker, so that plain Node runs it. Gives its path. */
export async function bundled(name: string): Promise<string> {
  const outfile = join(scratchFolder(), 'worker.mjs');
  const entryPoints = [join(import.meta.dirname, `${name}.ts`)];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  return outfile;
}

/** An environment whose `git` notes the process id of each call in a file before it becomes the real one. */
export function notingGit(): { readonly env: NodeJS.ProcessEnv; calls(): { pid: number; args: string }[] } {
  const folder = scratchFolder();
  const log = join(folder, 'log');
  writeFileSync(log, '');
  writeFileSync(join(folder, 'git'), `#!/bin/sh\necho "$$ $*" >> '${log}'\nPATH="\${PATH#*:}" exec git "$@"\n`, {
    mode: 0o755,
  });
  const calls = (): { pid: number; args: string }[] =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [pid = '', ...args] = line.split(' ');
        return { pid: Number(pid), args: args.join(' ') };
      });
  return { env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` }, calls };
}

/** An environment whose `git` runs this script of sh. */
export function fakeGit(script: string): NodeJS.ProcessEnv {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { ...process.env, PATH: folder };
}

/** Whether the process ends within five seconds. */
export async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((wake) => setTimeout(wake, 50));
  }
  return false;
}
