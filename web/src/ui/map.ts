/// The whole project on a canvas: positions come with the data, this only draws. Far away one sees
/// clusters and the edges counted between them, nearer plain boxes, nearer still names.

import type { Positions } from '../format';
import { listOf, undelta, walk, type Graph } from '../graph';
import { Viewport } from './viewport';

const kWidth = 180;
const kHeight = 28;
const kNearBoxes = 0.1;
const kNearNames = 0.42;
const kMostEdges = 5000;

export interface Palette {
  back: string;
  frame: string;
  frameFill: string;
  text: string;
  faint: string;
  box: string;
  edge: string;
  lit: string;
  kinds: Record<string, string>;
  states: string[];
}

export type Lens = 'kind' | 'run' | 'tests';

function groupByCluster(cluster: readonly number[], count: number): number[][] {
  const members: number[][] = Array.from({ length: count }, () => []);
  cluster.forEach((c, i) => members[c]!.push(i));
  return members;
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

export class ProjectMap {
  readonly viewport: Viewport;
  private readonly context: CanvasRenderingContext2D;
  private readonly x: number[];
  private readonly y: number[];
  private readonly members: number[][];
  private hovered = -1;
  private related: Set<number> | null = null;
  private asked = false;
  private lens: Lens = 'kind';
  /// For each cluster, boxes of one colour that stand in a column drawn as one: colour, x, y, height.
  private runs: [string, number, number, number][][] | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly graph: Graph,
    private readonly positions: Positions,
    private palette: Palette,
    private readonly open: (node: number) => void,
    private readonly tell: (text: string) => void,
  ) {
    this.context = canvas.getContext('2d')!;
    this.x = undelta(positions.x);
    this.y = undelta(positions.y);
    this.members = groupByCluster(positions.cluster, positions.clusters.length);
    this.viewport = new Viewport(canvas, {
      minimum: 0.005, maximum: 3, changed: () => this.ask(), clicked: (x, y) => this.click(x, y),
    });
    canvas.addEventListener('pointermove', this.onMove);
    canvas.addEventListener('pointerleave', this.onLeave);
  }

  dispose(): void {
    this.viewport.dispose();
    this.canvas.removeEventListener('pointermove', this.onMove);
    this.canvas.removeEventListener('pointerleave', this.onLeave);
  }

  setPalette(palette: Palette): void {
    this.palette = palette;
    this.runs = null;
    this.ask();
  }

  setLens(lens: Lens): void {
    this.lens = lens;
    this.runs = null;
    this.ask();
  }

  fit(): void {
    this.viewport.fit(0, 0, this.positions.width, this.positions.height);
  }

  /// Brings a node to the middle at a readable size.
  show(node: number): void {
    this.viewport.view.scale = 0.9;
    const { x, y } = { x: this.x[node]! + kWidth / 2, y: this.y[node]! + kHeight / 2 };
    this.viewport.view.x = this.canvas.clientWidth / 2 - x * 0.9;
    this.viewport.view.y = this.canvas.clientHeight / 2 - y * 0.9;
    this.setHovered(node);
    this.ask();
  }

  /// Draws at the next frame, once however often it is asked.
  ask(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  private toPlane(x: number, y: number): [number, number] {
    const { view } = this.viewport;
    return [(x - view.x) / view.scale, (y - view.y) / view.scale];
  }

  private clusterAt(px: number, py: number): number {
    return this.positions.clusters.findIndex((c) => px >= c.x && px <= c.x + c.w && py >= c.y && py <= c.y + c.h);
  }

  private nodeAt(px: number, py: number): number {
    const cluster = this.clusterAt(px, py);
    if (cluster < 0) return -1;
    const found = this.members[cluster]!.find((n) => px >= this.x[n]! && px <= this.x[n]! + kWidth && py >= this.y[n]! && py <= this.y[n]! + kHeight);
    return found ?? -1;
  }

  private setHovered(node: number): void {
    if (node === this.hovered) return;
    this.hovered = node;
    this.related = null;
    if (node >= 0) {
      const up = new Set<number>();
      const down = new Set<number>();
      walk(this.graph.parents, [node], Infinity, up);
      walk(this.graph.children, [node], Infinity, down);
      for (const n of down) if (n >= this.graph.lineage) down.delete(n);
      this.related = new Set([...up, ...down]);
      this.tell(`${this.graph.label[node]}: ${up.size - 1} upstream, ${down.size - 1} downstream`);
    } else {
      this.tell('');
    }
    this.ask();
  }

  private readonly onMove = (event: PointerEvent): void => {
    if (this.viewport.dragging) return;
    const [px, py] = this.toPlane(event.offsetX, event.offsetY);
    const node = this.viewport.view.scale < kNearBoxes ? -1 : this.nodeAt(px, py);
    this.setHovered(node);
    this.canvas.style.cursor = node >= 0 || this.viewport.view.scale < kNearBoxes && this.clusterAt(px, py) >= 0 ? 'pointer' : 'grab';
  };

  private readonly onLeave = (): void => this.setHovered(-1);

  private click(x: number, y: number): void {
    const [px, py] = this.toPlane(x, y);
    const node = this.viewport.view.scale < kNearBoxes ? -1 : this.nodeAt(px, py);
    if (node >= 0) {
      this.open(node);
      return;
    }
    const cluster = this.positions.clusters[this.clusterAt(px, py)];
    if (cluster) this.viewport.fit(cluster.x, cluster.y, cluster.w, cluster.h);
  }

  private draw(): void {
    const { canvas, context, palette } = this;
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const { scale, x, y } = this.viewport.view;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = palette.back;
    context.fillRect(0, 0, width, height);
    context.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * x, ratio * y);
    const [left, top] = this.toPlane(0, 0);
    const [right, bottom] = this.toPlane(width, height);
    const visible = this.positions.clusters.flatMap((c, i) => (c.x + c.w >= left && c.x <= right && c.y + c.h >= top && c.y <= bottom ? [i] : []));
    this.drawFrames(visible, scale);
    if (scale < kNearBoxes) this.drawLinks(scale);
    else this.drawEdges(visible, scale);
    if (scale < kNearBoxes) this.drawRuns(visible);
    else this.drawNodes(visible, scale, left, top, right, bottom);
    this.drawTitles(visible, scale, ratio);
  }

  private drawFrames(visible: readonly number[], scale: number): void {
    const { context, palette } = this;
    context.beginPath();
    for (const i of visible) {
      const c = this.positions.clusters[i]!;
      context.roundRect(c.x, c.y, c.w, c.h, Math.min(12, 6 / scale));
    }
    context.fillStyle = palette.frameFill;
    context.fill();
    context.lineWidth = 1 / scale;
    context.strokeStyle = palette.frame;
    context.stroke();
  }

  private drawLinks(scale: number): void {
    const { context, palette } = this;
    const [from, to, counts] = this.positions.links;
    const heavy = [1, 8, 40].map((least, k, all) => ({ least, below: all[k + 1] ?? Infinity, width: k + 0.6 }));
    context.strokeStyle = palette.edge;
    context.globalAlpha = from.length > 600 ? 0.25 : 0.6;
    for (const { least, below, width } of heavy) {
      context.beginPath();
      for (let e = 0; e < from.length; ++e) {
        if (counts[e]! < least || counts[e]! >= below) continue;
        const a = this.positions.clusters[from[e]!]!;
        const b = this.positions.clusters[to[e]!]!;
        this.curve(a.x + a.w, a.y + a.h / 2, b.x, b.y + b.h / 2);
      }
      context.lineWidth = width / scale;
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  private curve(x1: number, y1: number, x2: number, y2: number): void {
    const half = Math.min(420, Math.max(40, Math.abs(x2 - x1) / 2));
    this.context.moveTo(x1, y1);
    this.context.bezierCurveTo(x1 + half, y1, x2 - half, y2, x2, y2);
  }

  private addEdge(from: number, to: number): void {
    this.curve(this.x[from]! + kWidth, this.y[from]! + kHeight / 2, this.x[to]!, this.y[to]! + kHeight / 2);
  }

  private drawEdges(visible: readonly number[], scale: number): void {
    const { context, palette, graph } = this;
    const budget = visible.reduce((n, c) => n + this.members[c]!.length, 0);
    context.lineWidth = Math.max(1, 0.8 / scale);
    if (budget <= kMostEdges) {
      context.beginPath();
      for (const c of visible) {
        for (const n of this.members[c]!) for (const p of listOf(graph.parents, n)) this.addEdge(p, n);
      }
      context.globalAlpha = this.related ? 0.2 : Math.min(0.7, 0.25 + 60 / (budget + 1));
      context.strokeStyle = palette.edge;
      context.stroke();
      context.globalAlpha = 1;
    } else {
      this.drawLinks(scale);
    }
    if (!this.related) return;
    context.beginPath();
    for (const n of this.related) for (const p of listOf(graph.parents, n)) if (this.related.has(p)) this.addEdge(p, n);
    context.strokeStyle = palette.lit;
    context.lineWidth = Math.max(1.4, 1.2 / scale);
    context.stroke();
  }

  private colourOf(node: number): string {
    const { graph, palette } = this;
    if (this.lens === 'run') return palette.states[graph.status[node]!]!;
    if (this.lens === 'tests') return palette.states[Math.floor(graph.tests[node]! / 1000000)]!;
    return graph.color[node] || palette.kinds[graph.kind[node]!] || palette.faint;
  }

  private makeRuns(): [string, number, number, number][][] {
    return this.members.map((nodes) => {
      const runs: [string, number, number, number][] = [];
      const sorted = nodes.slice().sort((a, b) => this.x[a]! - this.x[b]! || this.y[a]! - this.y[b]!);
      for (const n of sorted) {
        const colour = this.colourOf(n);
        const last = runs[runs.length - 1];
        if (last && last[0] === colour && last[1] === this.x[n]) last[3] = this.y[n]! + kHeight - last[2];
        else runs.push([colour, this.x[n]!, this.y[n]!, kHeight]);
      }
      return runs;
    });
  }

  private drawRuns(visible: readonly number[]): void {
    this.runs ??= this.makeRuns();
    for (const c of visible) {
      for (const [colour, x, y, height] of this.runs[c]!) {
        this.context.fillStyle = colour;
        this.context.fillRect(x, y, kWidth, height);
      }
    }
  }

  private drawNodes(visible: readonly number[], scale: number, left: number, top: number, right: number, bottom: number): void {
    const { context, palette, graph } = this;
    const named = scale >= kNearNames;
    context.font = '12.5px system-ui, sans-serif';
    context.textBaseline = 'middle';
    for (const c of visible) {
      for (const n of this.members[c]!) {
        const x = this.x[n]!;
        const y = this.y[n]!;
        if (x > right || y > bottom || x + kWidth < left || y + kHeight < top) continue;
        context.globalAlpha = this.related && !this.related.has(n) ? 0.22 : 1;
        context.fillStyle = this.colourOf(n);
        if (!named) {
          context.fillRect(x, y, kWidth, kHeight);
          continue;
        }
        context.fillRect(x, y, 5, kHeight);
        context.fillStyle = palette.box;
        context.fillRect(x + 5, y, kWidth - 5, kHeight);
        context.strokeStyle = n === this.hovered ? palette.lit : palette.frame;
        context.lineWidth = n === this.hovered ? 2 : 1;
        context.strokeRect(x, y, kWidth, kHeight);
        context.fillStyle = palette.text;
        context.fillText(shorten(graph.label[n]!, 25), x + 14, y + kHeight / 2 + 1, kWidth - 22);
      }
    }
    context.globalAlpha = 1;
  }

  /// Cluster names keep a readable size on screen and are left out where they have no room.
  private drawTitles(visible: readonly number[], scale: number, ratio: number): void {
    const { context, palette, viewport } = this;
    const { view } = viewport;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.textBaseline = 'alphabetic';
    context.font = '600 12px system-ui, sans-serif';
    for (const i of visible) {
      const c = this.positions.clusters[i]!;
      const room = c.w * scale;
      if (room < 46 || c.h * scale < 20) continue;
      const name = scale < 0.5 ? c.name.split('/').pop()! : c.name;
      const text = shorten(`${name}  ${c.count}`, Math.floor(room / 6.6));
      const tight = 36 * scale < 16;
      const [sx, sy] = [c.x * scale + view.x, c.y * scale + view.y];
      if (tight) {
        context.fillStyle = palette.back;
        context.globalAlpha = 0.88;
        context.fillRect(sx, sy, Math.min(room, text.length * 6.8 + 6), 15);
        context.globalAlpha = 1;
      }
      context.fillStyle = tight ? palette.text : palette.faint;
      context.fillText(text, sx + (tight ? 3 : 16 * scale), sy + (tight ? 11.5 : 22 * scale), room);
    }
  }
}
