// Turns a dbt target folder into a site. usage: make_site.mjs TARGET_DIR OUT_DIR [--static]
// A development tool and the executable specification of FORMAT.md; the real writer is src/docs.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { layOutMap } from './map_layout.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const kindsA = ['model', 'seed', 'snapshot', 'source', 'exposure', 'function', 'metric', 'semantic_model', 'saved_query', 'analysis'];
const kindsB = ['test', 'unit_test', 'macro', 'operation'];
const statusCode = {
  success: 1, pass: 1, warn: 2, 'partial success': 2, error: 3, fail: 3, 'runtime error': 3, skipped: 4,
};
const statusWeight = [0, 2, 3, 4, 1];
const less = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
const escapeHtml = (s) => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null);
const hashOf = (text) => createHash('sha256').update(text).digest('hex').slice(0, 10);

/** A small part of Markdown, enough to judge the page by; the real one is CommonMark. */
function markdown(text) {
  const inline = (s) => escapeHtml(s)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\[([^\]]+)\]\(((?:https?:\/\/|mailto:|#\/)[^)\s]+)\)/g, '<a href="$2">$1</a>');
  const block = (s) => {
    const lines = s.split('\n');
    if (/^#{1,4} /.test(s)) return `<h${s.indexOf(' ')}>${inline(s.replace(/^#+ /, ''))}</h${s.indexOf(' ')}>`;
    if (lines.every((l) => /^- /.test(l))) return `<ul>${lines.map((l) => `<li>${inline(l.slice(2))}</li>`).join('')}</ul>`;
    if (lines.length > 2 && lines.every((l) => /^\|.*\|$/.test(l))) {
      const row = (l, t) => `<tr>${l.slice(1, -1).split('|').map((c) => `<${t}>${inline(c.trim())}</${t}>`).join('')}</tr>`;
      return `<table><thead>${row(lines[0], 'th')}</thead><tbody>${lines.slice(2).map((l) => row(l, 'td')).join('')}</tbody></table>`;
    }
    return `<p>${inline(s)}</p>`;
  };
  return text.trim().split(/\n\s*\n/).filter(Boolean).map((s) => block(s.trim())).join('\n');
}

function shown(n) {
  const docs = n.config?.docs ?? n.docs;
  return docs?.show !== false;
}

function collect(manifest) {
  const all = [
    ...Object.values(manifest.nodes), ...Object.values(manifest.sources), ...Object.values(manifest.exposures),
    ...Object.values(manifest.metrics ?? {}), ...Object.values(manifest.semantic_models ?? {}),
    ...Object.values(manifest.saved_queries ?? {}), ...Object.values(manifest.functions ?? {}),
    ...Object.values(manifest.unit_tests ?? {}),
    ...Object.values(manifest.macros).filter((m) => m.package_name !== 'dbt' && m.package_name !== 'dbt_postgres'),
  ].filter(shown).map((n) => ({
    n, id: n.unique_id, kind: n.resource_type, name: n.name, package: n.package_name,
    folder: n.original_file_path.includes('/') ? n.original_file_path.replace(/\/[^/]*$/, '') : '',
    file: n.original_file_path.replace(/^.*\//, ''),
  }));
  const pick = (kinds) => all.filter((e) => kinds.includes(e.kind)).sort((a, b) =>
    kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || less(a.package, b.package) || less(a.folder, b.folder) ||
    less(a.name, b.name) || less(a.id, b.id));
  return { a: pick(kindsA), b: pick(kindsB) };
}

function tailOf(e) {
  const prefix = `${e.kind}.${e.package}.`;
  if (!e.id.startsWith(prefix)) return `=${e.id}`;
  const rest = e.id.slice(prefix.length);
  if (rest === e.name) return '';
  if (rest.startsWith(`${e.name}.`)) return rest.slice(e.name.length);
  if (rest.endsWith(`.${e.name}`)) return rest.slice(0, rest.length - e.name.length);
  return rest;
}

const textsOf = (e) => ({
  schema: e.n.schema && ['model', 'seed', 'snapshot', 'source', 'function'].includes(e.kind) ? `${e.n.database ?? ''}.${e.n.schema}` : '',
  mat: e.kind === 'source' ? '' : e.n.config?.materialized ?? '',
  group: e.n.config?.group ?? e.n.group ?? '',
  access: e.kind === 'model' ? e.n.access ?? e.n.config?.access ?? '' : '',
  file: e.file === `${e.name}.sql` ? '' : e.file,
});
const tagsOf = (e) => [...new Set([].concat(e.n.tags ?? [], e.n.config?.tags ?? []))].sort(less);

function dictionaries(entries) {
  const sets = { package: new Set(), folder: new Set(), file: new Set(), schema: new Set(), mat: new Set(), group: new Set(), access: new Set(), tag: new Set() };
  for (const e of entries) {
    sets.package.add(e.package);
    sets.folder.add(e.folder);
    for (const [k, v] of Object.entries(textsOf(e))) sets[k].add(v);
    for (const t of tagsOf(e)) sets.tag.add(t);
  }
  const used = new Set(entries.map((e) => e.kind));
  const dict = { kind: [...kindsA, ...kindsB].filter((k) => used.has(k)) };
  for (const [k, set] of Object.entries(sets)) dict[k] = ['', ...[...set].filter((s) => s !== '').sort(less)];
  const place = {};
  for (const [k, list] of Object.entries(dict)) place[k] = new Map(list.map((s, i) => [s, i]));
  return { dict, place };
}

function delta(list) {
  return list.map((v, i) => (i ? v - list[i - 1] : v));
}

function sparse(texts) {
  const at = [];
  texts.forEach((t, i) => { if (t) at.push(i); });
  return [delta(at), at.map((i) => texts[i])];
}

function block(entries, first, place, parents, world) {
  const texts = entries.map(textsOf);
  const tags = entries.map(tagsOf);
  const column = (key, get) => entries.map((e, i) => place[key].get(get(e, i)));
  const color = (e) => {
    const c = (e.n.config?.docs ?? e.n.docs)?.node_color ?? '';
    return /^(#[0-9a-fA-F]{3,8}|[a-zA-Z]{1,30})$/.test(c) ? c : '';
  };
  return {
    kind: column('kind', (e) => e.kind),
    name: entries.map((e) => e.name),
    tail: entries.map(tailOf),
    package: column('package', (e) => e.package),
    folder: column('folder', (e) => e.folder),
    file: column('file', (_, i) => texts[i].file),
    schema: column('schema', (_, i) => texts[i].schema),
    alias: sparse(entries.map((e, i) => {
      const alias = e.n.identifier ?? e.n.alias ?? '';
      return texts[i].schema && alias !== e.name ? alias : '';
    })),
    mat: column('mat', (_, i) => texts[i].mat),
    group: column('group', (_, i) => texts[i].group),
    access: column('access', (_, i) => texts[i].access),
    color: sparse(entries.map(color)),
    tags: [tags.map((t) => t.length), tags.flatMap((t) => t.map((s) => place.tag.get(s)))],
    parents: [parents.map((p) => p.length), parents.flatMap((p, i) => p.map((v, j) => (j ? v - p[j - 1] : first + i - v)))],
    status: entries.map((e) => world.status.get(e.id) ?? 0),
    tests: entries.map((e) => {
      const list = world.testsOf.get(e.id) ?? [];
      const worst = list.reduce((m, t) => { const s = world.status.get(t.id) ?? 0; return statusWeight[s] > statusWeight[m] ? s : m; }, 0);
      return worst * 1000000 + list.length;
    }),
    flags: entries.map((e) => (e.n.description ? 1 : 0) | (e.n.raw_code || e.n.macro_sql ? 2 : 0)),
    shards: { count: [], hash: [] },
  };
}

const pairs = (object) => Object.entries(object ?? {})
  .filter(([, v]) => v !== null && v !== '' && v !== false && !(typeof v === 'object' && Object.keys(v).length === 0))
  .sort((a, b) => less(a[0], b[0])).map(([k, v]) => [k, typeof v === 'object' ? JSON.stringify(v) : String(v)]);

function runFact(r) {
  if (!r) return undefined;
  const rows = r.adapter_response?.rows_affected;
  return {
    status: r.status, time: r.execution_time, at: r.timing?.find((t) => t.name === 'execute')?.started_at ?? undefined,
    rows: typeof rows === 'number' ? rows : undefined, failures: r.failures ?? undefined,
    message: r.message ? r.message.slice(0, 4000) : undefined,
  };
}

function testFact(t, world) {
  const severity = (t.n.config?.severity ?? 'error').toLowerCase();
  return {
    id: t.id, name: t.n.test_metadata?.name ?? t.name, column: t.n.column_name ?? undefined,
    severity: severity === 'error' ? undefined : severity, run: runFact(world.results.get(t.id)),
  };
}

function columnsOf(e, tests, catalog) {
  const documented = new Map(Object.values(e.n.columns ?? {}).map((c) => [c.name.toLowerCase(), c]));
  const names = Object.values(catalog?.columns ?? {}).sort((a, b) => a.index - b.index).map((c) => [c.name, c.type]);
  const known = new Set(names.map(([n]) => n.toLowerCase()));
  for (const c of documented.values()) if (!known.has(c.name.toLowerCase())) names.push([c.name, undefined]);
  return names.map(([name, type]) => {
    const c = documented.get(name.toLowerCase());
    const at = tests.flatMap((t, i) => (t.column?.toLowerCase() === name.toLowerCase() ? [i] : []));
    return {
      name, type: type ?? c?.data_type ?? undefined, html: c?.description ? markdown(c.description) : undefined,
      tags: c?.tags?.length ? c.tags : undefined,
      constraints: c?.constraints?.length ? c.constraints.map((k) => k.type) : undefined,
      tests: at.length ? at : undefined,
    };
  });
}

function factsOf(e) {
  const n = e.n;
  const facts = [];
  const add = (label, v) => { if (v !== undefined && v !== null && v !== '') facts.push([label, String(v)]); };
  if (n.version) add('Version', n.version);
  if (n.latest_version) add('Latest version', n.latest_version);
  if (n.deprecation_date) add('Deprecated from', n.deprecation_date);
  if (e.kind === 'source') { add('Source', n.source_name); add('Loader', n.loader); add('Loaded at', n.loaded_at_field); }
  if (e.kind === 'exposure') { add('Type', n.type); add('Maturity', n.maturity); add('URL', n.url); add('Label', n.label); }
  if (e.kind === 'metric') { add('Type', n.type); add('Label', n.label); }
  if (e.kind === 'unit_test') add('Tests model', n.model);
  if (e.kind === 'test') { add('Tests', n.attached_node); add('Column', n.column_name); add('Severity', (n.config?.severity ?? 'error').toLowerCase()); }
  if (n.owner && typeof n.owner === 'object') add('Owner', [n.owner.name, n.owner.email].filter(Boolean).join(' · '));
  return facts;
}

function codeOf(e) {
  const code = [];
  const language = e.n.language === 'python' ? 'python' : 'sql';
  if (e.n.raw_code && e.kind !== 'seed') code.push({ label: 'Source', language, text: e.n.raw_code });
  if (e.n.compiled_code) code.push({ label: 'Compiled', language, text: e.n.compiled_code });
  if (e.n.macro_sql) code.push({ label: 'Source', language: 'sql', text: e.n.macro_sql });
  return code;
}

function tablesOf(e) {
  const tables = [];
  const grid = (title, rows) => {
    if (!Array.isArray(rows) || !rows.length) return;
    const head = [...new Set(rows.flatMap((r) => Object.keys(r)))];
    tables.push({ title, head, rows: rows.slice(0, 200).map((r) => head.map((h) => (r[h] === null || r[h] === undefined ? '' : String(r[h])))) });
  };
  if (e.n.arguments?.length) tables.push({ title: 'Arguments', head: ['Name', 'Type', 'Description'], rows: e.n.arguments.map((a) => [a.name, a.type ?? a.data_type ?? '', a.description ?? '']) });
  if (e.kind === 'unit_test') {
    for (const g of e.n.given) grid(`Given ${g.input}`, g.rows);
    grid('Expect', e.n.expect.rows);
  }
  return tables;
}

function detail(e, world) {
  const catalog = world.catalog.get(e.id);
  const tests = (world.testsOf.get(e.id) ?? []).map((t) => testFact(t, world));
  const stats = Object.values(catalog?.stats ?? {}).filter((s) => s.include && s.id !== 'has_stats').map((s) => [s.label, String(s.value)]);
  if (catalog?.metadata?.type) stats.unshift(['Type', catalog.metadata.type]);
  if (catalog?.metadata?.owner) stats.unshift(['Owner', catalog.metadata.owner]);
  const macros = (e.n.depends_on?.macros ?? []).filter((m) => !/^macro\.(dbt|dbt_postgres)\./.test(m)).sort(less);
  const usedBy = world.usedBy.get(e.id);
  const list = (l) => (l.length ? l : undefined);
  const { tags, meta, docs, ...config } = e.n.config ?? {};
  return {
    id: e.id, path: e.n.original_file_path,
    html: e.n.description ? markdown(e.n.description) : undefined,
    relation: e.n.relation_name ?? undefined,
    facts: list(factsOf(e)), columns: list(columnsOf(e, tests, catalog)), code: list(codeOf(e)), tests: list(tests),
    tables: list(tablesOf(e)), stats: list(stats), config: list(pairs(config)), meta: list(pairs({ ...meta, ...e.n.meta })),
    run: runFact(world.results.get(e.id)), macros: list(macros),
    usedBy: usedBy ? [usedBy.length, usedBy.slice(0, 200)] : undefined,
  };
}

/** Everything that is looked up by unique id. */
function worldOf(entries, target, manifest) {
  const run = readJson(join(target, 'run_results.json'));
  const sources = readJson(join(target, 'sources.json'));
  const catalog = readJson(join(target, 'catalog.json'));
  const results = new Map([...(run?.results ?? []), ...(sources?.results ?? [])].map((r) => [r.unique_id, r]));
  const status = new Map([...results].map(([id, r]) => [id, statusCode[r.status] ?? 0]));
  const testsOf = new Map();
  const usedBy = new Map();
  const push = (map, key, v) => { if (!map.has(key)) map.set(key, []); map.get(key).push(v); };
  for (const e of entries) {
    if (e.kind === 'test' || e.kind === 'unit_test') {
      const on = e.n.attached_node ? [e.n.attached_node] : e.n.depends_on.nodes;
      for (const id of new Set(on)) push(testsOf, id, e);
    }
    for (const m of new Set(e.n.depends_on?.macros ?? [])) push(usedBy, m, e.id);
  }
  return { run, results, status, testsOf, usedBy, catalog: new Map([...Object.entries(catalog?.nodes ?? {}), ...Object.entries(catalog?.sources ?? {})]), manifest };
}

function shardsOf(entries, world) {
  const shards = [];
  let size = Infinity;
  for (const [i, e] of entries.entries()) {
    const d = detail(e, world);
    const bytes = Buffer.byteLength(JSON.stringify(d));
    if (size + bytes > 48000 || shards.at(-1).nodes.length === 64) {
      shards.push({ first: i, nodes: [] });
      size = 0;
    }
    shards.at(-1).nodes.push(d);
    size += bytes;
  }
  return shards;
}

function searchData(entries, world) {
  const posts = new Map();
  entries.forEach((e, i) => {
    const names = [...Object.keys(e.n.columns ?? {}), ...Object.keys(world.catalog.get(e.id)?.columns ?? {})];
    for (const c of new Set(names.map((s) => s.toLowerCase()))) {
      if (!posts.has(c)) posts.set(c, []);
      posts.get(c).push(i);
    }
  });
  const columns = [...posts.keys()].sort(less);
  const text = sparse(entries.map((e) => (e.n.description ?? '').replace(/\s+/g, ' ').trim().slice(0, 400)));
  return { columns, posts: [columns.map((c) => posts.get(c).length), columns.flatMap((c) => delta(posts.get(c)))], text };
}

function lastRun(entries, index, world) {
  if (!world.run) return null;
  const nodes = [0, 0, 0, 0, 0];
  const tests = [0, 0, 0, 0, 0];
  const timed = [];
  for (const r of world.run.results) {
    if (!index.has(r.unique_id) || r.status === 'no-op') continue;
    const kind = entries[index.get(r.unique_id)].kind;
    (kind === 'test' || kind === 'unit_test' ? tests : nodes)[statusCode[r.status] ?? 0] += 1;
    timed.push([index.get(r.unique_id), Math.round(r.execution_time * 1000)]);
  }
  timed.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const slowest = timed.slice(0, 10);
  return {
    at: world.run.metadata.generated_at, elapsed: world.run.elapsed_time, command: world.run.args?.which ?? '',
    nodes, tests, slowest: [slowest.map((t) => t[0]), slowest.map((t) => t[1])],
  };
}

function totalsOf(entries, world) {
  let columns = 0;
  let columnsDescribed = 0;
  for (const e of entries) {
    if (!['model', 'seed', 'snapshot', 'source'].includes(e.kind)) continue;
    for (const c of columnsOf(e, [], world.catalog.get(e.id))) {
      columns += 1;
      if (c.html) columnsDescribed += 1;
    }
  }
  return { columns, columnsDescribed };
}

function mapPath(e) {
  if (e.kind === 'source') return `sources/${e.n.source_name}`;
  if (e.kind === 'exposure' || e.kind === 'metric' || e.kind === 'semantic_model' || e.kind === 'saved_query') return `${e.kind}s`;
  return e.folder ? `${e.package}/${e.folder}` : e.package;
}

const encode = (value) => deflateRawSync(Buffer.from(JSON.stringify(value)), { level: 9 }).toString('base64');

function build(target) {
  const manifest = readJson(join(target, 'manifest.json'));
  const { a, b } = collect(manifest);
  const entries = [...a, ...b];
  const world = worldOf(entries, target, manifest);
  const index = new Map(entries.map((e, i) => [e.id, i]));
  const { dict, place } = dictionaries(entries);
  const parentsOf = (list) => list.map((e) => [...new Set((e.n.depends_on?.nodes ?? []).map((id) => index.get(id)))]
    .filter((p) => p !== undefined && p < a.length && entries[p] !== e).sort((x, y) => x - y));
  const parentsA = parentsOf(a);
  const data = [];
  const add = (key, value) => {
    const text = encode(value);
    const hash = hashOf(`D("${key}","${text}");\n`);
    data.push({ key, text, file: `${key}.${hash}.js` });
    return hash;
  };
  const blockA = block(a, 0, place, parentsA, world);
  const blockB = block(b, a.length, place, parentsOf(b), world);
  let shardNumber = 0;
  for (const [list, part, offset] of [[a, blockA, 0], [b, blockB, a.length]]) {
    for (const shard of shardsOf(list, world)) {
      shard.first += offset;
      part.shards.count.push(shard.nodes.length);
      part.shards.hash.push(add(`n/${shardNumber++}`, shard));
    }
  }
  add('more', { nodes: blockB });
  const more = data.at(-1).file;
  add('search', searchData(entries, world));
  const positions = layOutMap(a.map(mapPath), parentsA);
  positions.x = delta(positions.x);
  positions.y = delta(positions.y);
  const project = manifest.metadata.project_name;
  const overview = manifest.docs[`doc.${project}.__overview__`];
  const counts = dict.kind.map((k) => [k, entries.filter((e) => e.kind === k).length]);
  add('core', {
    version: 1, project,
    generated: { at: manifest.metadata.generated_at, by: 'weft', dbt: manifest.metadata.dbt_version, adapter: manifest.metadata.adapter_type },
    overview: overview ? markdown(overview.block_contents) : '', dict, nodes: blockA, map: positions,
    run: lastRun(entries, index, world), totals: totalsOf(a, world), counts, files: { more, search: data.at(-1).file },
  });
  return { project, data };
}

function write(out, { project, data }, single) {
  const dist = join(here, '..', 'dist');
  const read = (name) => readFileSync(join(dist, name), 'utf8');
  const [js, css, page] = [read('app.js'), read('app.css'), read('index.html')];
  const assets = join(out, 'docs-assets');
  const sha = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const csp = (script, style) => `default-src 'none'; script-src ${script}; style-src ${style}; img-src 'self' data:; font-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none'`;
  const fill = (values) => page.replace(/\{\{(\w+)\}\}/g, (_, key) => values[key]);
  mkdirSync(out, { recursive: true });
  if (single) {
    writeFileSync(join(out, 'index.html'), fill({
      title: escapeHtml(project), csp: csp(sha(js), sha(css)), style: `<style>${css}</style>`,
      data: data.map((d) => `<script type="text/plain" data-key="${d.key}">${d.text}</script>`).join('\n'),
      script: `<script>${js}</script>`,
    }));
    return;
  }
  rmSync(assets, { recursive: true, force: true });
  mkdirSync(join(assets, 'n'), { recursive: true });
  const appJs = `app.${hashOf(js)}.js`;
  const appCss = `app.${hashOf(css)}.css`;
  writeFileSync(join(assets, appJs), js);
  writeFileSync(join(assets, appCss), css);
  for (const d of data) writeFileSync(join(assets, d.file), `D("${d.key}","${d.text}");\n`);
  const core = data.find((d) => d.key === 'core').file;
  writeFileSync(join(out, 'index.html'), fill({
    title: escapeHtml(project), csp: csp("'self'", "'self'"),
    style: `<link rel="stylesheet" href="docs-assets/${appCss}">`,
    script: `<script src="docs-assets/${appJs}"></script>`, data: `<script src="docs-assets/${core}"></script>`,
  }));
  const files = readdirSync(assets, { recursive: true }).length;
  console.log(`${out}: ${files} files, core ${data.find((d) => d.key === 'core').text.length}, search ${data.find((d) => d.key === 'search').text.length}, more ${data.find((d) => d.key === 'more').text.length}`);
}

const [target, out, flag] = process.argv.slice(2);
write(out, build(target), flag === '--static');
