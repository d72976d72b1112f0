/// Header, tree and the page that the address names.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import { useSite } from '../store';
import { SearchBox, SearchPage } from './find';
import { LineagePage } from './lineage';
import { NodePage } from './node';
import { Overview } from './overview';
import { Sidebar } from './sidebar';

const kThemes = ['auto', 'light', 'dark'] as const;
const kThemeIcons: Record<string, string> = { auto: '◐', light: '☀', dark: '☾' };

function readTheme(): string {
  try {
    return localStorage.getItem('weft-theme') ?? 'auto';
  } catch {
    return 'auto';
  }
}

export function applyTheme(theme: string): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  window.dispatchEvent(new Event('themechange'));
}

export const applySavedTheme = (): void => applyTheme(readTheme());

function ThemeButton(): JSX.Element {
  const [theme, setTheme] = useState(readTheme);
  const next = kThemes[(kThemes.indexOf(theme as 'auto') + 1) % kThemes.length]!;
  const change = (): void => {
    try {
      localStorage.setItem('weft-theme', next);
    } catch {
      // Private windows may refuse storage; the theme then lasts as long as the page.
    }
    setTheme(next);
    applyTheme(next);
  };
  return <button type="button" class="icon" aria-label={`Theme: ${theme}; change to ${next}`} title={`Theme: ${theme}`} onClick={change}>{kThemeIcons[theme]}</button>;
}

function Page(): JSX.Element {
  const { route, graph, complete } = useSite();
  if (route.page === '') return <Overview />;
  if (route.page === 'lineage' || route.page === 'map') return <LineagePage />;
  if (route.page === 'search') return <SearchPage />;
  const node = route.page === 'n' ? graph.byId.get(route.id) : undefined;
  if (node !== undefined) return <NodePage node={node} />;
  if (route.page === 'n' && !complete) return <div class="page"><p class="faint">Reading…</p></div>;
  return (
    <div class="page narrow">
      <h1>Not here</h1>
      <p>No page is called <code class="asked">{route.id || route.page}</code>. It may be disabled, hidden or from another state of the project.</p>
      <p><a href="#/">To the overview</a></p>
    </div>
  );
}

export function Shell(): JSX.Element {
  const { core, route } = useSite();
  const [drawer, setDrawer] = useState(false);
  const content = useRef<HTMLElement>(null);
  useEffect(() => {
    setDrawer(false);
    content.current!.scrollTop = 0;
  }, [route.page, route.id]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => { if (event.key === 'Escape') setDrawer(false); };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const here = (page: string): 'page' | undefined => (route.page === page ? 'page' : undefined);
  return (
    <div class={drawer ? 'shell drawer' : 'shell'}>
      <a class="skip" href="#content" onClick={(e) => { e.preventDefault(); content.current!.focus(); }}>Skip to the page</a>
      <header class="top">
        <button type="button" class="icon menu" aria-label="Project tree" aria-expanded={drawer} onClick={() => setDrawer(!drawer)}>☰</button>
        <a class="brand" href="#/">{core.project}</a>
        <SearchBox />
        <nav class="links-top" aria-label="Pages">
          <a href="#/" aria-current={here('')}>Overview</a>
          <a href="#/lineage" aria-current={here('lineage') ?? here('map')}>Lineage</a>
        </nav>
        <ThemeButton />
      </header>
      <Sidebar />
      <div class="veil" onClick={() => setDrawer(false)} />
      <main class="content" id="content" tabIndex={-1} ref={content}><Page /></main>
    </div>
  );
}
