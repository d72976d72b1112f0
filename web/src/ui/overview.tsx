/// The first page: what the project is, how its last run went, what lacks a description.

import type { JSX } from 'preact';
import { kFlagDescribed, type LastRun } from '../format';
import type { Graph } from '../graph';
import { useSite } from '../store';
import { lineageHref } from '../route';
import { grouped, kindPlural, moment, seconds } from '../words';
import { Html, NodeLink, Section, StatusBar } from './parts';

const kDescribable = ['model', 'source', 'seed', 'snapshot', 'exposure', 'macro'];

interface Coverage {
  kind: string;
  all: number;
  described: number;
}

function coverage(graph: Graph): Coverage[] {
  const found = new Map<string, Coverage>();
  for (let i = 0; i < graph.count; ++i) {
    const kind = graph.kind[i]!;
    if (!kDescribable.includes(kind)) continue;
    const entry = found.get(kind) ?? { kind, all: 0, described: 0 };
    entry.all += 1;
    entry.described += graph.flags[i]! & kFlagDescribed;
    found.set(kind, entry);
  }
  return [...found.values()];
}

function Meter({ label, all, described }: { label: string; all: number; described: number }): JSX.Element {
  const share = all ? described / all : 1;
  return (
    <div class="meter">
      <span class="meter-label">{label}</span>
      <span class="meter-track" aria-hidden="true"><span style={{ width: `${share * 100}%` }} /></span>
      <span class="meter-value">{all === described ? 'all described' : `${grouped(all - described)} of ${grouped(all)} lack one`}</span>
    </div>
  );
}

function LastRunPart({ run }: { run: LastRun }): JSX.Element {
  const { graph } = useSite();
  const longest = Math.max(1, ...run.slowest[1]);
  return (
    <Section title="Last run" id="run" note={`${run.command ? `${run.command}, ` : ''}${moment(run.at)}, ${seconds(run.elapsed)}`}>
      <div class="columns two">
        <div>
          <h3>Nodes</h3>
          <StatusBar counts={run.nodes} />
          {run.tests.some((n) => n > 0) && <h3>Tests</h3>}
          <StatusBar counts={run.tests} />
        </div>
        <div>
          <h3>Slowest</h3>
          <ol class="slowest">
            {run.slowest[0].map((n, i) => n < graph.count && (
              <li>
                <NodeLink graph={graph} node={n} />
                <span class="time">{seconds(run.slowest[1][i]! / 1000)}</span>
                <span class="track" aria-hidden="true"><span style={{ width: `${(run.slowest[1][i]! / longest) * 100}%` }} /></span>
              </li>
            ))}
          </ol>
        </div>
      </div>
    </Section>
  );
}

export function Overview(): JSX.Element {
  const { core, graph } = useSite();
  const { totals, run, overview } = core;
  return (
    <div class="page">
      {overview ? <Html html={overview} /> : <h1>{core.project}</h1>}
      <div class="tiles">
        {core.counts.map(([kind, n]) => (
          <div class="tile">
            <span class="tile-count">{grouped(n)}</span>
            <span class={`tile-label k-${kind}`}>{n === 1 ? kindPlural(kind).replace(/(e)?s$/, kind === 'analysis' ? 'is' : '$1') : kindPlural(kind)}</span>
          </div>
        ))}
      </div>
      {run && <LastRunPart run={run} />}
      <Section title="Descriptions" id="coverage">
        {coverage(graph).map((c) => <Meter label={kindPlural(c.kind)} all={c.all} described={c.described} />)}
        {totals.columns > 0 && <Meter label="Columns" all={totals.columns} described={totals.columnsDescribed} />}
      </Section>
      <p class="faint">
        <a href={lineageHref('', 0)}>Lineage of the project</a>. Written {moment(core.generated.at)} by {core.generated.by}, dbt {core.generated.dbt}, {core.generated.adapter}.
      </p>
    </div>
  );
}
