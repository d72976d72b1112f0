/// Search over names, columns, tags, paths and descriptions. Every word of the query must be found;
/// an exact name ranks first, then the start of a name, a word in it, a column, and text last.

import type { SearchData } from './format';
import { undelta, type Graph } from './graph';

export interface Hit {
  node: number;
  score: number;
  /// The column that matched, when no name did.
  column: string;
  /// A piece of the description around the match, when only that matched.
  excerpt: string;
}

export interface SearchIndex {
  graph: Graph;
  names: string[];
  paths: string[];
  tags: string[];
  columns: string[];
  columnNodes: Int32Array[];
  textNodes: number[];
  texts: string[];
  lowerTexts: string[];
}

const kKindWeight: Record<string, number> = {
  model: 12, source: 8, snapshot: 8, seed: 8, exposure: 8, metric: 8, function: 7, semantic_model: 6,
  saved_query: 6, macro: 4, analysis: 3, unit_test: 1, test: 0,
};

/// Tests bear the names of what they test and would crowd it out.
const kTestShare = 0.1;

const kSeparators = '_.- /';

export function makeIndex(graph: Graph, data: SearchData | null): SearchIndex {
  const columnNodes: Int32Array[] = [];
  let at = 0;
  for (const n of data?.posts[0] ?? []) {
    columnNodes.push(Int32Array.from(undelta(data!.posts[1].slice(at, at + n))));
    at += n;
  }
  const texts = data?.text[1] ?? [];
  return {
    graph,
    names: graph.label.map((l) => l.toLowerCase()),
    paths: graph.folder.map((f, i) => `${graph.package[i]} ${f}/${graph.file[i]}`.toLowerCase()),
    tags: graph.tags.map((t) => (t.length ? t.join(' ').toLowerCase() : '')),
    columns: data?.columns ?? [],
    columnNodes,
    textNodes: undelta(data?.text[0] ?? []),
    texts,
    lowerTexts: texts.map((t) => t.toLowerCase()),
  };
}

function nameScore(name: string, word: string): number {
  if (name === word) return 1000;
  const at = name.indexOf(word);
  if (at < 0) return 0;
  if (at === 0) return 500;
  if (name.endsWith(`.${word}`)) return 800;
  return kSeparators.includes(name[at - 1]!) ? 300 : 200;
}

interface Marks {
  scores: Float64Array;
  columns: Map<number, string>;
  texts: Map<number, number>;
}

function scoreWord(index: SearchIndex, word: string): Marks {
  const count = index.graph.count;
  const scores = new Float64Array(count);
  const columns = new Map<number, string>();
  const texts = new Map<number, number>();
  for (let i = 0; i < count; ++i) {
    let score = nameScore(index.names[i]!, word);
    if (score === 0 && index.tags[i] !== '' && index.tags[i]!.includes(word)) score = 80;
    if (score === 0 && index.paths[i]!.includes(word)) score = 40;
    scores[i] = score;
  }
  index.columns.forEach((column, c) => {
    if (!column.includes(word)) return;
    const score = column === word ? 120 : column.startsWith(word) ? 90 : 60;
    for (const n of index.columnNodes[c]!) {
      if (n >= count || scores[n]! >= score) continue;
      scores[n] = score;
      columns.set(n, column);
    }
  });
  index.lowerTexts.forEach((text, t) => {
    const n = index.textNodes[t]!;
    if (n >= count || scores[n]! > 0) return;
    const at = text.indexOf(word);
    if (at < 0) return;
    scores[n] = 20;
    texts.set(n, at);
  });
  return { scores, columns, texts };
}

function excerpt(index: SearchIndex, node: number, at: number): string {
  const text = index.texts[index.textNodes.indexOf(node)] ?? '';
  const from = Math.max(0, at - 40);
  return (from > 0 ? '…' : '') + text.slice(from, from + 140);
}

/// Optimal string alignment distance, given up above `limit`.
export function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; ++i) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; ++j) {
      const same = a[i - 1] === b[j - 1];
      let value = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) value = Math.min(value, before[j - 2]! + 1);
      row.push(value);
      least = Math.min(least, value);
    }
    if (least > limit) return limit + 1;
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}

function similar(index: SearchIndex, word: string): Hit[] {
  const limit = word.length > 7 ? 2 : 1;
  const hits: Hit[] = [];
  index.names.forEach((name, node) => {
    const d = distance(word, name, limit);
    if (d <= limit) hits.push({ node, score: 10 - d + (kKindWeight[index.graph.kind[node]!] ?? 0) / 100, column: '', excerpt: '' });
  });
  return hits;
}

/// The best hits first, at most `limit`; `total` counts all of them.
export function search(index: SearchIndex, query: string, limit: number): { hits: Hit[]; total: number } {
  const words = query.toLowerCase().trim().split(/\s+/).filter(Boolean).slice(0, 8);
  if (words.length === 0) return { hits: [], total: 0 };
  const marks = words.map((w) => scoreWord(index, w));
  const whole = words.join(' ');
  let hits: Hit[] = [];
  for (let node = 0; node < index.graph.count; ++node) {
    let score = 0;
    for (const m of marks) {
      const s = m.scores[node]!;
      score = s === 0 || score < 0 ? -1 : score + s;
    }
    if (score <= 0) continue;
    const name = index.names[node]!;
    const kind = index.graph.kind[node]!;
    if (name === whole) score += 5000;
    else if (kind === 'test' || kind === 'unit_test') score *= kTestShare;
    const shortness = Math.max(0, 40 - name.length) / 4;
    hits.push({ node, score: score + (kKindWeight[kind] ?? 0) + shortness, column: '', excerpt: '' });
  }
  if (hits.length === 0 && words.length === 1 && whole.length > 3) hits = similar(index, whole);
  const order = (a: Hit, b: Hit): number => b.score - a.score || a.node - b.node;
  const total = hits.length;
  hits = hits.sort(order).slice(0, limit);
  for (const hit of hits) {
    for (const m of marks) {
      hit.column ||= m.columns.get(hit.node) ?? '';
      const at = m.texts.get(hit.node);
      if (at !== undefined) hit.excerpt ||= excerpt(index, hit.node, at);
    }
  }
  return { hits, total };
}
