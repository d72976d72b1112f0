#include "compile/cte.h"

#include "base/strings.h"

namespace weft::compile {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

size_t skip_spaces(std::string_view sql, size_t at) {
  while (at < sql.size() && is_space(sql[at]))
    ++at;
  return at;
}

/// Behind white space, line comments and block comments.
size_t skip_blanks(std::string_view sql, size_t at) {
  while (true) {
    at = skip_spaces(sql, at);
    if (sql.substr(at, 2) == "--") {
      size_t end = sql.find('\n', at);
      at = end == std::string_view::npos ? sql.size() : end + 1;
    } else if (sql.substr(at, 2) == "/*") {
      size_t end = sql.find("*/", at + 2);
      at = end == std::string_view::npos ? sql.size() : end + 2;
    } else {
      return at;
    }
  }
}

bool is_word_at(std::string_view sql, size_t at, std::string_view word) {
  if (!base::equal_ignoring_case(sql.substr(at, word.size()), word))
    return false;
  if (at + word.size() == sql.size())
    return true;
  char next = sql[at + word.size()];
  return !((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') ||
           (next >= '0' && next <= '9') || next == '_');
}

/// Pieces of `map` for bytes [begin, end), moved so that `begin` becomes `at` of the new text.
void append_range(jinja::SpanMap& out, const jinja::SpanMap& map, size_t begin, size_t end,
                  size_t at) {
  out.keep_frames_of(map);
  for (size_t i = 0; i < map.pieces.size(); ++i) {
    jinja::SpanPiece piece = map.pieces[i];
    size_t piece_end = i + 1 < map.pieces.size() ? map.pieces[i + 1].begin : end;
    if (piece_end <= begin || piece.begin >= end)
      continue;
    if (piece.begin < begin) {
      if (piece.is_verbatim)
        piece.origin.begin += static_cast<uint32_t>(begin) - piece.begin;
      piece.begin = static_cast<uint32_t>(begin);
    }
    piece.begin = static_cast<uint32_t>(piece.begin - begin + at);
    out.pieces.push_back(piece);
  }
}

}  // namespace

NamedCte make_cte(std::string_view name, const Query& query) {
  NamedCte cte;
  cte.sql = " " + std::string(name) + " as (\n";
  cte.spans.append(query.spans, static_cast<uint32_t>(cte.sql.size()));
  cte.sql += query.sql + "\n)";
  return cte;
}

InsertPoint find_insert_point(std::string_view sql) {
  size_t at = skip_blanks(sql, 0);
  if (!is_word_at(sql, at, "with"))
    return {skip_spaces(sql, 0), false};
  size_t end = at + 4;
  size_t next = skip_spaces(sql, end);
  if (is_word_at(sql, next, "recursive"))
    end = next + 9;
  return {skip_spaces(sql, end), true};
}

Query inject_ctes(const Query& query, const std::vector<NamedCte>& ctes) {
  if (ctes.empty())
    return query;
  InsertPoint point = find_insert_point(query.sql);
  Query made;
  append_range(made.spans, query.spans, 0, point.offset, 0);
  made.sql = query.sql.substr(0, point.offset);
  if (!point.has_with)
    made.sql += "with";
  for (size_t i = 0; i < ctes.size(); ++i) {
    if (i > 0)
      made.sql += ", ";
    made.spans.append(ctes[i].spans, static_cast<uint32_t>(made.sql.size()));
    made.sql += ctes[i].sql;
  }
  made.sql += point.has_with ? ", " : " ";
  append_range(made.spans, query.spans, point.offset, query.sql.size(), made.sql.size());
  made.sql += query.sql.substr(point.offset);
  return made;
}

}  // namespace weft::compile
