// Common table expressions of ephemeral models, put in front of a query.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jinja/span_map.h"

namespace weft::compile {

struct NamedCte {
  /// " __dbt__cte__x as (\n…\n)", as dbt writes it.
  std::string sql;
  /// Where its bytes come from.
  jinja::SpanMap spans;
};

struct Query {
  std::string sql;
  jinja::SpanMap spans;
};

/// ` name as (`, the query, `)`.
NamedCte make_cte(std::string_view name, const Query& query);

/// Where CTEs belong in a query: behind its own WITH or WITH RECURSIVE, else before its first
/// token.
struct InsertPoint {
  size_t offset = 0;
  bool has_with = false;
};
InsertPoint find_insert_point(std::string_view sql);

/// The query with the expressions in front, byte for byte as dbt does it.
Query inject_ctes(const Query& query, const std::vector<NamedCte>& ctes);

}  // namespace weft::compile
