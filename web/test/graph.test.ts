import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listOf, makeGraph, restOf, undelta, type Graph } from '../src/graph';
import { distance, makeIndex, search } from '../src/search';
import { select } from '../src/selector';
import { edgePath, isotonic, layOut } from '../src/layout';
import { highlight } from '../src/highlight';
import { databaseTree, filesTree, rowsOf } from '../src/tree';
import { lineageHref, nodeHref, parseRoute, translateOld } from '../src/route';
import { shardOf } from '../src/data';
import type { Block, Core } from '../src/format';

// raw (source) -> stg -> orders -> customers, orders -> board; side stands alone.
const names = ['stg', 'orders', 'customers', 'side', 'events', 'board'];
const parents = [[4], [0], [0, 1], [], [], [1]];

function block(): Block {
  const zero = names.map(() => 0);
  const deltas = parents.flatMap((list, n) => list.map((p, k) => (k ? p - list[k - 1]! : n - p)));
  return {
    kind: [0, 0, 0, 0, 1, 2], name: names, tail: ['', '', '.v2', '', 'app.', ''], package: names.map(() => 1), folder: [2, 1, 1, 1, 2, 0],
    file: zero, schema: [1, 1, 1, 1, 2, 0], alias: [[2], ['clients']], mat: [1, 2, 2, 2, 0, 0], group: zero, access: zero, color: [[], []],
    tags: [[1, 2, 0, 0, 0, 0], [1, 1, 2]], parents: [parents.map((p) => p.length), deltas], status: [1, 3, 4, 1, 0, 0], tests: zero,
    flags: [1, 0, 0, 0, 0, 0], shards: { count: [4, 2], hash: ['a', 'b'] },
  };
}

function graph(): Graph {
  const core = {
    nodes: block(),
    dict: {
      kind: ['model', 'source', 'exposure'], package: ['', 'shop'], folder: ['', 'models/marts', 'models/staging'], file: [''], schema: ['', 'db.public', 'db.raw'],
      mat: ['', 'view', 'table'], group: [''], access: [''], tag: ['', 'daily', 'finance'],
    },
  } as unknown as Core;
  return makeGraph(core, null);
}

const picked = (selector: string): string[] => [...select(graph(), selector).nodes].sort((a, b) => a - b).map((n) => names[n]!);

test('unique ids are rebuilt from names and tails', () => {
  assert.equal(restOf('a', ''), 'a');
  assert.equal(restOf('a', '.b1'), 'a.b1');
  assert.equal(restOf('a', 's.'), 's.a');
  assert.equal(restOf('a', 'other'), 'other');
  assert.deepEqual(graph().id.slice(2), ['model.shop.customers.v2', 'model.shop.side', 'source.shop.app.events', 'exposure.shop.board']);
});

test('edges are decoded and reversed', () => {
  const g = graph();
  assert.deepEqual(names.map((_, n) => [...listOf(g.parents, n)]), parents);
  assert.deepEqual([...listOf(g.children, 0)], [1, 2]);
  assert.deepEqual([...listOf(g.children, 1)], [2, 5]);
  assert.deepEqual(undelta([5, -2, 1]), [5, 3, 4]);
});

test('columns of text are decoded', () => {
  const g = graph();
  assert.deepEqual(g.tags[1], ['daily', 'finance']);
  assert.equal(g.alias[2], 'clients');
  assert.equal(g.label[4], 'app.events');
  assert.equal(g.label[2], 'customers.v2');
  assert.equal(g.file[0], 'stg.sql');
});

test('selectors: names, edges, union and intersection', () => {
  assert.deepEqual(picked('orders'), ['orders']);
  assert.deepEqual(picked('+orders'), ['stg', 'orders', 'events']);
  assert.deepEqual(picked('1+orders'), ['stg', 'orders']);
  assert.deepEqual(picked('orders+'), ['orders', 'customers', 'board']);
  assert.deepEqual(picked('stg+1'), ['stg', 'orders', 'customers']);
  assert.deepEqual(picked('side stg'), ['stg', 'side']);
  assert.deepEqual(picked('+orders,tag:daily'), ['stg', 'orders']);
  assert.deepEqual(picked('@customers'), ['stg', 'orders', 'customers', 'events']);
  assert.deepEqual(picked('*s'), ['orders', 'customers', 'events']);
});

test('selectors: methods', () => {
  assert.deepEqual(picked('tag:fin*'), ['orders']);
  assert.deepEqual(picked('path:models/marts'), ['orders', 'customers', 'side']);
  assert.deepEqual(picked('resource_type:exposure'), ['board']);
  assert.deepEqual(picked('source:app'), ['events']);
  assert.deepEqual(picked('source:app.events+1'), ['stg', 'events']);
  assert.deepEqual(picked('config.materialized:view'), ['stg']);
  assert.deepEqual(picked('result:error'), ['orders']);
  assert.deepEqual(picked('shop.marts'), ['orders', 'customers', 'side']);
  assert.deepEqual(picked('').length, names.length);
  assert.match(select(graph(), 'state:new').notes[0]!, /does not know/);
  assert.match(select(graph(), 'nosuch').notes[0]!, /matches nothing/);
});

test('search ranks exact, prefix, word, column, text', () => {
  const index = makeIndex(graph(), { columns: ['order_id', 'orders'], posts: [[1, 1], [3, 0]], text: [[5], ['Shows all Orders of the week']] });
  const found = (q: string): string[] => search(index, q, 10).hits.map((h) => names[h.node]!);
  assert.deepEqual(found('orders'), ['orders', 'stg', 'board']);
  assert.deepEqual(found('order'), ['orders', 'stg', 'side', 'board']);
  assert.equal(search(index, 'order_id', 5).hits[0]!.column, 'order_id');
  assert.match(search(index, 'week', 5).hits[0]!.excerpt, /of the week/);
  assert.deepEqual(found('orders week'), ['board']);
  assert.deepEqual(found('evnets'), []);
  assert.deepEqual(found('custmoers.v2'), ['customers']);
  assert.equal(distance('abcd', 'acbd', 2), 1);
});

test('layout keeps boxes apart and edges forward', () => {
  const edges: [number, number][] = [];
  for (let i = 1; i < 300; ++i) edges.push([Math.floor((i - 1) / 3), i]);
  edges.push([0, 299]);
  const sizes = { width: 100, height: 20, gapX: 40, gapY: 10 };
  const placed = layOut(300, edges, sizes);
  const seen = new Map<number, number[]>();
  for (let i = 0; i < 300; ++i) {
    assert.ok(placed.y[i]! >= -1e-6 && placed.y[i]! <= placed.height + 1e-6);
    seen.set(placed.x[i]!, [...(seen.get(placed.x[i]!) ?? []), placed.y[i]!]);
  }
  for (const ys of seen.values()) {
    ys.sort((a, b) => a - b);
    for (let k = 1; k < ys.length; ++k) assert.ok(ys[k]! - ys[k - 1]! >= 30 - 1e-6);
  }
  for (const [from, to] of edges) assert.ok(placed.x[from]! < placed.x[to]!);
  assert.match(edgePath(placed, sizes, 0, 299, placed.bends[edges.length - 1]!), /^M100\.0 .*L/);
});

test('layout survives cycles, long chains and nothing', () => {
  const sizes = { width: 100, height: 20, gapX: 40, gapY: 10 };
  assert.equal(layOut(0, [], sizes).height, 0);
  layOut(3, [[0, 1], [1, 2], [2, 1]], sizes);
  const chain = layOut(5000, Array.from({ length: 4999 }, (_, i) => [i, i + 1] as [number, number]), sizes);
  assert.equal(chain.width, 5000 * 140 - 40);
  assert.deepEqual(isotonic([5, 1, 9], [0, 0, 0]), [3, 3, 9]);
});

test('highlighting loses no text', () => {
  const text = "select 'it''s', \"a b\", 1.5 -- note\nfrom {{ ref('x') }} {% if a %}{# c #} /* open";
  const pieces = highlight(text);
  assert.equal(pieces.map((p) => p[1]).join(''), text);
  assert.ok(pieces.some(([s, t]) => s === 'jf' && t === 'ref'));
  assert.ok(pieces.some(([s, t]) => s === 'k' && t === 'from'));
  assert.equal(highlight('x'.repeat(90000)).map((p) => p[1]).join('').length, 90000);
});

test('trees list folders, sources and schemas', () => {
  const g = graph();
  const root = filesTree(g, 'shop');
  const rows = rowsOf(root, new Set(['/models', '/models/marts', '/Sources']), (n) => g.label[n]!);
  assert.deepEqual(rows.map((r) => `${' '.repeat(r.depth)}${r.label}`), ['models', ' marts', '  customers.v2', '  orders', '  side', ' staging', 'Sources', ' app', 'Exposures']);
  assert.deepEqual(databaseTree(g).branches[0]!.branches.map((b) => [b.label, b.count]), [['public', 4], ['raw', 1]]);
});

test('routes', () => {
  const route = parseRoute(nodeHref('model.shop.a/b?c'));
  assert.equal(route.id, 'model.shop.a/b?c');
  assert.equal(parseRoute(lineageHref('+orders tag:x', 2)).params.get('sel'), '+orders tag:x');
  assert.equal(translateOld('#!/model/model.shop.orders?g_v=1'), '#/n/model.shop.orders');
  assert.equal(translateOld('#/n/x'), null);
  assert.equal(parseRoute('#/n/%E0%A4%A').id, '%E0%A4%A');
});

test('shards are found by index', () => {
  assert.equal(shardOf([4, 2], 0, 3), 0);
  assert.equal(shardOf([4, 2], 0, 4), 1);
  assert.equal(shardOf([4, 2], 0, 6), -1);
  assert.equal(shardOf([3], 10, 12), 0);
});
