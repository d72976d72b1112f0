// Writes a seeded target folder of N models for measuring the page. usage: synth_target.mjs OUT_DIR N [--hostile]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [out, size, flag] = process.argv.slice(2);
const n = Number(size);
let seed = 7;
const random = (k) => {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return seed % k;
};
const hostile = flag === '--hostile'
  ? ['</script><script>window.hacked=1</script>', "<img src=x onerror='window.hacked=2'>", '[x](javascript:window.hacked=3)', 'x'.repeat(10240), '\u202eRTL ✨ "quotes" \'single\' {{title}}']
  : [];
const words = 'orders payments customers daily monthly margin churn visits claims refund stock supplier region score budget'.split(' ');
const text = (k) => Array.from({ length: k }, () => words[random(words.length)]).join(' ') + (hostile.length ? ` ${hostile[random(hostile.length)]}` : '');
const nodes = {};
const sources = {};
const results = [];
const models = [];
const base = (id, type, name, path) => ({ unique_id: id, resource_type: type, name, package_name: 'synth', original_file_path: path, tags: [], config: { tags: [] }, depends_on: { nodes: [], macros: [] } });
const columns = (k) => Object.fromEntries(Array.from({ length: k }, (_, i) => {
  const name = i === 0 ? 'id' : `${words[random(words.length)]}_${random(400)}`;
  return [name, { name, description: i % 3 ? text(6) : '', data_type: 'text' }];
}));
for (let i = 0; i < Math.floor(n * 0.35); ++i) {
  const id = `source.synth.app${i % 20}.raw_${i}`;
  sources[id] = { ...base(id, 'source', `raw_${i}`, `models/staging/src_${i % 20}.yml`), source_name: `app${i % 20}`, identifier: `raw_${i}`, database: 'db', schema: `app${i % 20}`, columns: columns(12), description: i % 2 ? text(12) : '' };
}
const sourceIds = Object.keys(sources);
for (let i = 0; i < n; ++i) {
  const layer = i < n / 5 ? 'staging' : i < n * 0.6 ? 'intermediate' : 'marts';
  const name = `${layer.slice(0, 3)}_${words[i % words.length]}_${i}${hostile[i] ?? ''}`;
  const id = `model.synth.${name}`;
  const group = `${words[Math.floor(i / 100) % words.length]}_${Math.floor(i / 100)}`;
  const count = 1 + random(2);
  const parents = new Set();
  for (let k = 0; k < count; ++k) {
    if (layer === 'staging') parents.add(sourceIds[random(sourceIds.length)]);
    else parents.add(models[layer === 'marts' ? Math.floor(n / 5) + random(Math.max(1, Math.floor(n * 0.4))) : Math.max(0, models.length - 1 - random(Math.min(models.length, Math.floor(n / 5))))]);
  }
  const sql = `with source as (\n    select * from {{ ref('${name}') }}\n)\nselect\n${Array.from({ length: 25 }, (_, k) => `    sum(case when kind = '${words[random(15)]}' then amount_${random(100)} else 0 end) as total_${k}`).join(',\n')}\nfrom source\ngroup by 1\n`;
  nodes[id] = {
    ...base(id, 'model', name, `models/${layer}/${group}/${name}.sql`), database: 'db', schema: layer, alias: name, relation_name: `"db"."${layer}"."${name}"`, raw_code: sql, compiled_code: sql.replace('{{ ref(', '"db".').replace(') }}', ''), language: 'sql', access: 'protected',
    tags: [layer], config: { materialized: layer === 'staging' ? 'view' : 'table', tags: [layer] }, columns: columns(12), description: i % 4 ? text(20) : '', depends_on: { nodes: [...parents].filter(Boolean), macros: [] },
  };
  models.push(id);
  results.push({ unique_id: id, status: random(60) ? 'success' : 'error', execution_time: random(5000) / 1000, adapter_response: {}, timing: [], failures: null, message: null });
  for (const t of ['not_null', 'unique']) {
    const test = `test.synth.${t}_${name}_id.${(i * 7919).toString(16).padStart(10, '0')}`;
    nodes[test] = { ...base(test, 'test', `${t}_${name}_id`, `models/${layer}/schema.yml`), column_name: 'id', attached_node: id, test_metadata: { name: t }, raw_code: '{{ test() }}', compiled_code: `select id from "db"."${layer}" where id is null`, config: { severity: 'ERROR', tags: [] }, depends_on: { nodes: [id], macros: [] } };
    results.push({ unique_id: test, status: random(40) ? 'pass' : 'fail', execution_time: random(300) / 1000, adapter_response: {}, timing: [], failures: 0, message: null });
  }
}
const exposures = {};
for (let i = 0; i < Math.floor(n * 0.03); ++i) {
  const id = `exposure.synth.board_${i}`;
  exposures[id] = { ...base(id, 'exposure', `board_${i}`, 'models/exposures.yml'), type: 'dashboard', url: hostile.length ? 'javascript:window.hacked=4' : 'https://example.com', owner: { name: hostile[1] ?? 'Ann', email: 'a@example.com' }, description: text(8), depends_on: { nodes: [models[models.length - 1 - random(Math.floor(n * 0.4))]], macros: [] } };
}
mkdirSync(out, { recursive: true });
const metadata = { generated_at: '2026-01-01T00:00:00Z', dbt_version: '1.12.6', adapter_type: 'postgres', project_name: 'synth' };
writeFileSync(join(out, 'manifest.json'), JSON.stringify({ metadata, nodes, sources, exposures, metrics: {}, macros: {}, docs: hostile.length ? { 'doc.synth.__overview__': { block_contents: hostile.join('\n\n') } } : {}, disabled: {} }));
writeFileSync(join(out, 'run_results.json'), JSON.stringify({ metadata, results, elapsed_time: 321.5, args: { which: 'build' } }));
