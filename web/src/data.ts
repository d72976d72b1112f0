/// Reads the data files: `D(key, base64)` scripts, or inert elements of a single-file site.

import type { Core, Detail, More, SearchData, Shard } from './format';

type Parsed = Core | More | SearchData | Shard;

const arrived = new Map<string, string>();
const waiting = new Map<string, (text: string) => void>();
const parsed = new Map<string, Promise<Parsed>>();

/// Defines the global function that every data file calls.
export function installReceiver(): void {
  (globalThis as unknown as { D: (key: string, text: string) => void }).D = (key, text) => {
    const resolve = waiting.get(key);
    if (resolve) {
      waiting.delete(key);
      resolve(text);
    } else {
      arrived.set(key, text);
    }
  };
}

async function inflate(text: string): Promise<Parsed> {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return (await new Response(stream).json()) as Parsed;
}

function embedded(key: string): string | undefined {
  for (const element of document.querySelectorAll<HTMLScriptElement>('script[data-key]')) {
    if (element.dataset.key === key) return element.textContent ?? '';
  }
  return undefined;
}

function fetchText(key: string, file: string | undefined): Promise<string> {
  const known = arrived.get(key) ?? embedded(key);
  if (known !== undefined) {
    arrived.delete(key);
    return Promise.resolve(known);
  }
  return new Promise((resolve, reject) => {
    waiting.set(key, resolve);
    if (!file) return;
    const script = document.createElement('script');
    script.src = `docs-assets/${file}`;
    script.onload = () => script.remove();
    script.onerror = () => {
      waiting.delete(key);
      parsed.delete(key);
      reject(new Error(`docs-assets/${file} could not be read`));
    };
    document.head.append(script);
  });
}

function load(key: string, file?: string): Promise<Parsed> {
  let promise = parsed.get(key);
  if (!promise) {
    promise = fetchText(key, file).then(inflate);
    parsed.set(key, promise);
  }
  return promise;
}

export const loadCore = (): Promise<Core> => load('core') as Promise<Core>;
export const loadMore = (core: Core): Promise<More> => load('more', core.files.more) as Promise<More>;
export const loadSearch = (core: Core): Promise<SearchData> =>
  load('search', core.files.search) as Promise<SearchData>;

/// Which shard holds a node; `first` is the index of the block's first node.
export function shardOf(count: readonly number[], first: number, node: number): number {
  let at = first;
  for (let s = 0; s < count.length; ++s) {
    at += count[s]!;
    if (node < at) return s;
  }
  return -1;
}

export async function loadDetail(core: Core, node: number): Promise<Detail> {
  const own = core.nodes;
  let number = shardOf(own.shards.count, 0, node);
  let hash = own.shards.hash[number];
  if (number < 0) {
    const { nodes } = await loadMore(core);
    const place = shardOf(nodes.shards.count, own.name.length, node);
    number = own.shards.count.length + place;
    hash = nodes.shards.hash[place];
  }
  const shard = (await load(`n/${number}`, `n/${number}.${hash}.js`)) as Shard;
  return shard.nodes[node - shard.first]!;
}
