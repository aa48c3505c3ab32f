/** When the log of the index is folded into its base. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { fileIndexStore, type IndexStore } from '../../../src/ledger/index/index-store.ts';
import type { LedgerIndex, RowUpdate } from '../../../src/ledger/index/ledger-index.ts';

const folder = mkdtempSync(join(tmpdir(), 'git-tasks-index-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function newStore(): IndexStore {
  let ids = 0;
  return fileIndexStore({ fs, folder, oidLength: 40, newId: () => `base${ids++}`, owner: () => 'test' });
}

const row = (n: number): RowUpdate => {
  const id = String(n).padStart(8, '0');
  const base = { id, list: 'main', subject: `Task ${n}`, status: 'pending', priority: 2, blockedBy: [] } as const;
  return {
    summary: { ...base, created: '2026-11-22T13:00:00Z' },
    blob: String(n).padStart(40, '0'),
    change: undefined,
  };
};

/** Moves the index on by some rows, and saves it. */
function grow(store: IndexStore, index: LedgerIndex, rows: readonly RowUpdate[]): LedgerIndex {
  const step = `${index.table.size + rows.length}`.padStart(40, 'a');
  index.apply({ tip: step, tree: step, rows });
  return store.save(index);
}

const rows = (from: number, to: number): RowUpdate[] => Array.from({ length: to - from }, (_, n) => row(from + n));
const logged = (): number =>
  existsSync(join(folder, 'index-log')) ? readFileSync(join(folder, 'index-log'), 'utf8').split('\n').length - 1 : 0;

it('appends small changes to the log, and folds them into the base when there are many', () => {
  const store = newStore();
  let index = grow(store, store.load(), [row(0)]);
  expect(logged()).toBe(0);
  for (let n = 1; n <= 200; n++) index = grow(store, index, [row(n)]);
  expect(logged()).toBe(200);
  index = grow(store, index, [row(201)]);
  expect(logged()).toBe(0);
  const read = newStore().load();
  expect([read.table.size, read.fresh.size, read.head]).toEqual([202, 0, index.head]);
});

it('folds a change of many tasks at once', () => {
  const store = newStore();
  const index = grow(store, grow(store, store.load(), [row(0)]), rows(1, 202));
  expect(logged()).toBe(0);
  expect(newStore().load().fresh.size).toBe(0);
  // Of many tasks the log may have a twentieth.
  grow(store, grow(store, index, rows(202, 10_000)), rows(10_000, 10_400));
  expect(logged()).toBe(1);
  const read = newStore().load();
  expect([read.table.size, read.fresh.size]).toEqual([10_400, 400]);
});
