/// The focus picture: at most 400 boxes as links, edges as one SVG, pan and zoom around both.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { listOf, walk, type Graph } from '../graph';
import { edgePath, layOut, type LayoutSizes } from '../layout';
import { nodeHref } from '../route';
import { kindLabel, statusIcons, statusWords } from '../words';
import { Viewport } from './viewport';

export const kMostBoxes = 400;
/// Where the whole picture would be smaller, the chosen node is shown at this size instead.
const kReadable = 0.5;
const kSizes: LayoutSizes = { width: 208, height: 40, gapX: 64, gapY: 14 };

interface Picture {
  nodes: number[];
  edges: [number, number][];
  paths: string[];
  x: Float64Array;
  y: Float64Array;
  width: number;
  height: number;
}

function makePicture(graph: Graph, nodes: number[]): Picture {
  const place = new Map(nodes.map((n, i) => [n, i]));
  const edges: [number, number][] = [];
  nodes.forEach((n, to) => {
    for (const p of listOf(graph.parents, n)) {
      const from = place.get(p);
      if (from !== undefined) edges.push([from, to]);
    }
  });
  const placed = layOut(nodes.length, edges, kSizes);
  const paths = edges.map(([from, to], e) => edgePath(placed, kSizes, from, to, placed.bends[e]!));
  return { nodes, edges, paths, ...placed };
}

function hidden(graph: Graph, picture: Picture): { up: number[]; down: number[] } {
  const shown = new Set(picture.nodes);
  const missing = (list: Int32Array): number => list.reduce((n, m) => n + (m < graph.lineage && !shown.has(m) ? 1 : 0), 0);
  return {
    up: picture.nodes.map((n) => missing(listOf(graph.parents, n))),
    down: picture.nodes.map((n) => missing(listOf(graph.children, n))),
  };
}

/// The nodes on a path through `node`, itself included.
function related(graph: Graph, node: number): Set<number> {
  const all = new Set<number>();
  walk(graph.parents, [node], Infinity, all);
  walk(graph.children, [node], Infinity, all);
  return all;
}

interface FocusProps {
  graph: Graph;
  nodes: number[];
  /// The node drawn with emphasis, or -1.
  centre: number;
  expand?: (node: number, up: boolean) => void;
  control?: (viewport: Viewport, fit: () => void) => void;
  most?: number;
}

export function Focus({ graph, nodes, centre, expand, control, most = 1 }: FocusProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const plane = useRef<HTMLDivElement>(null);
  const [hovered, hover] = useState(-1);
  const picture = useMemo(() => makePicture(graph, nodes), [graph, nodes]);
  const folded = useMemo(() => hidden(graph, picture), [picture]);
  const lit = useMemo(() => (hovered < 0 ? null : related(graph, hovered)), [hovered]);
  useEffect(() => {
    const viewport = new Viewport(frame.current!, {
      minimum: 0.08,
      maximum: 2.5,
      changed: () => {
        const { x, y, scale } = viewport.view;
        if (plane.current) plane.current.style.transform = `translate(${x}px,${y}px) scale(${scale})`;
      },
    });
    const place = nodes.indexOf(centre);
    const fit = (): void => {
      viewport.fit(0, 0, picture.width, picture.height, most);
      if (viewport.view.scale >= kReadable || place < 0) return;
      const middle = [picture.x[place]! + kSizes.width / 2, picture.y[place]! + kSizes.height / 2] as const;
      const half = [frame.current!.clientWidth / 2 / kReadable, frame.current!.clientHeight / 2 / kReadable] as const;
      viewport.fit(middle[0] - half[0], middle[1] - half[1], 2 * half[0], 2 * half[1], kReadable, 0);
    };
    fit();
    control?.(viewport, fit);
    const watch = new ResizeObserver(fit);
    watch.observe(frame.current!);
    return () => {
      watch.disconnect();
      viewport.dispose();
    };
  }, [picture]);
  const light = lit && [...picture.edges.keys()].filter((e) => lit.has(nodes[picture.edges[e]![0]]!) && lit.has(nodes[picture.edges[e]![1]]!));
  return (
    <div class="focus" ref={frame}>
      <div class={lit ? 'plane dimmed' : 'plane'} ref={plane} style={{ width: picture.width, height: picture.height }}>
        <svg class="edges" width={Math.max(1, picture.width)} height={Math.max(1, picture.height)} aria-hidden="true">
          <path class="edge" d={picture.paths.join('')} />
          {light && <path class="edge lit" d={light.map((e) => picture.paths[e]).join('')} />}
        </svg>
        {nodes.map((n, i) => (
          <Box
            key={n} graph={graph} node={n} x={picture.x[i]!} y={picture.y[i]!} hover={hover} expand={expand}
            state={`${n === centre ? ' centre' : ''}${lit ? (lit.has(n) ? ' lit' : ' dim') : ''}`} up={folded.up[i]!} down={folded.down[i]!}
          />
        ))}
      </div>
    </div>
  );
}

interface BoxProps {
  graph: Graph;
  node: number;
  x: number;
  y: number;
  state: string;
  up: number;
  down: number;
  hover: (node: number) => void;
  expand: ((node: number, up: boolean) => void) | undefined;
}

function Box({ graph, node, x, y, state, up, down, hover, expand }: BoxProps): JSX.Element {
  const status = graph.status[node]!;
  const kind = graph.kind[node]!;
  const sub = graph.mat[node] || kindLabel(kind).toLowerCase();
  return (
    <div
      class={`box k-${kind}${state}`} style={{ left: x, top: y, width: kSizes.width, height: kSizes.height }}
      onMouseEnter={() => hover(node)} onMouseLeave={() => hover(-1)}
    >
      {expand && up > 0 && <button type="button" class="more up" title={`${up} more upstream`} onClick={() => expand(node, true)}>+{up}</button>}
      <a href={nodeHref(graph.id[node]!)} title={graph.id[node]} draggable={false} onFocus={() => hover(node)} onBlur={() => hover(-1)}>
        <span class="box-name">{graph.label[node]}</span>
        <span class="box-sub">
          {kind === 'model' ? sub : kindLabel(kind).toLowerCase()}
          {status > 0 && <span class={`s${status}`}> {statusIcons[status]} {statusWords[status]}</span>}
        </span>
      </a>
      {expand && down > 0 && <button type="button" class="more down" title={`${down} more downstream`} onClick={() => expand(node, false)}>+{down}</button>}
    </div>
  );
}
