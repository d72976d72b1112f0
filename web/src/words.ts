/// How kinds, states, times and sizes read on the page.

const kKindLabels: Record<string, string> = {
  model: 'Model', seed: 'Seed', snapshot: 'Snapshot', source: 'Source', exposure: 'Exposure', function: 'Function', metric: 'Metric',
  semantic_model: 'Semantic model', saved_query: 'Saved query', analysis: 'Analysis', test: 'Test', unit_test: 'Unit test', macro: 'Macro',
  operation: 'Operation',
};

const kPlurals: Record<string, string> = { analysis: 'Analyses', saved_query: 'Saved queries' };

export const kindLabel = (kind: string): string => kKindLabels[kind] ?? kind;
export const kindPlural = (kind: string): string => kPlurals[kind] ?? `${kindLabel(kind)}s`;

const kStatusCodes: Record<string, number> = {
  success: 1, pass: 1, warn: 2, 'partial success': 2, error: 3, fail: 3, 'runtime error': 3, skipped: 4,
};
export const statusCode = (status: string): number => kStatusCodes[status] ?? 0;

export const statusIcons = ['·', '✓', '!', '✕', '–'] as const;
export const statusWords = ['not run', 'passed', 'warned', 'failed', 'skipped'] as const;

export function seconds(value: number): string {
  if (value < 0.0005) return '0 ms';
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 60) return `${value.toFixed(value < 10 ? 2 : 1)} s`;
  const whole = Math.round(value);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export const grouped = (value: number): string => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ' ');
export const counted = (n: number, word: string): string => `${grouped(n)} ${word}${n === 1 ? '' : 's'}`;

/// An ISO time as local date and time; the text itself if it is none.
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleString(undefined, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
}
