/// Small pieces that every page uses.

import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import { appendSafe, safeLink } from '../html';
import type { Graph } from '../graph';
import { nodeHref } from '../route';
import { kindLabel, statusIcons, statusWords } from '../words';

export function Html({ html }: { html: string }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current!.replaceChildren();
    appendSafe(box.current!, html);
  }, [html]);
  return <div class="prose" ref={box} />;
}

export function Kind({ kind }: { kind: string }): JSX.Element {
  return <span class={`kind k-${kind}`}>{kindLabel(kind)}</span>;
}

export function KindDot({ kind }: { kind: string }): JSX.Element {
  return <span class={`dot k-${kind}`} title={kindLabel(kind)} aria-hidden="true" />;
}

export function Status({ code, word }: { code: number; word?: string }): JSX.Element {
  return (
    <span class={`status s${code}`}>
      <span aria-hidden="true">{statusIcons[code]}</span> {word ?? statusWords[code]}
    </span>
  );
}

export function NodeLink({ graph, node }: { graph: Graph; node: number }): JSX.Element {
  return (
    <a class="node-link" href={nodeHref(graph.id[node]!)} title={graph.id[node]}>
      <KindDot kind={graph.kind[node]!} />
      <span class="cut">{graph.label[node]}</span>
    </a>
  );
}

/// A text that may be an address or a unique id.
export function Value({ graph, text }: { graph: Graph; text: string }): JSX.Element {
  const node = graph.byId.get(text);
  if (node !== undefined) return <NodeLink graph={graph} node={node} />;
  const href = /^https?:\/\//i.test(text) ? safeLink(text) : null;
  if (href) return <a href={href} target="_blank" rel="noreferrer noopener">{text}</a>;
  return <span>{text}</span>;
}

export function Section({ title, id, note, children }: { title: string; id: string; note?: ComponentChildren; children: ComponentChildren }): JSX.Element {
  return (
    <section class="section" aria-labelledby={id}>
      <h2 id={id}>
        {title}
        {note !== undefined && <span class="note">{note}</span>}
      </h2>
      {children}
    </section>
  );
}

/// A bar of five counts by status; nothing at all when they are all nought.
export function StatusBar({ counts }: { counts: readonly number[] }): JSX.Element | null {
  const total = counts.reduce((a, b) => a + b, 0);
  if (total === 0) return null;
  const shown = [1, 2, 3, 4, 0].filter((s) => counts[s]! > 0);
  return (
    <div>
      <div class="bar" aria-hidden="true">
        {shown.map((s) => <span class={`fill s${s}`} style={{ flexGrow: counts[s]! / total }} />)}
      </div>
      <div class="legend">
        {shown.map((s) => <Status code={s} word={`${counts[s]} ${statusWords[s]}`} />)}
      </div>
    </div>
  );
}
