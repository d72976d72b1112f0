/// The search box with its list of first hits, and the page of all hits.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { search, type Hit } from '../search';
import { useSite } from '../store';
import { nodeHref, searchHref } from '../route';
import { counted, kindPlural } from '../words';
import { Kind } from './parts';

const kFirst = 10;

function HitText({ hit }: { hit: Hit }): JSX.Element {
  const { graph } = useSite();
  const place = `${graph.folder[hit.node] ? `${graph.folder[hit.node]}/` : ''}${graph.file[hit.node]}`;
  return (
    <>
      <span class="hit-name">{graph.label[hit.node]}</span>
      <Kind kind={graph.kind[hit.node]!} />
      <span class="hit-why">{hit.column ? `column ${hit.column}` : hit.excerpt || place}</span>
    </>
  );
}

export function SearchBox(): JSX.Element {
  const { index, graph, route } = useSite();
  const [query, setQuery] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const found = useMemo(() => (isOpen ? search(index, query, kFirst) : { hits: [], total: 0 }), [index, query, isOpen]);
  const rows = found.hits.length;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if ((event.key === '/' && !typing) || (event.key === 'k' && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        input.current!.focus();
        input.current!.select();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  useEffect(() => setOpen(false), [route]);
  const go = (href: string): void => {
    setOpen(false);
    input.current!.blur();
    location.hash = href;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      setOpen(false);
      input.current!.blur();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setAt((a) => (a + step + rows + 1) % (rows + 1));
    } else if (event.key === 'Enter' && query.trim()) {
      const hit = found.hits[at];
      go(hit ? nodeHref(graph.id[hit.node]!) : searchHref(query));
    }
  };
  return (
    <div class="search" role="search" onFocusOut={(e) => { if (!e.currentTarget.contains(e.relatedTarget as Node | null)) setOpen(false); }}>
      <input
        ref={input} type="text" value={query} placeholder="Search models, columns, descriptions" spellcheck={false} autocomplete="off"
        role="combobox" aria-label="Search" aria-expanded={isOpen && rows > 0} aria-controls="hits" aria-activedescendant={isOpen && rows > 0 ? `hit-${at}` : undefined}
        onInput={(e) => { setQuery(e.currentTarget.value); setOpen(true); setAt(0); }} onFocus={() => setOpen(query.trim() !== '')} onKeyDown={onKeyDown}
      />
      <kbd aria-hidden="true">/</kbd>
      {isOpen && query.trim() !== '' && (
        <div class="hits" id="hits" role="listbox" aria-label="Results">
          {found.hits.map((hit, i) => (
            <a key={hit.node} id={`hit-${i}`} role="option" aria-selected={i === at} class="hit" href={nodeHref(graph.id[hit.node]!)} onMouseEnter={() => setAt(i)}>
              <HitText hit={hit} />
            </a>
          ))}
          <a id={`hit-${rows}`} role="option" aria-selected={at === rows} class="hit all" href={searchHref(query)} onMouseEnter={() => setAt(rows)}>
            {rows === 0 ? 'Nothing found' : `All ${counted(found.total, 'result')}`}
          </a>
        </div>
      )}
      <div class="hidden" role="status">{isOpen && query.trim() ? counted(found.total, 'result') : ''}</div>
    </div>
  );
}

export function SearchPage(): JSX.Element {
  const { index, graph, route, complete } = useSite();
  const query = route.params.get('q') ?? '';
  const [kind, setKind] = useState('');
  const all = useMemo(() => search(index, query, 2000), [index, query]);
  const kinds = useMemo(() => {
    const counts = new Map<string, number>();
    for (const h of all.hits) counts.set(graph.kind[h.node]!, (counts.get(graph.kind[h.node]!) ?? 0) + 1);
    return [...counts];
  }, [all]);
  const hits = all.hits.filter((h) => kind === '' || graph.kind[h.node] === kind);
  return (
    <div class="page narrow">
      <h1>{query ? <>Results for “<span class="asked">{query}</span>”</> : 'Search'}</h1>
      <p class="lead" role="status">{complete ? counted(all.total, 'result') : 'Reading…'}</p>
      <div class="chips">
        {kinds.length > 1 && [['', all.hits.length] as [string, number], ...kinds].map(([k, n]) => (
          <button type="button" class="chip" aria-pressed={k === kind} onClick={() => setKind(k)}>{k ? kindPlural(k) : 'All'} <span class="count">{n}</span></button>
        ))}
      </div>
      <div class="results">
        {hits.slice(0, 150).map((h) => <a key={h.node} class="hit" href={nodeHref(graph.id[h.node]!)}><HitText hit={h} /></a>)}
      </div>
      {hits.length > 150 && <p class="faint">The first 150 are shown; add a word to narrow the search.</p>}
    </div>
  );
}
