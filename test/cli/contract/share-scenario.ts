/** Clones that share a ledger, come to conflicts, and keep it in order. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git } from '../../support/git.ts';
import type { Actor, Stage } from './stage.ts';

/** Plays the verbs that share and keep. */
export function playSharing(stage: Stage): void {
  const remote = join(stage.top, 'remote.git');
  git(stage.top, 'init', '--quiet', '--bare', remote);
  const ada = stage.ledger('ada');
  ada.git('remote', 'add', 'origin', remote);
  const task = ada.add('Shared', '-d', 'before');
  ada.run(['sync']);
  const ben = cloneOf(stage, remote);
  ben.run(['init']);
  ben.run(['sync', '--all']);
  ada.run(['set', task, '-d', 'by ada']);
  ben.run(['set', task, '-d', 'by ben']);
  ada.run(['sync']);
  ben.run(['sync', '--strict']);
  ben.run(['list']);
  ben.run(['lint']);
  ben.run(['show', task]);
  ben.run(['resolve']);
  ben.run(['resolve', task, 'description', '--take', 'other']);
  ben.lines('event', ['watch', '--since', ada.git('rev-list', '--max-parents=0', 'tasks'), '--timeout', '1s']);
  ben.run(['claim', task]);
  ben.run(['show', task]);
  playRefusal(ben, remote);
  playAway(ben, stage);
  playKeeping(ada, stage);
}

function cloneOf(stage: Stage, remote: string): Actor {
  const folder = join(stage.top, 'ben');
  git(stage.top, 'clone', '--quiet', remote, folder);
  git(folder, 'config', 'user.name', 'Ben Example');
  git(folder, 'config', 'user.email', 'ben@example.org');
  return stage.actorIn(folder);
}

function playRefusal({ run, git: own, add }: Actor, remote: string): void {
  git(remote, 'config', 'receive.denyCurrentBranch', 'ignore');
  writeFileSync(join(remote, 'hooks/update'), '#!/bin/sh\n[ "$1" != refs/heads/tasks ] || { echo closed; exit 1; }\n', {
    mode: 0o755,
  });
  add('Not taken');
  run(['sync']);
  own('config', 'tasks.fallbackRef', 'auto');
  run(['sync']);
  own('config', '--unset', 'tasks.fallbackRef');
  writeFileSync(join(remote, 'hooks/update'), '#!/bin/sh\n', { mode: 0o755 });
}

function playAway({ run, git: own, add }: Actor, { top }: Stage): void {
  own('remote', 'add', 'gone', join(top, 'nowhere.git'));
  run(['sync', '--all']);
  run(['sync', '--remote', 'gone']);
  own('config', 'tasks.claim', 'local');
  run(['claim', add('Here alone')]);
}

function playKeeping({ run, add, folder, git: own }: Actor, { top }: Stage): void {
  run(['sync']);
  const files = join(top, 'files');
  run(['worktree', 'add', files]);
  writeFileSync(join(files, 'scratch.txt'), 'no task\n');
  const id = add('To edit');
  const path = `main/${id.charAt(0)}/${id.charAt(1)}/${id}.yaml`;
  const text = git(files, 'show', `HEAD:${path}`);
  writeFileSync(join(files, path), `${text.replace(/^subject: .*/m, 'subject: By hand')}\n`);
  run(['worktree', 'list']);
  run(['commit', '-C', files]);
  run(['commit', '-C', files]);
  writeFileSync(join(files, path), 'id: [\n');
  run(['commit', '-C', files]);
  git(files, 'commit', '--quiet', '--all', '--message', 'break it');
  for (const verb of ['list', 'ready', 'blocked', 'plan']) run([verb]);
  run(['lint']);
  run(['verify', '--since', 'tasks~1']);
  run(['doctor']);
  run(['doctor', '--fix']);
  playBadTemplate({ run }, files);
  const imported = '{"id":"x-1","title":"Imported","status":"weird","priority":9}\nno json\n';
  run(['import', 'beads'], { input: imported });
  run(['import', 'beads', '--dry-run'], { input: imported });
  run(['import', 'markdown'], { input: '- [ ] One\n- [x] Two\n' });
  run(['gc']);
  own('config', 'tasks.gc', 'false');
  run(['gc', '--auto']);
  playNative({ run, folder, git: own }, top);
  own('worktree', 'remove', '--force', files);
  run(['uninstall']);
  run(['uninstall', '--branch']);
  run(['uninstall', '--branch', '--force']);
}

function playBadTemplate({ run }: Pick<Actor, 'run'>, files: string): void {
  run(['template', 'add', 'late'], { input: 'tasks:\n  one:\n    subject: One\n' });
  writeFileSync(join(files, 'templates/late.yaml'), 'tasks: 1\n');
  git(files, 'commit', '--quiet', '--all', '--message', 'break a template');
  run(['template', 'list']);
  run(['template', 'show', 'late']);
}

/** A list of an agent. */
function playNative({ run }: Pick<Actor, 'run' | 'folder' | 'git'>, top: string): void {
  const folder = join(top, 'claude/tasks/list-1');
  git(top, 'init', '--quiet', folder);
  const env = { CLAUDE_CONFIG_DIR: join(top, 'claude'), CLAUDE_CODE_TASK_LIST_ID: 'list 1', GIT_TASKS_ENABLED: 'true' };
  const native = { id: '1', subject: 'Native', description: '', status: 'pending', blocks: [], blockedBy: [] };
  writeFileSync(join(folder, '1.json'), JSON.stringify(native));
  run(['which'], { env });
  run(['mirror', 'claude', folder], { env });
  writeFileSync(join(folder, '2.json'), '{');
  run(['mirror', 'claude', folder], { env });
  run(['import', 'claude', folder], { env });
}
