/// Shows the HTML of descriptions. The generator escapes raw HTML already; here every element and
/// attribute is built anew from a short list, so that a fault there still cannot run code.

const kTags = new Set((
  'a b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i kbd li ol p pre s small span strong sub summary sup ' +
  'table tbody td th thead tr u ul'
).split(' '));

export function safeLink(href: string): string | null {
  return /^(https?:\/\/|mailto:|#\/)/i.test(href.trim()) ? href.trim() : null;
}

function copyElement(from: Element): HTMLElement {
  const made = document.createElement(from.localName);
  if (from.localName === 'a') {
    const href = safeLink(from.getAttribute('href') ?? '');
    if (href) {
      made.setAttribute('href', href);
      made.setAttribute('rel', 'noreferrer noopener');
      if (!href.startsWith('#')) made.setAttribute('target', '_blank');
    }
  }
  const align = from.getAttribute('align');
  if (align && /^(left|right|center)$/.test(align)) made.setAttribute('align', align);
  return made;
}

/// Appends safe copies of the nodes that `html` describes to `target`.
export function appendSafe(target: HTMLElement, html: string): void {
  const parsed = new DOMParser().parseFromString(html, 'text/html');
  const work: [Node, HTMLElement][] = [[parsed.body, target]];
  for (let at = 0; at < work.length; ++at) {
    const [from, to] = work[at]!;
    for (const child of from.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        to.append(child.textContent ?? '');
      } else if (child instanceof Element && kTags.has(child.localName)) {
        const made = copyElement(child);
        to.append(made);
        work.push([child, made]);
      }
    }
  }
}
