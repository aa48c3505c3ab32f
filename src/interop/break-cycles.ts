/**
 * Makes the graph of an import acyclic before it meets the ledger, which refuses cycles.
 *
 * The graph says who waits for whom: a task for each of its blockers, a parent for each of its children.
 */

/** A task of the graph, by its key. An `ImportedTask` is one. */
export interface GraphNode {
  readonly key: string;
  readonly blockedBy: readonly string[];
  readonly parent?: string;
}

/** An edge to drop: remove `to` from the `blockedBy` of `from`, or the `parent` (which is `to`) of `from`. */
export interface DroppedEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: 'blockedBy' | 'parent';
}

interface Edge {
  readonly target: number;
  readonly kind: DroppedEdge['kind'];
}

interface Search {
  readonly edges: readonly (readonly Edge[])[];
  /** How many edges of each node are done with. An edge that leads to the node on top of it is not done yet. */
  readonly done: Uint32Array;
  readonly state: Uint8Array;
  /** The path from the root of the search to the node at hand. */
  readonly path: number[];
  readonly drop: (source: number, edge: Edge) => void;
}

const ON_PATH = 1;
const FINISHED = 2;

/**
 * The edges to drop so that nobody waits for itself: none when there is no cycle. Edges to unknown keys are ignored.
 *
 * Depth-first search in the order of the keys. An edge that leads back to the path closes a cycle and is dropped. Where
 * it is a parent's, the last `blockedBy` edge of that cycle goes instead: structure is worth more than order, so a
 * parent is only dropped where parents alone form a cycle. The result does not depend on the order of the input. It is
 * small, not the smallest possible: that problem (minimum feedback arc set) is NP-hard.
 *
 * ```
 * epic ──child──▶ a ──blockedBy──▶ b ──blockedBy──▶ epic      drops b ▶ epic
 * a ──blockedBy──▶ epic ──child──▶ a                          drops a ▶ epic
 * ```
 *
 * Time: O(n log n) for sorting, then one look at each edge, and for each cycle closed by a parent one step per level.
 */
export function breakCycles(nodes: Iterable<GraphNode>): { readonly dropped: readonly DroppedEdge[] } {
  const nodesByKey = new Map([...nodes].map((node) => [node.key, node]));
  const keys = [...nodesByKey.keys()].sort();
  const dropped: DroppedEdge[] = [];
  const search: Search = {
    edges: edgesOf(keys, nodesByKey),
    done: new Uint32Array(keys.length),
    state: new Uint8Array(keys.length),
    path: [],
    drop: (source, { target, kind }) => {
      const [waiting, awaited] = [keys[source] ?? '', keys[target] ?? ''];
      dropped.push(kind === 'parent' ? { from: awaited, to: waiting, kind } : { from: waiting, to: awaited, kind });
    },
  };
  for (let root = 0; root < keys.length; root++) {
    if (search.state[root] !== FINISHED) enter(search, root);
    while (search.path.length > 0) step(search);
  }
  return { dropped };
}

/** For each key, whom it waits for, in the order of their keys; where it waits twice, as a blocked task first. */
function edgesOf(keys: readonly string[], nodesByKey: ReadonlyMap<string, GraphNode>): Edge[][] {
  const indexByKey = new Map(keys.map((key, index) => [key, index]));
  const edges: Edge[][] = keys.map(() => []);
  for (const [index, key] of keys.entries()) {
    const node = nodesByKey.get(key);
    for (const blocker of new Set(node?.blockedBy)) {
      const target = indexByKey.get(blocker);
      if (target !== undefined) edges[index]?.push({ target, kind: 'blockedBy' });
    }
    const parent = node?.parent === undefined ? undefined : indexByKey.get(node.parent);
    if (parent !== undefined) edges[parent]?.push({ target: index, kind: 'parent' });
  }
  for (const list of edges) list.sort((a, b) => a.target - b.target || (a.kind < b.kind ? -1 : 1));
  return edges;
}

function enter(search: Search, node: number): void {
  search.state[node] = ON_PATH;
  search.path.push(node);
}

function step(search: Search): void {
  const source = search.path.at(-1) ?? 0;
  const edge = pendingEdge(search, source);
  if (edge === undefined) {
    search.state[source] = FINISHED;
    search.path.pop();
    passEdge(search, search.path.at(-1));
  } else if (search.state[edge.target] === FINISHED) {
    passEdge(search, source);
  } else if (search.state[edge.target] !== ON_PATH) {
    enter(search, edge.target);
  } else {
    breakCycle(search, edge);
  }
}

/** Drops an edge of the cycle that this edge, from the end of the path back into it, closes. */
function breakCycle(search: Search, closing: Edge): void {
  const { path } = search;
  let at = path.length - 1;
  let edge = closing;
  // Backwards along the cycle: `edge` leaves `path[at]`.
  while (edge.kind === 'parent' && path[at] !== closing.target) {
    at--;
    edge = pendingEdge(search, path[at] ?? 0) ?? closing;
  }
  if (edge.kind === 'parent') [at, edge] = [path.length - 1, closing];
  search.drop(path[at] ?? 0, edge);
  // What lies behind the dropped edge was not reached yet; its finished edges stay done, so no work is repeated.
  for (const node of path.splice(at + 1)) search.state[node] = 0;
  passEdge(search, path[at]);
}

function pendingEdge(search: Search, node: number): Edge | undefined {
  return search.edges[node]?.[search.done[node] ?? 0];
}

function passEdge(search: Search, node: number | undefined): void {
  if (node !== undefined) search.done[node] = (search.done[node] ?? 0) + 1;
}
