/// What all pages share: the core data, the graph, the search index. The second block and the search
/// data arrive after the first paint; components read through `useSite` and are drawn again then.

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Core } from './format';
import type { Graph } from './graph';
import type { SearchIndex } from './search';
import type { Route } from './route';

export interface Site {
  core: Core;
  graph: Graph;
  index: SearchIndex;
  /// The second block and the search data have arrived.
  complete: boolean;
  route: Route;
}

export const SiteContext = createContext<Site | null>(null);

export function useSite(): Site {
  return useContext(SiteContext)!;
}

/// The selector that names exactly this node on the command line.
export function selectorOf(graph: Graph, node: number): string {
  const kind = graph.kind[node]!;
  const label = graph.label[node]!;
  if (/[\s,+@:]/.test(label)) return graph.id[node]!;
  if (kind === 'source' || kind === 'exposure' || kind === 'metric' || kind === 'semantic_model' || kind === 'saved_query') return `${kind}:${label}`;
  return label;
}
