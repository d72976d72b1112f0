/// The page of one node, of whatever kind.

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { loadDetail } from '../data';
import type { ColumnFact, Detail, TestFact } from '../format';
import { listOf, walk, type Graph } from '../graph';
import { lineageHref, nodeHref } from '../route';
import { selectorOf, useSite } from '../store';
import { counted, moment, seconds, statusCode } from '../words';
import { Code } from './code';
import { Focus } from './focus';
import { Html, Kind, NodeLink, Section, Status, Value } from './parts';

const kMostListed = 60;

function useDetail(node: number): { detail: Detail | null; problem: string } {
  const { core } = useSite();
  const [state, setState] = useState<{ node: number; detail: Detail | null; problem: string }>({ node: -1, detail: null, problem: '' });
  useEffect(() => {
    let wanted = true;
    loadDetail(core, node).then(
      (detail) => wanted && setState({ node, detail, problem: '' }),
      (error: Error) => wanted && setState({ node, detail: null, problem: error.message }),
    );
    return () => { wanted = false; };
  }, [node]);
  return state.node === node ? state : { detail: null, problem: '' };
}

function TestState({ test }: { test: TestFact }): JSX.Element {
  const word = test.run?.status ?? 'not run';
  const failures = test.run?.failures ?? 0;
  return <Status code={statusCode(word)} word={failures > 0 ? `${word}, ${counted(failures, 'row')}` : word} />;
}

function ColumnTests({ tests }: { tests: TestFact[] }): JSX.Element {
  return (
    <ul class="marks">
      {tests.map((t) => (
        <li>
          <a class={`mark s${statusCode(t.run?.status ?? '')}`} href={nodeHref(t.id)} title={`${t.name}: ${t.run?.status ?? 'not run'}`}>
            <TestIcon test={t} /> {t.name}
          </a>
        </li>
      ))}
    </ul>
  );
}

function TestIcon({ test }: { test: TestFact }): JSX.Element {
  return <span aria-hidden="true">{['·', '✓', '!', '✕', '–'][statusCode(test.run?.status ?? '')]}</span>;
}

function Columns({ columns, tests }: { columns: ColumnFact[]; tests: TestFact[] }): JSX.Element {
  const [all, showAll] = useState(columns.length <= 150);
  const [filter, setFilter] = useState('');
  const kept = filter ? columns.filter((c) => c.name.toLowerCase().includes(filter.toLowerCase())) : columns;
  const shown = all ? kept : kept.slice(0, 150);
  const typed = columns.some((c) => c.type);
  const described = columns.filter((c) => c.html).length;
  return (
    <Section title="Columns" id="columns" note={`${columns.length}, ${described} described`}>
      {columns.length > 20 && <input class="filter" type="text" placeholder="Filter columns" aria-label="Filter columns" value={filter} onInput={(e) => setFilter(e.currentTarget.value)} />}
      <div class="table-box">
        <table class="grid cards">
          <thead><tr><th>Name</th>{typed && <th>Type</th>}<th>Description</th><th>Tests</th></tr></thead>
          <tbody>
            {shown.map((c) => (
              <tr key={c.name}>
                <td class="mono strong">{c.name}{c.constraints?.map((k) => <span class="tag">{k.replace('_', ' ')}</span>)}{c.tags?.map((k) => <span class="tag">{k}</span>)}</td>
                {typed && <td class="mono faint">{c.type}</td>}
                <td>{c.html ? <Html html={c.html} /> : <span class="faint">–</span>}</td>
                <td>{c.tests && <ColumnTests tests={c.tests.map((t) => tests[t]!)} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!all && kept.length > 150 && <button type="button" class="quiet" onClick={() => showAll(true)}>Show all {kept.length} columns</button>}
    </Section>
  );
}

function Tests({ tests }: { tests: TestFact[] }): JSX.Element {
  return (
    <Section title="Tests" id="tests" note={tests.length}>
      <div class="table-box">
        <table class="grid cards">
          <thead><tr><th>Test</th><th>Column</th><th>Last result</th><th>Time</th></tr></thead>
          <tbody>
            {tests.slice(0, 300).map((t) => (
              <tr key={t.id}>
                <td><a href={nodeHref(t.id)}>{t.name}</a>{t.severity && <span class="tag">{t.severity} only</span>}</td>
                <td class="mono">{t.column ?? ''}</td>
                <td><TestState test={t} /></td>
                <td class="faint">{t.run?.time !== undefined ? seconds(t.run.time) : ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Neighbours({ graph, title, nodes }: { graph: Graph; title: string; nodes: number[] }): JSX.Element {
  const [all, showAll] = useState(false);
  const shown = all ? nodes.slice(0, 2000) : nodes.slice(0, kMostListed);
  return (
    <div>
      <h3>{title} <span class="note">{nodes.length}</span></h3>
      {nodes.length === 0 && <p class="faint">Nothing.</p>}
      <ul class="links">{shown.map((n) => <li key={n}><NodeLink graph={graph} node={n} /></li>)}</ul>
      {shown.length < nodes.length && !all && <button type="button" class="quiet" onClick={() => showAll(true)}>Show {nodes.length - shown.length} more</button>}
    </div>
  );
}

function focusNodes(graph: Graph, node: number): number[] {
  for (let depth = 2; depth >= 1; --depth) {
    const near = new Set<number>();
    walk(graph.parents, [node], depth, near);
    walk(graph.children, [node], depth, near);
    const kept = [...near].filter((n) => n < graph.lineage || n === node).sort((a, b) => a - b);
    if (kept.length <= 60) return kept;
  }
  const near = [...listOf(graph.parents, node), ...listOf(graph.children, node)].filter((n) => n < graph.lineage);
  return [node, ...near.slice(0, 40)].sort((a, b) => a - b);
}

function Lineage({ graph, node }: { graph: Graph; node: number }): JSX.Element | null {
  const nodes = useMemo(() => focusNodes(graph, node), [graph, node]);
  const parents = [...listOf(graph.parents, node)];
  const children = [...listOf(graph.children, node)].filter((n) => n < graph.lineage);
  if (parents.length + children.length === 0) return null;
  return (
    <Section title="Lineage" id="lineage" note={node < graph.lineage && <a href={lineageHref(selectorOf(graph, node), 2)}>open as a page</a>}>
      {nodes.length > 1 && node < graph.lineage && <div class="small-graph"><Focus graph={graph} nodes={nodes} centre={node} /></div>}
      <div class="columns two">
        <Neighbours graph={graph} title="Depends on" nodes={parents} />
        <Neighbours graph={graph} title="Referenced by" nodes={children} />
      </div>
    </Section>
  );
}

function Pairs({ graph, pairs }: { graph: Graph; pairs: [string, string][] }): JSX.Element {
  return <dl class="pairs">{pairs.map(([k, v]) => <div key={k}><dt>{k}</dt><dd><Value graph={graph} text={v} /></dd></div>)}</dl>;
}

function headFacts(graph: Graph, node: number, detail: Detail): [string, string][] {
  const facts: [string, string][] = [];
  const add = (label: string, value: string | undefined): void => { if (value) facts.push([label, value]); };
  add('Materialized', graph.kind[node] === 'model' ? graph.mat[node] : '');
  add('Relation', detail.relation);
  facts.push(...(detail.facts ?? []));
  add('Group', graph.group[node]);
  add('Access', graph.access[node] === 'protected' ? '' : graph.access[node]);
  add('Package', graph.package[node]);
  add('Path', detail.path);
  return facts;
}

function Aside({ graph, node, detail }: { graph: Graph; node: number; detail: Detail }): JSX.Element {
  const { run } = detail;
  const runFacts: [string, string][] = [];
  if (run?.time !== undefined) runFacts.push(['Time', seconds(run.time)]);
  if (run?.rows !== undefined) runFacts.push(['Rows', String(run.rows)]);
  if (run?.at) runFacts.push(['Started', moment(run.at)]);
  return (
    <aside class="facts" aria-label="Facts">
      <Pairs graph={graph} pairs={headFacts(graph, node, detail)} />
      {graph.tags[node]!.length > 0 && <div class="tags">{graph.tags[node]!.map((t) => <a class="tag" href={lineageHref(`tag:${t}`, 0)}>{t}</a>)}</div>}
      {runFacts.length > 0 && <><h3>Last run</h3><Pairs graph={graph} pairs={runFacts} /></>}
      {detail.stats && <><h3>In the database</h3><Pairs graph={graph} pairs={detail.stats} /></>}
      {detail.meta && <><h3>Meta</h3><Pairs graph={graph} pairs={detail.meta} /></>}
      {detail.config && <details><summary>Configuration</summary><Pairs graph={graph} pairs={detail.config} /></details>}
    </aside>
  );
}

function Macros({ graph, title, ids, count }: { graph: Graph; title: string; ids: string[]; count: number }): JSX.Element {
  const nodes = ids.flatMap((id) => graph.byId.get(id) ?? []);
  return (
    <Section title={title} id={title.replace(' ', '-').toLowerCase()} note={count}>
      <ul class="links">{nodes.map((n) => <li key={n}><NodeLink graph={graph} node={n} /></li>)}</ul>
    </Section>
  );
}

function Body({ graph, node, detail }: { graph: Graph; node: number; detail: Detail }): JSX.Element {
  const failed = detail.run?.message && statusCode(detail.run.status) >= 2 && statusCode(detail.run.status) <= 3;
  return (
    <>
      {failed && <pre class={`message s${statusCode(detail.run!.status)}`}>{detail.run!.message}</pre>}
      {detail.html ? <Html html={detail.html} /> : <p class="faint">No description.</p>}
      {detail.columns && <Columns columns={detail.columns} tests={detail.tests ?? []} />}
      {detail.tables?.map((t) => (
        <Section title={t.title} id={t.title}>
          <div class="table-box"><table class="grid"><thead><tr>{t.head.map((h) => <th>{h}</th>)}</tr></thead>
            <tbody>{t.rows.map((r) => <tr>{r.map((v) => <td class="mono">{v}</td>)}</tr>)}</tbody></table></div>
        </Section>
      ))}
      {detail.tests && <Tests tests={detail.tests} />}
      <Lineage graph={graph} node={node} />
      {detail.code && <Section title="Code" id="code"><Code codes={detail.code} /></Section>}
      {detail.macros && <Macros graph={graph} title="Macros used" ids={detail.macros} count={detail.macros.length} />}
      {detail.usedBy && <Macros graph={graph} title="Used by" ids={detail.usedBy[1]} count={detail.usedBy[0]} />}
    </>
  );
}

export function NodePage({ node }: { node: number }): JSX.Element {
  const { graph } = useSite();
  const { detail, problem } = useDetail(node);
  const status = graph.status[node]!;
  return (
    <div class="page node">
      <header class="node-head">
        <Kind kind={graph.kind[node]!} />
        <h1>{graph.label[node]}</h1>
        {status > 0 && <Status code={status} word={detail?.run?.status} />}
        {detail?.run?.time !== undefined && <span class="faint">{seconds(detail.run.time)}</span>}
      </header>
      {problem && <p class="message s3">{problem}</p>}
      {detail && (
        <div class="split">
          <div class="main"><Body key={node} graph={graph} node={node} detail={detail} /></div>
          <Aside graph={graph} node={node} detail={detail} />
        </div>
      )}
    </div>
  );
}
