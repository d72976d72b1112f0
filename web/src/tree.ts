/// The project tree: folders or database schemas, flattened to the rows that are open.

import type { Graph } from './graph';

export interface Branch {
  key: string;
  label: string;
  branches: Branch[];
  nodes: number[];
  count: number;
}

export interface Row {
  key: string;
  label: string;
  depth: number;
  node: number;
  open: boolean;
  count: number;
}

class Builder {
  readonly root: Branch = { key: '', label: '', branches: [], nodes: [], count: 0 };
  private readonly byKey = new Map<string, Branch>();

  add(path: readonly string[], node: number): void {
    let at = this.root;
    at.count += 1;
    for (const part of path) {
      const key = `${at.key}/${part}`;
      let next = this.byKey.get(key);
      if (!next) {
        next = { key, label: part, branches: [], nodes: [], count: 0 };
        this.byKey.set(key, next);
        at.branches.push(next);
      }
      next.count += 1;
      at = next;
    }
    at.nodes.push(node);
  }
}

const kGroups: Record<string, string> = {
  source: 'Sources', exposure: 'Exposures', metric: 'Metrics', semantic_model: 'Semantic models', saved_query: 'Saved queries',
};

function filePath(graph: Graph, node: number, project: string): string[] | null {
  const kind = graph.kind[node]!;
  if (kind === 'test' && !graph.file[node]!.endsWith('.sql')) return null;
  if (kind === 'operation') return null;
  const group = kGroups[kind];
  const head = group ? [group] : graph.package[node] === project ? [] : ['Packages', graph.package[node]!];
  if (kind === 'source') return [...head, graph.label[node]!.split('.')[0]!];
  return group ? head : [...head, ...graph.folder[node]!.split('/').filter(Boolean)];
}

export function filesTree(graph: Graph, project: string): Branch {
  const builder = new Builder();
  for (let i = 0; i < graph.count; ++i) {
    const path = filePath(graph, i, project);
    if (path) builder.add(path, i);
  }
  return builder.root;
}

export function databaseTree(graph: Graph): Branch {
  const builder = new Builder();
  for (let i = 0; i < graph.lineage; ++i) {
    const schema = graph.schema[i]!;
    if (!schema || graph.mat[i] === 'ephemeral') continue;
    const dot = schema.indexOf('.');
    builder.add([schema.slice(0, dot), schema.slice(dot + 1)].filter(Boolean), i);
  }
  return builder.root;
}

function orderOf(label: string): string {
  const last = ['Sources', 'Exposures', 'Metrics', 'Semantic models', 'Saved queries', 'Packages'].indexOf(label);
  const first = ['models', 'seeds', 'snapshots', 'functions'].indexOf(label);
  return first >= 0 ? `0${first}` : last >= 0 ? `2${last}` : `1${label}`;
}

/// The rows of the open branches, from top to bottom.
export function rowsOf(root: Branch, open: ReadonlySet<string>, label: (node: number) => string): Row[] {
  const rows: Row[] = [];
  const work: { branch: Branch; depth: number; node: number }[] = [];
  const push = (branch: Branch, depth: number): void => {
    const nodes = branch.nodes.slice().sort((a, b) => (label(a) < label(b) ? -1 : label(a) > label(b) ? 1 : a - b));
    for (const node of nodes.reverse()) work.push({ branch, depth, node });
    const branches = branch.branches.slice().sort((a, b) => (depth === 0 ? (orderOf(a.label) < orderOf(b.label) ? -1 : 1) : a.label < b.label ? -1 : 1));
    for (const next of branches.reverse()) work.push({ branch: next, depth, node: -1 });
  };
  push(root, 0);
  while (work.length > 0) {
    const { branch, depth, node } = work.pop()!;
    if (node >= 0) {
      rows.push({ key: `#${node}`, label: label(node), depth, node, open: false, count: 0 });
      continue;
    }
    const isOpen = open.has(branch.key);
    rows.push({ key: branch.key, label: branch.label, depth, node: -1, open: isOpen, count: branch.count });
    if (isOpen) push(branch, depth + 1);
  }
  return rows;
}

/// The keys of the branches above a node.
export function branchesAbove(root: Branch, node: number): string[] {
  const work: { branch: Branch; above: string[] }[] = [{ branch: root, above: [] }];
  while (work.length > 0) {
    const { branch, above } = work.pop()!;
    if (branch.nodes.includes(node)) return above;
    for (const next of branch.branches) work.push({ branch: next, above: [...above, next.key] });
  }
  return [];
}
