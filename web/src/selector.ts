/// The selector language of the command line, as far as the page's data can answer it:
/// names and `*`, `tag:` and other methods, `+x`, `2+x+1`, `@x`, space for union, comma for both.

import type { Graph } from './graph';
import { walk } from './graph';
import { kStatusNames } from './format';

export interface Selection {
  nodes: Set<number>;
  /// What the user should know: an unknown method, a term that matched nothing.
  notes: string[];
}

const kTerm = /^(@)?(?:(\d*)(\+))?(?:([a-z_]+(?:\.[a-z_]+)*):)?(.*?)(?:(\+)(\d*))?$/;

function pattern(text: string): (value: string) => boolean {
  if (!/[*?[]/.test(text)) return (value) => value === text;
  const body = text.replace(/[.+^${}()|\\\]]/g, '\\$&').replace(/\*+/g, '.*').replace(/\?/g, '.').replace(/\[/g, '\\[');
  const expression = new RegExp(`^${body}$`);
  return (value) => expression.test(value);
}

const kResultWords: Record<string, string> = {
  success: 'pass', pass: 'pass', warn: 'warn', error: 'fail', fail: 'fail', skipped: 'skip',
};

function sourceMatcher(graph: Graph, value: string): (i: number) => boolean {
  const parts = value.split('.').map(pattern);
  return (i) => {
    if (graph.kind[i] !== 'source') return false;
    const own = [graph.package[i]!, ...graph.label[i]!.split('.')];
    const compared = parts.length >= 3 ? own : own.slice(1);
    return parts.every((p, k) => p(compared[k] ?? ''));
  };
}

function pathMatcher(graph: Graph, value: string): (i: number) => boolean {
  const clean = value.replace(/^\.\//, '').replace(/\/+$/, '');
  const match = pattern(clean);
  return (i) => {
    const path = `${graph.folder[i]}/${graph.file[i]}`;
    return match(path) || path.startsWith(`${clean}/`);
  };
}

function fqnMatcher(graph: Graph, value: string): (i: number) => boolean {
  const match = pattern(value);
  return (i) => {
    if (match(graph.name[i]!) || match(graph.label[i]!) || graph.id[i] === value) return true;
    const folders = graph.folder[i]!.split('/').slice(1);
    const dotted = [graph.package[i]!, ...folders, graph.name[i]!].join('.');
    return match(dotted) || dotted.startsWith(`${value}.`);
  };
}

/// The test of one method, or null if the page does not know the method.
function matcher(graph: Graph, method: string, value: string): ((i: number) => boolean) | null {
  const match = pattern(value);
  switch (method) {
    case '':
    case 'fqn':
      return fqnMatcher(graph, value);
    case 'tag':
      return (i) => graph.tags[i]!.some(match);
    case 'path':
      return pathMatcher(graph, value);
    case 'file':
      return (i) => match(graph.file[i]!) || match(graph.file[i]!.replace(/\.[^.]*$/, ''));
    case 'resource_type':
      return (i) => match(graph.kind[i]!);
    case 'package':
      return (i) => match(graph.package[i]!);
    case 'source':
      return sourceMatcher(graph, value);
    case 'exposure':
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
      return (i) => graph.kind[i] === method && match(graph.name[i]!);
    case 'config.materialized':
      return (i) => match(graph.mat[i]!);
    case 'config.schema':
    case 'schema':
      return (i) => match(graph.schema[i]!) || match(graph.schema[i]!.replace(/^[^.]*\./, ''));
    case 'group':
      return (i) => match(graph.group[i]!);
    case 'access':
      return (i) => match(graph.access[i]!);
    case 'result':
      return (i) => kStatusNames[graph.status[i]!] === (kResultWords[value] ?? value);
    default:
      return null;
  }
}

function selectTerm(graph: Graph, term: string, notes: string[]): Set<number> {
  const [, at, up, plus, method = '', value = '', after, down] = kTerm.exec(term)!;
  const chosen = new Set<number>();
  const test = matcher(graph, method, value);
  if (!test) {
    notes.push(`the page does not know the method “${method}:”`);
    return chosen;
  }
  for (let i = 0; i < graph.lineage; ++i) if (test(i)) chosen.add(i);
  if (chosen.size === 0) {
    notes.push(`“${term}” matches nothing`);
    return chosen;
  }
  const result = new Set(chosen);
  if (at) {
    walk(graph.children, chosen, Infinity, result);
    walk(graph.parents, [...result], Infinity, result);
  }
  if (plus) walk(graph.parents, chosen, up ? Number(up) : Infinity, result);
  if (after) walk(graph.children, chosen, down ? Number(down) : Infinity, result);
  return result;
}

/// Selects nodes of the lineage graph. An empty text selects all of them.
export function select(graph: Graph, text: string): Selection {
  const notes: string[] = [];
  const nodes = new Set<number>();
  const unions = text.trim().split(/\s+/).filter(Boolean);
  if (unions.length === 0) for (let i = 0; i < graph.lineage; ++i) nodes.add(i);
  for (const union of unions) {
    let both: Set<number> | null = null;
    for (const term of union.split(',').filter(Boolean)) {
      const found = selectTerm(graph, term, notes);
      const previous: Set<number> = both ?? found;
      both = new Set([...previous].filter((n: number) => found.has(n)));
    }
    for (const n of both ?? new Set<number>()) nodes.add(n);
  }
  return { nodes, notes };
}
