// The positions of the whole-project map: the specification of src/docs/layout.cc, which gives the
// same numbers. Nodes are gathered into clusters by folder; a cluster is a small layered picture;
// clusters fill columns from left to right in dependency order. Nothing recurses.

export const kBoxWidth = 180;
export const kBoxHeight = 28;
const kPitchX = 216;
const kPitchY = 38;
const kPad = 18;
const kHeader = 36;
const kGap = 70;
const kMaxCluster = 48;

/** Longest-path layers; nodes on a cycle keep the layer they have reached. */
export function layersOf(count, parents, children) {
  const waiting = parents.map((p) => p.length);
  const layer = new Array(count).fill(0);
  const order = [];
  for (let i = 0; i < count; ++i) if (waiting[i] === 0) order.push(i);
  for (let at = 0; at < order.length; ++at) {
    for (const c of children[order[at]]) {
      layer[c] = Math.max(layer[c], layer[order[at]] + 1);
      if (--waiting[c] === 0) order.push(c);
    }
  }
  return layer;
}

/** The cluster's name of each node: the widest folder that holds at most `limit` nodes. */
export function clusterNames(paths) {
  const limit = Math.min(kMaxCluster, Math.max(6, Math.floor(paths.length / 8)));
  const sizes = new Map();
  const prefixes = (path) => {
    const parts = path.split('/');
    return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
  };
  for (const path of paths) for (const p of prefixes(path)) sizes.set(p, (sizes.get(p) ?? 0) + 1);
  return paths.map((path) => prefixes(path).find((p) => sizes.get(p) <= limit) ?? path);
}

function orderColumns(columns, parents, children, place) {
  const renumber = (column) => column.forEach((n, i) => place.set(n, i));
  columns.forEach(renumber);
  const sweep = (column, neighbours) => {
    const keys = new Map();
    for (const n of column) {
      const near = neighbours[n].filter((m) => place.has(m));
      const sum = near.reduce((s, m) => s + place.get(m), 0);
      keys.set(n, near.length ? sum / near.length : place.get(n));
    }
    column.sort((a, b) => keys.get(a) - keys.get(b) || a - b);
    renumber(column);
  };
  for (let round = 0; round < 3; ++round) {
    for (let c = 1; c < columns.length; ++c) sweep(columns[c], parents);
    for (let c = columns.length - 2; c >= 0; --c) sweep(columns[c], children);
  }
}

/** Lays out one cluster from (0, 0): fills `x` and `y`, returns its size. */
function layOutCluster(members, layer, parents, children, x, y) {
  const columns = new Map();
  for (const n of members) {
    if (!columns.has(layer[n])) columns.set(layer[n], []);
    columns.get(layer[n]).push(n);
  }
  const sorted = [...columns.keys()].sort((a, b) => a - b).map((k) => columns.get(k));
  orderColumns(sorted, parents, children, new Map());
  const rows = Math.max(4, Math.floor(Math.sqrt(members.length * 4)));
  let column = 0;
  let tallest = 0;
  for (const nodes of sorted) {
    nodes.forEach((n, i) => {
      x[n] = kPad + (column + Math.floor(i / rows)) * kPitchX;
      y[n] = kHeader + (i % rows) * kPitchY;
    });
    tallest = Math.max(tallest, Math.min(rows, nodes.length));
    column += Math.ceil(nodes.length / rows);
  }
  return {
    w: 2 * kPad + (column - 1) * kPitchX + kBoxWidth,
    h: kHeader + (tallest - 1) * kPitchY + kBoxHeight + kPad,
  };
}

function placeClusters(clusters) {
  const area = clusters.reduce((s, c) => s + (c.w + kGap) * (c.h + kGap), 0);
  const tallest = clusters.reduce((m, c) => Math.max(m, c.h), 0);
  const height = Math.max(tallest, Math.floor(Math.sqrt(area * 0.85)));
  let x = 0;
  let y = 0;
  let widest = 0;
  let bottom = 0;
  for (const c of clusters) {
    if (y > 0 && y + c.h > height) {
      x += widest + kGap;
      y = 0;
      widest = 0;
    }
    c.x = x;
    c.y = y;
    y += c.h + kGap;
    widest = Math.max(widest, c.w);
    bottom = Math.max(bottom, c.y + c.h);
  }
  return { width: x + widest, height: bottom };
}

/** Edges counted between clusters, sorted by (from, to). */
function countLinks(count, parents, cluster) {
  const links = new Map();
  for (let n = 0; n < count; ++n) {
    for (const p of parents[n]) {
      if (cluster[p] === cluster[n]) continue;
      const key = cluster[p] * 65536 + cluster[n];
      links.set(key, (links.get(key) ?? 0) + 1);
    }
  }
  const keys = [...links.keys()].sort((a, b) => a - b);
  return [
    keys.map((k) => Math.floor(k / 65536)),
    keys.map((k) => k % 65536),
    keys.map((k) => links.get(k)),
  ];
}

/**
 * @param paths for each node the `/`-separated place that clusters are cut from
 * @param parents for each node its parents' indices, ascending
 */
export function layOutMap(paths, parents) {
  const count = paths.length;
  const children = parents.map(() => []);
  parents.forEach((list, n) => list.forEach((p) => children[p].push(n)));
  const layer = layersOf(count, parents, children);
  const names = clusterNames(paths);
  const groups = new Map();
  names.forEach((name, n) => {
    if (!groups.has(name)) groups.set(name, { name, members: [], x: 0, y: 0, w: 0, h: 0, mean: 0 });
    groups.get(name).members.push(n);
  });
  const x = new Array(count).fill(0);
  const y = new Array(count).fill(0);
  for (const g of groups.values()) {
    const sum = g.members.reduce((s, n) => s + layer[n], 0);
    g.mean = Math.floor((sum * 1000) / g.members.length);
    Object.assign(g, layOutCluster(g.members, layer, parents, children, x, y));
  }
  const less = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const clusters = [...groups.values()].sort((a, b) => a.mean - b.mean || less(a.name, b.name));
  const size = placeClusters(clusters);
  const cluster = new Array(count).fill(0);
  clusters.forEach((c, i) => {
    for (const n of c.members) {
      cluster[n] = i;
      x[n] += c.x;
      y[n] += c.y;
    }
  });
  return {
    x,
    y,
    cluster,
    clusters: clusters.map((c) => ({ name: c.name, x: c.x, y: c.y, w: c.w, h: c.h, count: c.members.length })),
    links: countLinks(count, parents, cluster),
    ...size,
  };
}
