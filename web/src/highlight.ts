/// Cuts SQL with Jinja into coloured pieces. Text in, text out: the pieces joined are the input.

export type Piece = [style: string, text: string];

const kWords = new Set((
  'all alter and any array as asc between by case cast check column commit constraint create cross current_date current_timestamp ' +
  'default delete desc distinct do drop else end except exists false fetch filter first following for foreign from full grant ' +
  'group having if ilike in index inner insert intersect interval into is join key lateral last left like limit materialized ' +
  'merge natural not null nulls offset on only or order outer over partition preceding primary range recursive references ' +
  'returning right row rows select set similar table temp temporary then to true unbounded union unique update using values ' +
  'view when where window with within without'
).split(' '));

const kJinjaWords = new Set((
  'set endset if elif else endif for endfor in is not and or macro endmacro call endcall do config block endblock test endtest ' +
  'snapshot endsnapshot materialization endmaterialization raw endraw filter endfilter import from include true false none return'
).split(' '));

const kSql = /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\{#[\s\S]*?(?:#\}|$))|('(?:[^']|'')*'?|\$\$[\s\S]*?(?:\$\$|$))|("(?:[^"]|"")*"?)|(\{[{%]-?)|([0-9]+(?:\.[0-9]+)?(?![a-z_]))|([A-Za-z_][A-Za-z0-9_$]*)(\s*\()?|(\s+)|([^])/y;
const kJinja = /(-?[}%]\})|('(?:[^'\\]|\\[^])*'?|"(?:[^"\\]|\\[^])*"?)|([0-9]+(?:\.[0-9]+)?)|([A-Za-z_][A-Za-z0-9_]*)(\s*\()?|(\s+)|([^])/y;

function sqlPiece(m: RegExpExecArray): Piece[] {
  if (m[1]) return [['c', m[1]]];
  if (m[2]) return [['s', m[2]]];
  if (m[3]) return [['i', m[3]]];
  if (m[4]) return [['j', m[4]]];
  if (m[5]) return [['n', m[5]]];
  if (m[6]) {
    const style = kWords.has(m[6].toLowerCase()) ? 'k' : m[7] ? 'f' : '';
    return m[7] ? [[style, m[6]], ['', m[7]]] : [[style, m[6]]];
  }
  return [['', m[0]]];
}

function jinjaPiece(m: RegExpExecArray): Piece[] {
  if (m[1]) return [['j', m[1]]];
  if (m[2]) return [['s', m[2]]];
  if (m[3]) return [['n', m[3]]];
  if (m[4]) {
    const style = kJinjaWords.has(m[4]) ? 'jk' : m[5] ? 'jf' : 'jn';
    return m[5] ? [[style, m[4]], ['', m[5]]] : [[style, m[4]]];
  }
  return [['', m[0]]];
}

/// Colours at most the first `limit` bytes; the rest comes back as one plain piece.
export function highlight(text: string, limit = 60000): Piece[] {
  const pieces: Piece[] = [];
  const end = Math.min(text.length, limit);
  const add = ([style, part]: Piece): void => {
    const last = pieces[pieces.length - 1];
    if (last && last[0] === style) last[1] += part;
    else pieces.push([style, part]);
  };
  let at = 0;
  let inJinja = false;
  while (at < end) {
    const expression = inJinja ? kJinja : kSql;
    expression.lastIndex = at;
    const m = expression.exec(text);
    if (!m) break;
    const found = inJinja ? jinjaPiece(m) : sqlPiece(m);
    if (inJinja ? m[1] : m[4]) inJinja = !inJinja;
    found.forEach(add);
    at += m[0].length;
  }
  if (at < text.length) add(['', text.slice(at)]);
  return pieces;
}
