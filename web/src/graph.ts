/// The project in memory: columns of the data files decoded into arrays, and walks over the edges.
/// Nothing here knows the DOM.

import type { Block, Core, Dictionary, More } from './format';

/// Lists of numbers for each node, packed: the list of `i` is `items[start[i] .. start[i + 1]]`.
export interface Lists {
  start: Int32Array;
  items: Int32Array;
}

export interface Graph {
  count: number;
  /// Nodes below this index are the lineage graph, those from it on are tests, macros and the like.
  lineage: number;
  dict: Dictionary;
  kind: string[];
  name: string[];
  id: string[];
  label: string[];
  package: string[];
  folder: string[];
  file: string[];
  schema: string[];
  alias: string[];
  mat: string[];
  group: string[];
  access: string[];
  color: string[];
  tags: string[][];
  status: number[];
  tests: number[];
  flags: number[];
  parents: Lists;
  children: Lists;
  byId: Map<string, number>;
}

export const listOf = (lists: Lists, i: number): Int32Array =>
  lists.items.subarray(lists.start[i]!, lists.start[i + 1]!);

export function undelta(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((v) => (sum += v));
}

export function restOf(name: string, tail: string): string {
  if (tail === '') return name;
  if (tail.startsWith('.')) return name + tail;
  return tail.endsWith('.') ? tail + name : tail;
}

function sparse(pair: [number[], string[]], count: number): string[] {
  const all = new Array<string>(count).fill('');
  undelta(pair[0]).forEach((at, i) => (all[at] = pair[1][i]!));
  return all;
}

function decodeParents(block: Block, first: number, start: number[], items: number[]): void {
  const [counts, deltas] = block.parents;
  let at = 0;
  counts.forEach((n, i) => {
    let value = 0;
    for (let k = 0; k < n; ++k) {
      value = k === 0 ? first + i - deltas[at]! : value + deltas[at]!;
      at += 1;
      items.push(value);
    }
    start.push(items.length);
  });
}

/// Turns each edge round; the lists come out ascending.
export function reverse(lists: Lists, count: number): Lists {
  const start = new Int32Array(count + 1);
  for (const p of lists.items) start[p + 1]! += 1;
  for (let i = 0; i < count; ++i) start[i + 1]! += start[i]!;
  const next = start.slice();
  const items = new Int32Array(lists.items.length);
  for (let i = 0; i + 1 < lists.start.length; ++i) {
    for (const p of listOf(lists, i)) items[next[p]!++] = i;
  }
  return { start, items };
}

function displayLabel(kind: string, name: string, rest: string): string {
  return kind === 'source' || kind === 'unit_test' || rest.startsWith(`${name}.v`) ? rest : name;
}

/// Builds the graph from the core data, and from the second block when it has arrived.
export function makeGraph(core: Core, more: More | null): Graph {
  const blocks = more ? [core.nodes, more.nodes] : [core.nodes];
  const count = blocks.reduce((n, b) => n + b.name.length, 0);
  const graph: Graph = {
    count, lineage: core.nodes.name.length, dict: core.dict, kind: [], name: [], id: [], label: [],
    package: [], folder: [], file: [], schema: [], alias: [], mat: [], group: [], access: [],
    color: [], tags: [], status: [], tests: [], flags: [],
    parents: { start: new Int32Array(1), items: new Int32Array(0) },
    children: { start: new Int32Array(1), items: new Int32Array(0) },
    byId: new Map(),
  };
  const start = [0];
  const items: number[] = [];
  let first = 0;
  for (const block of blocks) {
    addBlock(graph, block);
    decodeParents(block, first, start, items);
    first += block.name.length;
  }
  graph.id.forEach((id, i) => graph.byId.set(id, i));
  graph.parents = { start: Int32Array.from(start), items: Int32Array.from(items) };
  graph.children = reverse(graph.parents, count);
  return graph;
}

function addBlock(graph: Graph, block: Block): void {
  const { dict } = graph;
  const size = block.name.length;
  const alias = sparse(block.alias, size);
  const color = sparse(block.color, size);
  let tag = 0;
  for (let i = 0; i < size; ++i) {
    const name = block.name[i]!;
    const kind = dict.kind[block.kind[i]!]!;
    const packageName = dict.package[block.package[i]!]!;
    const tail = block.tail[i]!;
    const whole = tail.startsWith('=');
    const rest = restOf(name, tail);
    graph.kind.push(kind);
    graph.name.push(name);
    graph.id.push(whole ? tail.slice(1) : `${kind}.${packageName}.${rest}`);
    graph.label.push(whole ? name : displayLabel(kind, name, rest));
    graph.package.push(packageName);
    graph.folder.push(dict.folder[block.folder[i]!]!);
    graph.file.push(dict.file[block.file[i]!]! || `${name}.sql`);
    graph.schema.push(dict.schema[block.schema[i]!]!);
    graph.alias.push(alias[i]! || name);
    graph.mat.push(dict.mat[block.mat[i]!]!);
    graph.group.push(dict.group[block.group[i]!]!);
    graph.access.push(dict.access[block.access[i]!]!);
    graph.color.push(color[i]!);
    const tags = block.tags[0][i]!;
    graph.tags.push(block.tags[1].slice(tag, tag + tags).map((t) => dict.tag[t]!));
    tag += tags;
    graph.status.push(block.status[i]!);
    graph.tests.push(block.tests[i]!);
    graph.flags.push(block.flags[i]!);
  }
}

/// Adds to `seen` what is reachable along `lists` in at most `depth` steps.
export function walk(lists: Lists, seeds: Iterable<number>, depth: number, seen: Set<number>): void {
  let edge = [...seeds];
  const reached = new Set<number>(edge);
  for (const n of edge) seen.add(n);
  for (let step = 0; step < depth && edge.length > 0; ++step) {
    const next: number[] = [];
    for (const n of edge) {
      for (const m of listOf(lists, n)) {
        if (reached.has(m)) continue;
        reached.add(m);
        seen.add(m);
        next.push(m);
      }
    }
    edge = next;
  }
}
