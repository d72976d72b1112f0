/// A compact layered layout for a few hundred boxes: layers by longest path, sources pulled towards
/// their readers, one chain of bend points for each source of long edges, median sweeps with the best
/// order kept, then vertical places by isotonic regression. Nothing recurses.

import { reverse, type Lists } from './graph';

export interface LayoutSizes {
  width: number;
  height: number;
  gapX: number;
  gapY: number;
}

export interface Placed {
  x: Float64Array;
  y: Float64Array;
  width: number;
  height: number;
  /// For each edge, the points between its two boxes: x, y, x, y …
  bends: number[][];
}

interface Item {
  layer: number;
  real: boolean;
}

interface Work {
  items: Item[];
  layers: number[][];
  up: number[][];
  down: number[][];
  position: Int32Array;
  trails: number[][];
}

function assignLayers(count: number, parents: Lists, children: Lists): Int32Array {
  const layer = new Int32Array(count);
  const waiting = new Int32Array(count);
  const order: number[] = [];
  for (let i = 0; i < count; ++i) {
    waiting[i] = parents.start[i + 1]! - parents.start[i]!;
    if (waiting[i] === 0) order.push(i);
  }
  for (let at = 0; at < order.length; ++at) {
    const n = order[at]!;
    for (let k = children.start[n]!; k < children.start[n + 1]!; ++k) {
      const c = children.items[k]!;
      layer[c] = Math.max(layer[c]!, layer[n]! + 1);
      if (--waiting[c]! === 0) order.push(c);
    }
  }
  for (let at = order.length - 1; at >= 0; --at) {
    const n = order[at]!;
    if (parents.start[n + 1]! > parents.start[n]! || children.start[n + 1]! === children.start[n]!) continue;
    let nearest = Infinity;
    for (let k = children.start[n]!; k < children.start[n + 1]!; ++k) nearest = Math.min(nearest, layer[children.items[k]!]!);
    layer[n] = Math.max(layer[n]!, nearest - 1);
  }
  return layer;
}

/// Long edges of one source share a trunk of bend points, so a hub costs one item for each layer.
function makeItems(count: number, layer: Int32Array, edges: readonly [number, number][]): Work {
  const items: Item[] = Array.from({ length: count }, (_, i) => ({ layer: layer[i]!, real: true }));
  const up: number[][] = items.map(() => []);
  const down: number[][] = items.map(() => []);
  const trunk = new Map<number, number[]>();
  const link = (a: number, b: number): void => {
    down[a]!.push(b);
    up[b]!.push(a);
  };
  const trails = edges.map(([from, to]) => {
    const chain = trunk.get(from) ?? [];
    trunk.set(from, chain);
    const needed = layer[to]! - layer[from]! - 1;
    if (needed < 0) return [];
    while (chain.length < needed) {
      const made = items.length;
      items.push({ layer: layer[from]! + chain.length + 1, real: false });
      up.push([]);
      down.push([]);
      link(chain.length ? chain[chain.length - 1]! : from, made);
      chain.push(made);
    }
    link(needed > 0 ? chain[needed - 1]! : from, to);
    return chain.slice(0, needed);
  });
  const depth = items.reduce((m, item) => Math.max(m, item.layer), 0);
  const layers: number[][] = Array.from({ length: depth + 1 }, () => []);
  items.forEach((item, i) => layers[item.layer]!.push(i));
  return { items, layers, up, down, position: new Int32Array(items.length), trails };
}

function number(work: Work, layer: readonly number[]): void {
  layer.forEach((n, i) => (work.position[n] = i));
}

/// Crossings between all neighbouring layers, counted with a Fenwick tree.
function crossings(work: Work): number {
  let total = 0;
  for (let l = 1; l < work.layers.length; ++l) {
    const size = work.layers[l - 1]!.length;
    const tree = new Int32Array(size + 1);
    let seen = 0;
    for (const n of work.layers[l]!) {
      const near = work.up[n]!.map((p) => work.position[p]!);
      for (const p of near) {
        let before = 0;
        for (let k = p + 1; k > 0; k -= k & -k) before += tree[k]!;
        total += seen - before;
      }
      for (const p of near) for (let k = p + 1; k <= size; k += k & -k) tree[k]! += 1;
      seen += near.length;
    }
  }
  return total;
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  const half = values.length >> 1;
  return values.length % 2 ? values[half]! : (values[half - 1]! + values[half]!) / 2;
}

function sweep(work: Work, layer: number[], near: number[][]): void {
  const keys = new Map<number, number>();
  for (const n of layer) {
    const places = near[n]!.map((m) => work.position[m]!);
    keys.set(n, places.length ? median(places) : work.position[n]!);
  }
  layer.sort((a, b) => keys.get(a)! - keys.get(b)! || work.position[a]! - work.position[b]!);
  number(work, layer);
}

function orderLayers(work: Work): void {
  for (const layer of work.layers) number(work, layer);
  let best = work.layers.map((l) => l.slice());
  let least = crossings(work);
  for (let round = 0; round < 12 && least > 0; ++round) {
    for (let l = 1; l < work.layers.length; ++l) sweep(work, work.layers[l]!, work.up);
    for (let l = work.layers.length - 2; l >= 0; --l) sweep(work, work.layers[l]!, work.down);
    const now = crossings(work);
    if (now < least) {
      least = now;
      best = work.layers.map((l) => l.slice());
    }
  }
  work.layers = best;
  for (const layer of best) number(work, layer);
}

/// The places nearest to `wanted` that keep the order and the distances: pooled averages.
export function isotonic(wanted: readonly number[], gaps: readonly number[]): number[] {
  const shifts: number[] = [];
  const sums: number[] = [];
  const sizes: number[] = [];
  let shift = 0;
  wanted.forEach((w, i) => {
    if (i > 0) shift += gaps[i]!;
    shifts.push(shift);
    sums.push(w - shift);
    sizes.push(1);
    while (sums.length > 1) {
      const last = sums.length - 1;
      if (sums[last - 1]! / sizes[last - 1]! <= sums[last]! / sizes[last]!) break;
      sums[last - 1]! += sums.pop()!;
      sizes[last - 1]! += sizes.pop()!;
    }
  });
  const result: number[] = [];
  sums.forEach((sum, b) => {
    for (let k = 0; k < sizes[b]!; ++k) result.push(sum / sizes[b]! + shifts[result.length]!);
  });
  return result;
}

function placeVertically(work: Work, sizes: LayoutSizes): Float64Array {
  const centre = new Float64Array(work.items.length);
  const room = (n: number): number => (work.items[n]!.real ? sizes.height : 6);
  const gapsOf = work.layers.map((layer) =>
    layer.map((n, i) => (i ? (room(n) + room(layer[i - 1]!)) / 2 + sizes.gapY : 0)));
  work.layers.forEach((layer, l) => {
    let y = 0;
    layer.forEach((n, i) => (centre[n] = y += gapsOf[l]![i]!));
    const middle = y / 2;
    for (const n of layer) centre[n]! -= middle;
  });
  const settle = (l: number, near: number[][], more: number[][]): void => {
    const layer = work.layers[l]!;
    const wanted = layer.map((n) => {
      const first = near[n]!.length ? near[n]! : more[n]!;
      return first.length ? first.reduce((s, m) => s + centre[m]!, 0) / first.length : centre[n]!;
    });
    isotonic(wanted, gapsOf[l]!).forEach((y, i) => (centre[layer[i]!] = y));
  };
  for (let round = 0; round < 6; ++round) {
    for (let l = 1; l < work.layers.length; ++l) settle(l, work.up, work.down);
    for (let l = work.layers.length - 2; l >= 0; --l) settle(l, work.down, work.up);
  }
  return centre;
}

/// Places `count` boxes; `edges` run from parent to child and name boxes by number.
export function layOut(count: number, edges: readonly [number, number][], sizes: LayoutSizes): Placed {
  const start = new Int32Array(count + 1);
  for (const [, to] of edges) start[to + 1]! += 1;
  for (let i = 0; i < count; ++i) start[i + 1]! += start[i]!;
  const next = start.slice();
  const items = new Int32Array(edges.length);
  for (const [from, to] of edges) items[next[to]!++] = from;
  const parents: Lists = { start, items };
  const layer = assignLayers(count, parents, reverse(parents, count));
  const work = makeItems(count, layer, edges);
  orderLayers(work);
  const centre = placeVertically(work, sizes);
  let top = Infinity;
  let bottom = -Infinity;
  work.items.forEach((_, i) => {
    top = Math.min(top, centre[i]!);
    bottom = Math.max(bottom, centre[i]!);
  });
  const pitch = sizes.width + sizes.gapX;
  const lift = sizes.height / 2 - (count ? top : 0);
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  for (let i = 0; i < count; ++i) {
    x[i] = layer[i]! * pitch;
    y[i] = centre[i]! + lift - sizes.height / 2;
  }
  const bends = work.trails.map((trail) =>
    trail.flatMap((n) => [work.items[n]!.layer * pitch, centre[n]! + lift, work.items[n]!.layer * pitch + sizes.width, centre[n]! + lift]));
  const depth = work.layers.length;
  return { x, y, bends, width: count ? depth * pitch - sizes.gapX : 0, height: count ? bottom - top + sizes.height : 0 };
}

/// The SVG path of one edge: from the right of its first box to the left of the second.
export function edgePath(placed: Placed, sizes: LayoutSizes, from: number, to: number, bends: readonly number[]): string {
  let x = placed.x[from]! + sizes.width;
  let y = placed.y[from]! + sizes.height / 2;
  let path = `M${x.toFixed(1)} ${y.toFixed(1)}`;
  const curve = (toX: number, toY: number): void => {
    const half = (toX - x) / 2;
    path += `C${(x + half).toFixed(1)} ${y.toFixed(1)} ${(toX - half).toFixed(1)} ${toY.toFixed(1)} ${toX.toFixed(1)} ${toY.toFixed(1)}`;
  };
  for (let k = 0; k + 3 < bends.length; k += 4) {
    curve(bends[k]!, bends[k + 1]!);
    path += `L${bends[k + 2]!.toFixed(1)} ${bends[k + 3]!.toFixed(1)}`;
    x = bends[k + 2]!;
    y = bends[k + 3]!;
  }
  curve(placed.x[to]!, placed.y[to]! + sizes.height / 2);
  return path;
}
