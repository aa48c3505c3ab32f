/**
 * A writer of the native task store of Claude Code, after the public description of its format: one JSON file a task, the
 * lock of `proper-lockfile` on `.lock`, numbers that are never given out twice, both ends of every edge, and the wipe of a
 * list whose last task is completed. It shares no code with what it tests.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';

export interface NativeFile {
  id: string;
  subject: string;
  description: string;
  activeForm?: string;
  status: 'pending' | 'in_progress' | 'completed';
  blocks: string[];
  blockedBy: string[];
  owner?: string;
  metadata?: Record<string, unknown>;
  [key: string]: unknown;
}

/** What `update` can be told, as the native tool can. */
export interface NativeUpdate {
  status?: NativeFile['status'] | 'deleted';
  subject?: string;
  description?: string;
  activeForm?: string;
  owner?: string;
  addBlocks?: string[];
  addBlockedBy?: string[];
  metadata?: Record<string, unknown>;
}

export interface NativeWriter {
  readonly folder: string;
  create(subject: string, description?: string, metadata?: Record<string, unknown>): Promise<string>;
  update(id: string, update: NativeUpdate): Promise<void>;
  /** Removes all files, as the owner does some seconds after the last task was completed. */
  wipe(): Promise<void>;
  read(id: string): NativeFile | undefined;
  all(): NativeFile[];
  ids(): string[];
}

/** A writer on the list in this folder. */
export function nativeWriter(folder: string): NativeWriter {
  const path = (id: string): string => join(folder, `${id}.json`);
  const ids = (): string[] => {
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names.flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? []).sort((a, b) => Number(a) - Number(b));
  };
  const read = (id: string): NativeFile | undefined =>
    existsSync(path(id)) ? (JSON.parse(readFileSync(path(id), 'utf8')) as NativeFile) : undefined;
  const write = (task: NativeFile): void => writeFileSync(path(task.id), JSON.stringify(task, undefined, 2));
  const mark = (): number => {
    const file = join(folder, '.highwatermark');
    return existsSync(file) ? Number(readFileSync(file, 'utf8').trim()) : 0;
  };
  const highest = (): number => Math.max(mark(), 0, ...ids().map(Number));
  const locked = async <T>(work: () => T): Promise<T> => {
    mkdirSync(folder, { recursive: true });
    const lock = join(folder, '.lock');
    if (!existsSync(lock)) writeFileSync(lock, '');
    const release = await lockfile.lock(lock, { retries: { retries: 600, minTimeout: 5, maxTimeout: 50 } });
    try {
      return work();
    } finally {
      await release();
    }
  };
  const change = (id: string, update: NativeUpdate): void => {
    const task = read(id);
    if (task === undefined) return;
    const { addBlocks = [], addBlockedBy = [], metadata, status, ...plain } = update;
    if (status === 'deleted') {
      writeFileSync(join(folder, '.highwatermark'), String(highest()));
      rmSync(path(id));
      for (const other of ids().map(read)) {
        if (other === undefined) continue;
        const without = (list: string[]): string[] => list.filter((member) => member !== id);
        write({ ...other, blocks: without(other.blocks), blockedBy: without(other.blockedBy) });
      }
      return;
    }
    const next = { ...task, ...plain, ...(status !== undefined && { status }) };
    if (metadata !== undefined) {
      const merged = Object.entries({ ...task.metadata, ...metadata }).filter(([, value]) => value !== null);
      next.metadata = Object.fromEntries(merged);
    }
    next.blocks = [...new Set([...task.blocks, ...addBlocks])];
    next.blockedBy = [...new Set([...task.blockedBy, ...addBlockedBy])];
    write(next);
    for (const other of addBlocks.map(read)) {
      if (other !== undefined) write({ ...other, blockedBy: [...new Set([...other.blockedBy, id])] });
    }
    for (const other of addBlockedBy.map(read)) {
      if (other !== undefined) write({ ...other, blocks: [...new Set([...other.blocks, id])] });
    }
  };
  return {
    folder,
    ids,
    read,
    all: () => ids().flatMap((id) => read(id) ?? []),
    create: async (subject, description = '', metadata) =>
      locked(() => {
        const id = String(highest() + 1);
        const blank = { activeForm: subject, status: 'pending' as const, blocks: [], blockedBy: [] };
        write({ id, subject, description, ...blank, ...(metadata !== undefined && { metadata }) });
        return id;
      }),
    update: async (id, update) => locked(() => change(id, update)),
    wipe: async () =>
      locked(() => {
        writeFileSync(join(folder, '.highwatermark'), String(highest()));
        for (const id of ids()) rmSync(path(id));
      }),
  };
}
