/// The project tree. Only the rows in sight are elements, so its size does not matter.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { useSite } from '../store';
import { nodeHref } from '../route';
import { branchesAbove, databaseTree, filesTree, rowsOf, type Branch, type Row } from '../tree';
import { grouped } from '../words';
import { KindDot } from './parts';

const kRow = 28;

function firstOpen(root: Branch): Set<string> {
  const open = new Set<string>();
  if (root.count > 400) return open;
  for (const b of root.branches) if (b.count <= 60 && !['Packages', 'macros', 'tests'].includes(b.label)) open.add(b.key);
  return open;
}

function TreeRow({ row, active, toggle }: { row: Row; active: boolean; toggle: (key: string) => void }): JSX.Element {
  const { graph } = useSite();
  const style = { paddingLeft: 12 + row.depth * 14, height: kRow };
  if (row.node < 0) {
    return (
      <button type="button" class="row branch" style={style} aria-expanded={row.open} onClick={() => toggle(row.key)}>
        <span class={row.open ? 'arrow open' : 'arrow'} aria-hidden="true" />
        <span class="cut">{row.label}</span>
        <span class="count">{grouped(row.count)}</span>
      </button>
    );
  }
  return (
    <a class={active ? 'row leaf active' : 'row leaf'} style={style} href={nodeHref(graph.id[row.node]!)} aria-current={active ? 'page' : undefined}>
      <KindDot kind={graph.kind[row.node]!} />
      <span class="cut">{row.label}</span>
    </a>
  );
}

function moveFocus(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const rows = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('.row')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = rows[at + (event.key === 'ArrowDown' ? 1 : -1)];
  if (at < 0 || !next) return;
  event.preventDefault();
  next.focus();
}

export function Sidebar(): JSX.Element {
  const { core, graph, route } = useSite();
  const [byDatabase, setByDatabase] = useState(false);
  const root = useMemo(() => (byDatabase ? databaseTree(graph) : filesTree(graph, core.project)), [graph, byDatabase]);
  const [open, setOpen] = useState<ReadonlySet<string>>(() => firstOpen(root));
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(800);
  const list = useRef<HTMLDivElement>(null);
  const current = route.page === 'n' ? graph.byId.get(route.id) ?? -1 : -1;
  const label = (n: number): string => (byDatabase ? graph.alias[n]! : graph.kind[n] === 'source' ? graph.name[n]! : graph.label[n]!);
  const rows = useMemo(() => rowsOf(root, open, label), [root, open]);
  useEffect(() => {
    if (current >= 0) setOpen((before) => new Set([...before, ...branchesAbove(root, current)]));
  }, [current, root]);
  useEffect(() => {
    const at = rows.findIndex((r) => r.node === current && current >= 0);
    const box = list.current!;
    if (at >= 0 && (at * kRow < box.scrollTop || at * kRow > box.scrollTop + box.clientHeight - kRow)) box.scrollTop = at * kRow - box.clientHeight / 3;
  }, [current, rows.length]);
  useEffect(() => {
    const watch = new ResizeObserver(() => setHeight(list.current?.clientHeight ?? 800));
    watch.observe(list.current!);
    return () => watch.disconnect();
  }, []);
  const toggle = (key: string): void => {
    const next = new Set(open);
    if (!next.delete(key)) next.add(key);
    setOpen(next);
  };
  const from = Math.max(0, Math.floor(top / kRow) - 8);
  const shown = rows.slice(from, from + Math.ceil(height / kRow) + 16);
  return (
    <nav class="sidebar" aria-label="Project">
      <div class="switch" role="group" aria-label="Order of the tree">
        <button type="button" aria-pressed={!byDatabase} onClick={() => setByDatabase(false)}>Project</button>
        <button type="button" aria-pressed={byDatabase} onClick={() => setByDatabase(true)}>Database</button>
      </div>
      <div class="rows" ref={list} onScroll={(e) => setTop(e.currentTarget.scrollTop)} onKeyDown={moveFocus}>
        <div style={{ height: rows.length * kRow, paddingTop: from * kRow }}>
          {shown.map((r) => <TreeRow key={r.key} row={r} active={r.node >= 0 && r.node === current} toggle={toggle} />)}
        </div>
      </div>
    </nav>
  );
}
