/// The data format of the site: what the generator writes and the page reads. FORMAT.md explains
/// each key; the two change together, and `kVersion` rises when an old page could misread new data.

export const kVersion = 1;

/// `Core.blockA` holds the nodes of the lineage graph, `More` the rest (tests, unit tests, macros).
/// Node indices run through both: the first node of `More` has the index `blockA.name.length`.
export interface Block {
  kind: number[];
  name: string[];
  tail: string[];
  package: number[];
  folder: number[];
  file: number[];
  schema: number[];
  alias: [number[], string[]];
  mat: number[];
  group: number[];
  access: number[];
  color: [number[], string[]];
  tags: [number[], number[]];
  parents: [number[], number[]];
  status: number[];
  tests: number[];
  flags: number[];
  shards: { count: number[]; hash: string[] };
}

export interface Dictionary {
  kind: string[];
  package: string[];
  folder: string[];
  file: string[];
  schema: string[];
  mat: string[];
  group: string[];
  access: string[];
  tag: string[];
}

export interface Cluster {
  name: string;
  x: number;
  y: number;
  w: number;
  h: number;
  count: number;
}

export interface Positions {
  x: number[];
  y: number[];
  cluster: number[];
  clusters: Cluster[];
  links: [number[], number[], number[]];
  width: number;
  height: number;
}

export interface LastRun {
  at: string;
  elapsed: number;
  command: string;
  nodes: number[];
  tests: number[];
  slowest: [number[], number[]];
}

export interface Totals {
  columns: number;
  columnsDescribed: number;
}

export interface Core {
  version: number;
  project: string;
  generated: { at: string; by: string; dbt: string; adapter: string };
  overview: string;
  dict: Dictionary;
  nodes: Block;
  map: Positions;
  run: LastRun | null;
  totals: Totals;
  counts: [string, number][];
  files: { more: string; search: string };
}

export interface More {
  nodes: Block;
}

export interface SearchData {
  columns: string[];
  posts: [number[], number[]];
  text: [number[], string[]];
}

export interface RunFact {
  status: string;
  time?: number;
  at?: string;
  rows?: number;
  failures?: number;
  message?: string;
}

export interface ColumnFact {
  name: string;
  type?: string;
  html?: string;
  tags?: string[];
  constraints?: string[];
  /// Positions in `Detail.tests`.
  tests?: number[];
}

export interface TestFact {
  id: string;
  name: string;
  column?: string;
  severity?: string;
  run?: RunFact;
}

export interface CodeFact {
  label: string;
  language: string;
  text: string;
}

export interface TableFact {
  title: string;
  head: string[];
  rows: string[][];
}

export interface Detail {
  id: string;
  path: string;
  html?: string;
  relation?: string;
  facts?: [string, string][];
  columns?: ColumnFact[];
  code?: CodeFact[];
  tests?: TestFact[];
  tables?: TableFact[];
  stats?: [string, string][];
  config?: [string, string][];
  meta?: [string, string][];
  run?: RunFact;
  macros?: string[];
  /// Nodes that use this one and are not in the graph's edges: `[how many, first of them]`.
  usedBy?: [number, string[]];
}

/// A detail shard holds the details of consecutive nodes.
export interface Shard {
  first: number;
  nodes: Detail[];
}

export const kFlagDescribed = 1;
export const kFlagCode = 2;

/// The numbers in `Block.status` and the places in `LastRun.nodes` and `LastRun.tests`.
export const kStatusNames = ['none', 'pass', 'warn', 'fail', 'skip'] as const;
