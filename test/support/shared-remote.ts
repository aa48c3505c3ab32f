/** A remote and clones of it, and the command line in each. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { git, type Outcome, scratchFolder, tasks, type RunOptions } from './git.ts';

/** The JSON of one sync. */
export interface SyncJson {
  readonly remote: string;
  readonly scenarios: readonly { readonly number: number; readonly name: string }[];
  readonly received: number;
  readonly sent: number;
  readonly merged: readonly { readonly id: string; readonly conflicts: readonly { readonly field: string }[] }[];
  readonly adopted: readonly string[];
  readonly refused?: { readonly ref: string; readonly reason: string; readonly travelsOn?: string };
  readonly attempts: number;
  readonly tip: string;
  readonly conflicts: number;
}

/** A clone. */
export interface Clone {
  readonly folder: string;
  /** Runs git-tasks as this clone's actor. */
  run(args: readonly string[], options?: RunOptions): Outcome;
  /** Runs it and gives its JSON. Fails the test unless it exits with 0. */
  json<Answer>(args: readonly string[], options?: RunOptions): Answer;
  /** `sync --json`. Fails the test unless it exits with 0. */
  sync(...args: string[]): SyncJson;
  /** The failure of a command as its JSON. Fails the test when it exits with 0. */
  failure(args: readonly string[], options?: RunOptions): Record<string, unknown>;
  /** Adds a task; gives its id. */
  add(subject: string): string;
  /** All subjects, sorted. */
  subjects(): readonly string[];
  tip(): string;
}

/** Runs git-tasks in a folder as an actor. */
export function cloneAt(folder: string, actor: string): Clone {
  const run: Clone['run'] = (args, options) => tasks(folder, [...args, '--as', actor], options);
  const json = <Answer>(args: readonly string[], options?: RunOptions): Answer => {
    const { code, stdout, stderr } = run([...args, '--json'], options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as Answer;
  };
  return {
    folder,
    run,
    json,
    sync: (...args) => json<SyncJson>(['sync', ...args]),
    failure: (args, options) => {
      const { code, stderr } = run([...args, '--json'], options);
      expect(code).not.toBe(0);
      return (JSON.parse(stderr) as { error: Record<string, unknown> }).error;
    },
    add: (subject) => json<{ task: { id: string } }>(['add', subject]).task.id,
    subjects: () => {
      const { tasks: list } = json<{ tasks: { subject: string }[] }>(['list', '--all', '--limit', '0']);
      return list.map(({ subject }) => subject).sort();
    },
    tip: () => git(folder, 'rev-parse', 'refs/heads/tasks'),
  };
}

/** A bare repository without a commit. */
export interface Remote {
  readonly folder: string;
  /** Clones it (or another address of it) with more flags for git. */
  clone(actor: string, options?: { readonly url?: string; readonly flags?: readonly string[] }): Clone;
  /** Sets a hook of the remote: a shell script. */
  hook(name: string, script: string): void;
  /** What a ref of it is at; empty when it has none. */
  at(ref?: string): string;
}

/** Makes an empty remote. Removed after the test. */
export function scratchRemote(): Remote {
  const top = scratchFolder();
  const folder = join(top, 'remote.git');
  git(top, 'init', '--quiet', '--bare', '--initial-branch', 'main', folder);
  let clones = 0;
  return {
    folder,
    clone: (actor, { url = folder, flags = [] } = {}) => {
      const target = join(top, `${actor}-${++clones}`);
      git(top, 'clone', '--quiet', ...flags, url, target);
      return cloneAt(target, actor);
    },
    hook: (name, script) => {
      const path = join(folder, 'hooks', name);
      writeFileSync(path, `#!/bin/sh\n${script}\n`);
      chmodSync(path, 0o755);
    },
    at: (ref = 'refs/heads/tasks') => git(folder, 'for-each-ref', '--format=%(objectname)', ref),
  };
}

/** A remote with a ledger of one task, and the clone that made it. */
export function sharedLedger(): { readonly remote: Remote; readonly ada: Clone } {
  const remote = scratchRemote();
  const ada = remote.clone('ada');
  ada.json(['init']);
  ada.add('First');
  ada.sync();
  return { remote, ada };
}
