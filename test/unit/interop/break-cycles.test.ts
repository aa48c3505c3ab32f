import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakCycles, type DroppedEdge, type GraphNode } from '../../../src/interop/break-cycles.ts';

const node = (key: string, blockedBy: string[] = [], parent?: string): GraphNode => {
  return { key, blockedBy, ...(parent !== undefined && { parent }) };
};

const arbitraryGraph = fc.integer({ min: 1, max: 12 }).chain((size) => {
  const keys = Array.from({ length: size }, (_, index) => `k${String(index).padStart(2, '0')}`);
  const key = fc.constantFrom(...keys, 'unknown');
  const edges = fc.record({ blockedBy: fc.array(key, { maxLength: 4 }), parent: fc.option(key, { nil: undefined }) });
  return fc
    .array(edges, { minLength: size, maxLength: size })
    .map((all) => all.map(({ blockedBy, parent }, index) => node(keys[index] ?? '', blockedBy, parent)));
});

describe('breakCycles', () => {
  it('drops nothing from an acyclic graph', () => {
    const nodes = [node('epic'), node('a', ['b'], 'epic'), node('b', [], 'epic'), node('c', ['a', 'b', 'elsewhere'])];
    expect(breakCycles(nodes).dropped).toEqual([]);
  });

  it('drops one edge of a ring', () => {
    const nodes = [node('a', ['b']), node('b', ['c']), node('c', ['a'])];
    expect(breakCycles(nodes).dropped).toEqual([{ from: 'c', to: 'a', kind: 'blockedBy' }]);
  });

  it('drops an edge from a task to itself', () => {
    const nodes = [node('a', ['a'], 'a')];
    expect(breakCycles(nodes).dropped).toEqual([
      { from: 'a', to: 'a', kind: 'blockedBy' },
      { from: 'a', to: 'a', kind: 'parent' },
    ]);
  });

  it('keeps the parent when a child is blocked by it, whichever key comes first', () => {
    for (const [child, parent] of [
      ['a', 'z'],
      ['z', 'a'],
    ] as const) {
      const { dropped } = breakCycles([node(child, [parent], parent), node(parent)]);
      expect(dropped).toEqual([{ from: child, to: parent, kind: 'blockedBy' }]);
    }
  });

  it('drops a parent where parents alone form a cycle', () => {
    expect(breakCycles([node('a', [], 'b'), node('b', [], 'a')]).dropped).toEqual([
      { from: 'a', to: 'b', kind: 'parent' },
    ]);
  });

  it('leaves an acyclic graph', () => {
    fc.assert(fc.property(arbitraryGraph, (nodes) => isAcyclic(without(nodes, breakCycles(nodes).dropped))));
  });

  it('drops only what was there, and nothing when there is no cycle', () => {
    fc.assert(
      fc.property(arbitraryGraph, (nodes) => {
        const { dropped } = breakCycles(nodes);
        expect(dropped.length > 0).toBe(!isAcyclic(nodes));
        for (const { from, to, kind } of dropped) {
          const owner = nodes.find(({ key }) => key === from);
          expect(kind === 'parent' ? [owner?.parent] : owner?.blockedBy).toContain(to);
        }
      }),
    );
  });

  it('drops no parent unless parents alone form a cycle', () => {
    fc.assert(
      fc.property(arbitraryGraph, (nodes) => {
        const parentsOnly = nodes.map((each) => ({ ...each, blockedBy: [] }));
        const lost = breakCycles(nodes).dropped.some(({ kind }) => kind === 'parent');
        expect(lost && isAcyclic(parentsOnly)).toBe(false);
      }),
    );
  });

  it('does not depend on the order of the input', () => {
    fc.assert(
      fc.property(arbitraryGraph, (nodes) => {
        const reversed = nodes.map((each) => ({ ...each, blockedBy: each.blockedBy.toReversed() })).toReversed();
        expect(breakCycles(reversed)).toEqual(breakCycles(nodes));
      }),
    );
  });

  it('is linear enough for a chain and a ladder of 100,000 edges', () => {
    const size = 50_000;
    const key = (index: number): string => `k${String(index).padStart(6, '0')}`;
    // Each waits for the next two; the last ones for the first.
    const nodes = Array.from({ length: size }, (_, index) =>
      node(key(index), [key((index + 1) % size), key((index + 2) % size)]),
    );
    const { dropped } = breakCycles(nodes);
    expect(dropped.map(({ from }) => from).sort()).toEqual([key(size - 2), key(size - 1), key(size - 1)]);
  });

  it('walks a deep hierarchy whose leaves wait for its root', () => {
    const key = (index: number): string => `k${String(index).padStart(6, '0')}`;
    const nodes = Array.from({ length: 50_000 }, (_, index) =>
      node(key(index), [key(0)], index > 0 ? key(index - 1) : undefined),
    );
    expect(breakCycles(nodes).dropped).toHaveLength(50_000);
  });
});

/** Kahn's algorithm, so that the search is checked by something else. */
function isAcyclic(nodes: readonly GraphNode[]): boolean {
  const keys = new Set(nodes.map(({ key }) => key));
  const waits = nodes.flatMap(({ key, blockedBy, parent }) => [
    ...[...new Set(blockedBy)].filter((blocker) => keys.has(blocker)).map((blocker) => [key, blocker] as const),
    ...(parent !== undefined && keys.has(parent) ? [[parent, key] as const] : []),
  ]);
  const left = new Set(keys);
  for (;;) {
    const free = [...left].filter((key) => !waits.some(([who, whom]) => who === key && left.has(whom)));
    if (free.length === 0) return left.size === 0;
    for (const key of free) left.delete(key);
  }
}

function without(nodes: readonly GraphNode[], dropped: readonly DroppedEdge[]): GraphNode[] {
  const is = (from: string, to: string, kind: string): boolean => {
    return dropped.some((edge) => edge.from === from && edge.to === to && edge.kind === kind);
  };
  return nodes.map(({ key, blockedBy, parent }) => {
    const kept = parent !== undefined && is(key, parent, 'parent') ? undefined : parent;
    return node(
      key,
      blockedBy.filter((to) => !is(key, to, 'blockedBy')),
      kept,
    );
  });
}
