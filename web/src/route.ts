/// The part of the address after `#`: `/`, `/n/<unique_id>`, `/lineage?sel=&depth=`, `/map`, `/search?q=`.

export interface Route {
  page: string;
  id: string;
  params: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#!?\/?/, '');
  const mark = text.indexOf('?');
  const path = mark < 0 ? text : text.slice(0, mark);
  const params = new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1));
  const [page = '', ...rest] = path.split('/');
  let id = rest.join('/');
  try {
    id = decodeURIComponent(id);
  } catch {
    // A stray `%` in a hand-written address: take the text as it stands.
  }
  return { page, id, params };
}

export const nodeHref = (id: string): string => `#/n/${encodeURIComponent(id)}`;
export const searchHref = (query: string): string => `#/search?${new URLSearchParams({ q: query })}`;

export function lineageHref(selector: string, depth: number): string {
  const params = new URLSearchParams();
  if (selector) params.set('sel', selector);
  if (depth > 0) params.set('depth', String(depth));
  const text = params.toString();
  return text ? `#/lineage?${text}` : '#/lineage';
}

/// Turns an address of dbt's own site (`#!/model/model.shop.orders`) into one of ours.
export function translateOld(hash: string): string | null {
  const match = /^#!\/[a-z_]+\/([^?#]+)/.exec(hash);
  return match && match[1]!.includes('.') ? `#/n/${match[1]}` : null;
}
