/// The lineage page: a selector, the focus picture of what it selects, or the map of everything.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { walk, type Graph } from '../graph';
import { lineageHref, nodeHref } from '../route';
import { select } from '../selector';
import { selectorOf, useSite } from '../store';
import { counted, grouped } from '../words';
import { Focus, kMostBoxes } from './focus';
import { ProjectMap, type Lens, type Palette } from './map';
import type { Viewport } from './viewport';

interface Chosen {
  nodes: number[];
  total: number;
  notes: string[];
}

/// The selected nodes and those around them, nearest first when there are too many.
function choose(graph: Graph, selector: string, depth: number): Chosen {
  const { nodes, notes } = select(graph, selector);
  const near = new Set<number>();
  walk(graph.parents, nodes, depth, near);
  walk(graph.children, nodes, depth, near);
  const all = [...near].filter((n) => n < graph.lineage);
  return { nodes: all.slice(0, kMostBoxes).sort((a, b) => a - b), total: all.length, notes };
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const get = (name: string): string => style.getPropertyValue(name).trim();
  const kinds = ['model', 'seed', 'snapshot', 'source', 'exposure', 'function', 'metric', 'semantic_model', 'saved_query', 'analysis'];
  return {
    back: get('--graph'), frame: get('--line'), frameFill: get('--panel'), text: get('--text'), faint: get('--faint'), box: get('--box'), edge: get('--edge'),
    lit: get('--accent'), kinds: Object.fromEntries(kinds.map((k) => [k, get(`--k-${k}`)])), states: [get('--line-strong'), get('--pass'), get('--warn'), get('--fail'), get('--skip')],
  };
}

function MapView({ control }: { control: (map: ProjectMap) => void }): JSX.Element {
  const { core, graph } = useSite();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [note, tell] = useState('');
  useEffect(() => {
    const map = new ProjectMap(canvas.current!, graph, core.map, readPalette(), (n) => { location.hash = nodeHref(graph.id[n]!); }, tell);
    map.fit();
    control(map);
    const watch = new ResizeObserver(() => map.ask());
    watch.observe(canvas.current!);
    const repaint = (): void => map.setPalette(readPalette());
    window.addEventListener('themechange', repaint);
    return () => {
      watch.disconnect();
      window.removeEventListener('themechange', repaint);
      map.dispose();
    };
  }, []);
  return (
    <>
      <canvas class="map" ref={canvas} aria-label="Map of the project; the tree and the search list the same nodes" role="img" />
      <div class="map-note" role="status">{note}</div>
    </>
  );
}

function ZoomButtons({ zoom, fit }: { zoom: (factor: number) => void; fit: () => void }): JSX.Element {
  return (
    <div class="zoom" role="group" aria-label="Zoom">
      <button type="button" aria-label="Zoom in" onClick={() => zoom(1.4)}>+</button>
      <button type="button" aria-label="Zoom out" onClick={() => zoom(1 / 1.4)}>−</button>
      <button type="button" aria-label="Fit" title="Fit (f)" onClick={fit}>⤢</button>
    </div>
  );
}

function SelectorForm({ selector, depth }: { selector: string; depth: number }): JSX.Element {
  const [text, setText] = useState(selector);
  useEffect(() => setText(selector), [selector]);
  const submit = (event: Event): void => {
    event.preventDefault();
    location.hash = lineageHref(text.trim(), depth);
  };
  return (
    <form class="selector" onSubmit={submit}>
      <input type="text" value={text} spellcheck={false} autocomplete="off" aria-label="Selector" placeholder="+orders  tag:nightly  path:models/marts" onInput={(e) => setText(e.currentTarget.value)} />
      <div class="depth" role="group" aria-label="Depth around the selection">
        <button type="button" aria-label="Less around" disabled={depth === 0} onClick={() => { location.hash = lineageHref(selector, depth - 1); }}>−</button>
        <span title="Steps shown around the selection ([ and ])">±{depth}</span>
        <button type="button" aria-label="More around" disabled={!selector} onClick={() => { location.hash = lineageHref(selector, depth + 1); }}>+</button>
      </div>
      <button type="submit">Show</button>
    </form>
  );
}

function useGraphKeys(act: { zoom: (f: number) => void; pan: (x: number, y: number) => void; fit: () => void; deeper: (step: number) => void }): void {
  useEffect(() => {
    const keys: Record<string, () => void> = {
      '+': () => act.zoom(1.3), '=': () => act.zoom(1.3), '-': () => act.zoom(1 / 1.3), f: act.fit, '0': act.fit, '[': () => act.deeper(-1), ']': () => act.deeper(1),
      ArrowLeft: () => act.pan(60, 0), ArrowRight: () => act.pan(-60, 0), ArrowUp: () => act.pan(0, 60), ArrowDown: () => act.pan(0, -60),
    };
    const onKey = (event: KeyboardEvent): void => {
      const busy = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement || event.ctrlKey || event.metaKey || event.altKey;
      if (busy || !keys[event.key] || (event.target as Element).closest?.('.sidebar')) return;
      event.preventDefault();
      keys[event.key]!();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}

export function LineagePage(): JSX.Element {
  const { graph, route } = useSite();
  const selector = route.params.get('sel') ?? '';
  const depth = Math.max(0, Math.min(20, Number(route.params.get('depth')) || 0));
  const wantsMap = route.page === 'map' || (selector === '' && graph.lineage > kMostBoxes);
  const chosen = useMemo(() => (wantsMap ? { nodes: [], total: graph.lineage, notes: [] } : choose(graph, selector, depth)), [graph, selector, depth, wantsMap]);
  const map = useRef<ProjectMap | null>(null);
  const focus = useRef<{ viewport: Viewport; fit: () => void } | null>(null);
  const [lens, setLens] = useState<Lens>('kind');
  const viewport = (): Viewport | undefined => (wantsMap ? map.current?.viewport : focus.current?.viewport);
  const fit = (): void => (wantsMap ? map.current?.fit() : focus.current?.fit());
  const deeper = (step: number): void => { if (selector) location.hash = lineageHref(selector, Math.max(0, depth + step)); };
  useGraphKeys({ zoom: (f) => viewport()?.zoom(f), pan: (x, y) => viewport()?.pan(x, y), fit, deeper });
  useEffect(() => map.current?.setLens(lens), [lens]);
  const only = chosen.total > chosen.nodes.length && !wantsMap;
  return (
    <div class="lineage">
      <div class="toolbar">
        <h1 class="hidden">Lineage</h1>
        <SelectorForm selector={selector} depth={depth} />
        <span class="faint" role="status">
          {wantsMap ? `${grouped(graph.lineage)} nodes` : only ? `the nearest ${kMostBoxes} of ${grouped(chosen.total)}` : counted(chosen.total, 'node')}
          {chosen.notes.map((n) => <span class="s2"> · {n}</span>)}
        </span>
        {wantsMap ? (
          <select aria-label="Colour by" value={lens} onChange={(e) => setLens(e.currentTarget.value as Lens)}>
            <option value="kind">Colour by kind</option>
            <option value="run">Colour by last run</option>
            <option value="tests">Colour by tests</option>
          </select>
        ) : <a href="#/map">Map of everything</a>}
      </div>
      <div class="stage">
        {wantsMap ? <MapView control={(m) => { map.current = m; m.setLens(lens); }} /> : chosen.nodes.length > 0 ? (
          <Focus
            graph={graph} nodes={chosen.nodes} centre={graph.byId.get(selector) ?? chosen.nodes.find((n) => selectorOf(graph, n) === selector) ?? -1}
            expand={(n, up) => { location.hash = lineageHref(`${selector} ${up ? `1+${selectorOf(graph, n)}` : `${selectorOf(graph, n)}+1`}`, depth); }}
            control={(v, f) => { focus.current = { viewport: v, fit: f }; }}
          />
        ) : <p class="empty">The selector matches nothing.</p>}
        <ZoomButtons zoom={(f) => viewport()?.zoom(f)} fit={fit} />
      </div>
    </div>
  );
}
