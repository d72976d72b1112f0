/// Source code with colours and a copy button.

import { useMemo, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { CodeFact } from '../format';
import { highlight } from '../highlight';

function Listing({ code }: { code: CodeFact }): JSX.Element {
  const text = code.text.replace(/\s+$/, '');
  const pieces = useMemo(() => (code.language === 'sql' || code.language === 'jinja' ? highlight(text) : [['', text] as [string, string]]), [text]);
  const lines = useMemo(() => Array.from({ length: text.split('\n').length }, (_, i) => i + 1).join('\n'), [text]);
  return (
    <div class="listing" tabIndex={0} role="region" aria-label={code.label}>
      <pre class="gutter" aria-hidden="true">{lines}</pre>
      <pre class="code"><code>{pieces.map(([style, part]) => (style ? <span class={`t-${style}`}>{part}</span> : part))}</code></pre>
    </div>
  );
}

export function Code({ codes }: { codes: CodeFact[] }): JSX.Element {
  const [chosen, choose] = useState(0);
  const [copied, setCopied] = useState(false);
  const code = codes[Math.min(chosen, codes.length - 1)]!;
  const copy = (): void => {
    void navigator.clipboard?.writeText(code.text).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    });
  };
  return (
    <div class="code-box">
      <div class="code-head">
        <div role="tablist" aria-label="Code">
          {codes.map((c, i) => (
            <button type="button" role="tab" aria-selected={c === code} class="tab" onClick={() => choose(i)}>{c.label}</button>
          ))}
        </div>
        <button type="button" class="quiet" onClick={copy}>{copied ? 'Copied' : 'Copy'}</button>
      </div>
      <Listing code={code} key={code.label} />
    </div>
  );
}
