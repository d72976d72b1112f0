/// Entry: defines the receiver of data files, waits for the core data, then draws.

import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { installReceiver, loadCore, loadMore, loadSearch } from './data';
import { kVersion, type Core } from './format';
import { makeGraph } from './graph';
import { parseRoute, translateOld } from './route';
import { makeIndex } from './search';
import { SiteContext, type Site } from './store';
import { applySavedTheme, Shell } from './ui/shell';

function currentRoute(): Site['route'] {
  const ours = translateOld(location.hash);
  if (ours) history.replaceState(null, '', ours);
  return parseRoute(location.hash);
}

function titleOf(site: Site): string {
  const { route, graph, core } = site;
  const node = route.page === 'n' ? graph.byId.get(route.id) : undefined;
  const own = node !== undefined ? graph.label[node] : { lineage: 'Lineage', map: 'Map', search: 'Search' }[route.page];
  return own ? `${own} · ${core.project}` : core.project;
}

function App({ core }: { core: Core }): JSX.Element {
  const [site, setSite] = useState<Site>(() => {
    const graph = makeGraph(core, null);
    return { core, graph, index: makeIndex(graph, null), complete: false, route: currentRoute() };
  });
  useEffect(() => {
    const onHash = (): void => setSite((s) => ({ ...s, route: currentRoute() }));
    window.addEventListener('hashchange', onHash);
    const readRest = async (): Promise<void> => {
      const [more, data] = await Promise.all([loadMore(core), loadSearch(core)]);
      const graph = makeGraph(core, more);
      await new Promise((resolve) => setTimeout(resolve));
      setSite((s) => ({ ...s, graph, index: makeIndex(graph, data), complete: true }));
    };
    const timer = setTimeout(() => void readRest(), 60);
    return () => {
      clearTimeout(timer);
      window.removeEventListener('hashchange', onHash);
    };
  }, []);
  useEffect(() => { document.title = titleOf(site); }, [site]);
  return <SiteContext.Provider value={site}><Shell /></SiteContext.Provider>;
}

function complain(root: HTMLElement, text: string): void {
  const line = document.createElement('p');
  line.className = 'boot now';
  line.textContent = text;
  root.replaceChildren(line);
}

async function start(): Promise<void> {
  const root = document.getElementById('app')!;
  applySavedTheme();
  try {
    const core = await loadCore();
    if (core.version !== kVersion) throw new Error(`the data has format ${core.version}, this page reads format ${kVersion}: write the site again`);
    root.replaceChildren();
    render(<App core={core} />, root);
    performance.mark('usable');
  } catch (error) {
    complain(root, `The documentation could not be opened: ${error instanceof Error ? error.message : String(error)}`);
  }
}

installReceiver();
// The data scripts, or the inert elements of a single-file site, stand after this one.
document.addEventListener('DOMContentLoaded', () => void start());
