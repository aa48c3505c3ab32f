/**
 * Runs the `console` blocks of a Markdown file and compares what is printed with what the file shows.
 *
 *     $ git tasks add 'First task'      a command for bash; `> ` lines right after it continue it
 *     Added 7kq3: First task            its expected output, stdout and stderr together
 *     ...                               any number of lines
 *     [exit 3]                          its exit code, where it is not 0
 *
 * Ids and hashes are random, so the first one that the file shows in some place stands for the one that was printed
 * there, and for its longer and shorter forms, from then on, in output and in commands. Such a word of the file needs a
 * letter and a digit. Instants, `3s ago`, `in 30m` and `0.1s` match any other of their kind. `~` is the scratch folder, and the
 * first command starts in the repository `~/project`. Folder and exported variables last until the end of the file.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { EXECUTABLE, initRepository } from './git.ts';
import { addInvented, kindOf, matchLines, NAME, type Names, toReal, toShown, VOLATILE } from './transcript-match.ts';

/** One command of a transcript. Lines count from 0. */
export interface Step {
  readonly command: string;
  readonly expected: readonly string[];
  /** The first line after the command and the one after its output. */
  readonly from: number;
  readonly to: number;
}

/** A command whose output or exit code is not what the file shows. */
export interface Mismatch {
  readonly command: string;
  readonly expected: string;
  readonly actual: string;
  /** Whether two ids or hashes began alike by chance: then longer ones are printed than the file shows, or one is taken for the other. */
  readonly hasAlikeNames: boolean;
}

/** All commands of the `console` blocks. */
export function parseTranscript(markdown: string): Step[] {
  const lines = markdown.split('\n');
  const steps: Step[] = [];
  let inside = false;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (line.startsWith('```')) inside = !inside && line === '```console';
    if (!inside || !line.startsWith('$ ')) continue;
    const command = [line.slice(2)];
    while (lines[i + 1]?.startsWith('> ') === true) command.push((lines[++i] ?? '').slice(2));
    const from = i + 1;
    while (i + 1 < lines.length && !/^(?:\$ |```)/.test(lines[i + 1] ?? '')) i++;
    steps.push({ command: command.join('\n'), expected: lines.slice(from, i + 1), from, to: i + 1 });
  }
  return steps;
}

/** Runs all steps in `folder`, which must be empty, and returns the first step that differs, if any. */
export function runTranscript(markdown: string, folder: string): Mismatch | undefined {
  const shell = createShell(folder);
  const printed: string[] = [];
  let names: Names = new Map();
  for (const { command, expected } of parseTranscript(markdown)) {
    const actual = shell(toReal(command, names));
    printed.push(...actual);
    const known = matchLines(trimEnd(expected), actual, names);
    if (known === undefined) {
      const hasAlikeNames = beginAlike([...realNames(printed, shell), ...idsIn(shell)]);
      return { command, expected: expected.join('\n'), actual: actual.join('\n'), hasAlikeNames };
    }
    names = known;
  }
  return undefined;
}

/** Whether two of these are alike in four characters, the fewest that the program shows. */
function beginAlike(names: readonly string[]): boolean {
  const different = new Set(names);
  return new Set([...different].map((name) => name.slice(0, 4))).size < different.size;
}

/** The Markdown with the output that its commands have now; ids and hashes get names that stay the same every time. */
export function updateTranscript(markdown: string, folder: string): string {
  const shell = createShell(folder);
  const lines = markdown.split('\n');
  const steps = parseTranscript(markdown);
  let names: Names = new Map();
  const outputs = steps.map(({ command, expected }) => {
    const printed = shell(toReal(command, names));
    const same = matchLines(trimEnd(expected), printed, names);
    if (same === undefined) names = addInvented(names, realNames(printed, shell));
    else names = same;
    return same === undefined ? printed.map((line) => toShown(line, names)) : expected;
  });
  for (const [i, { from, to }] of [...steps.entries()].toReversed()) {
    lines.splice(from, to - from, ...(outputs[i] ?? []));
  }
  return lines.join('\n');
}

function trimEnd(lines: readonly string[]): string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
}

/** Runs one command and returns the lines that it prints, `[exit n]` last where n is not 0. */
type Shell = (command: string) => string[];

function createShell(folder: string): Shell {
  const programs = join(folder, '.bin');
  const state = join(folder, '.state');
  mkdirSync(programs);
  writeFileSync(join(programs, 'git-tasks'), `#!/bin/sh\nexec '${process.execPath}' '${EXECUTABLE}' "$@"\n`, {
    mode: 0o755,
  });
  mkdirSync(join(folder, 'project'));
  initRepository(join(folder, 'project'));
  writeFileSync(state, `cd '${join(folder, 'project')}'\n`);
  const keep = `trap '{ declare -px; printf "cd %q\\n" "$PWD"; } > "${state}"' EXIT`;
  const env = { ...process.env, HOME: folder, PATH: `${programs}${delimiter}${process.env.PATH}` };
  return (command) => {
    const script = `exec 2>&1; . '${state}'; ${keep}\n${command}`;
    const { status, stdout } = spawnSync('bash', ['--norc', '-c', script], { env, encoding: 'utf8', input: '' });
    const lines = trimEnd(
      stdout
        .replaceAll(folder, '~')
        .split('\n')
        .map((line) => line.trimEnd()),
    );
    return status === 0 ? lines : [...lines, `[exit ${status}]`];
  };
}

/** The ids and hashes in these lines, the longest form of each. An id that looks like a word is known by its file. */
function realNames(lines: readonly string[], shell: Shell): string[] {
  const ids = idsIn(shell);
  const words = lines.flatMap((line) => line.split(VOLATILE)).filter((word) => NAME.test(word));
  const found = words.flatMap((word) => ids.find((id) => id.startsWith(word)) ?? (kindOf(word) === 'name' ? word : []));
  return found.filter((name) => !found.some((other) => other !== name && other.startsWith(name)));
}

/** The ids of all tasks on all refs of the repository that the shell is in; none outside of one. */
function idsIn(shell: Shell): string[] {
  const files = shell(`git for-each-ref --format='%(objectname)' | xargs -n1 git ls-tree -r --name-only`);
  return files.flatMap((path) => /([^/]{8})\.yaml$/.exec(path)?.[1] ?? []);
}
