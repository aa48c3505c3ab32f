/** The files that a report goes to: their forms by their endings, and writing them so that a reader sees all or nothing. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { isSystemError, isSystemFault, TasksError } from '../../errors.ts';
import type { Report } from './model.ts';

/** A form of the report. */
export type ReportFormat = 'html' | 'markdown' | 'json' | 'junit';

/** A file that a report will be written to. */
export interface ReportFile {
  /** As it was asked for. */
  readonly name: string;
  /** Absolute; of a symbolic link, what it leads to. */
  readonly path: string;
  readonly format: ReportFormat;
}

/** Where relative paths start, and what tells the files of this process from those of another. */
export interface ReportPlace {
  readonly folder: string;
  readonly unique: string;
}

const FORMATS: Readonly<Record<string, ReportFormat>> = {
  '.html': 'html',
  '.htm': 'html',
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.json': 'json',
  '.xml': 'junit',
};

/**
 * The files behind these paths, with their folders made and proven to be writable: nobody wants to hear after a night that
 * they were not. Throws `usage` for an unknown ending and `io` for what cannot be written.
 */
export function openReportFiles(names: readonly string[], place: ReportPlace): ReportFile[] {
  const files = names.map((name) => ({ name, format: formatOf(name), path: resolve(place.folder, name) }));
  const found = files.map((file) => {
    try {
      return { ...file, path: prove(file.path, place.unique) };
    } catch (error) {
      throw failed(file.name, error);
    }
  });
  return found.filter(({ path }, i) => found.findIndex((other) => other.path === path) === i);
}

/** Writes the report to all files. Throws `io` for the first that could not be written, after all others have been. */
export async function writeReports(report: Report, files: readonly ReportFile[], unique: string): Promise<void> {
  const failures: TasksError[] = [];
  for (const { name, path, format } of files) {
    const temporary = temporaryOf(path, unique);
    try {
      writeFileSync(temporary, await renderReport(report, format));
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      failures.push(failed(name, error));
    }
  }
  const [first] = failures;
  if (first !== undefined) throw first;
}

/** The report in a form. */
export async function renderReport(report: Report, format: ReportFormat): Promise<string> {
  if (format === 'html') return (await import('./html.ts')).reportToHtml(report);
  if (format === 'junit') return (await import('./junit.ts')).reportToJunit(report);
  if (format === 'json') return (await import('./json.ts')).reportToJson(report);
  return (await import('./markdown.ts')).reportToMarkdown(report);
}

function formatOf(name: string): ReportFormat {
  const format = FORMATS[extname(name).toLowerCase()];
  if (format !== undefined) return format;
  throw new TasksError('usage', `The ending of ${JSON.stringify(name)} names no form of a report`, {
    hint: 'Choose from: .html, .md, .json, .xml (JUnit)',
  });
}

/** Makes the folder, writes a file beside the path and takes it away again. Returns the path behind a symbolic link. */
function prove(path: string, unique: string): string {
  makeFolder(dirname(path));
  const real = realOf(path);
  if (real !== undefined) {
    if (!statSync(real).isFile()) throw new TasksError('io', 'it is not a file');
    accessSync(real, constants.W_OK);
  }
  const target = real ?? path;
  const temporary = temporaryOf(target, unique);
  writeFileSync(temporary, '');
  rmSync(temporary);
  return target;
}

/** Not Node's `recursive`, which tries for ever where a folder is there and takes no other (`/proc`). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const above = dirname(path);
  if (above !== path) makeFolder(above);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another run has made it meanwhile.
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function temporaryOf(path: string, unique: string): string {
  return `${path}.${unique}.tmp`;
}

function failed(name: string, error: unknown): TasksError {
  if (!isSystemFault(error) && !(error instanceof TasksError)) throw error;
  return new TasksError('io', `The report ${JSON.stringify(name)} cannot be written: ${error.message}`, {
    hint: 'Give --report a path in a folder that you may write to',
    cause: error,
  });
}
