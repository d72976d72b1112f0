// Relation: the name of a table, view or function, how it is quoted and what kind it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::adapter {

enum class RelationType : uint8_t {
  Unknown,
  Table,
  View,
  MaterializedView,
  Cte,
  External,
  PointerTable,
  Function,
};

/// "table", "view", "materialized_view", ...; empty for Unknown.
std::string_view relation_type_name(RelationType type);
/// Unknown for any other word.
RelationType parse_relation_type(std::string_view name);

struct Parts {
  bool database = true, schema = true, identifier = true;
  bool operator==(const Parts&) const = default;
};

/// Rows of ref() and source() limited to [start, end) of `field`, for microbatch and --sample.
struct EventTimeFilter {
  std::string field;
  std::optional<std::string> start, end;
};

struct Relation {
  std::optional<std::string> database, schema, identifier;
  RelationType type = RelationType::Unknown;
  Parts quote, include;
  /// --empty: rendered as a subquery without rows.
  std::optional<int64_t> limit;
  std::optional<EventTimeFilter> event_time_filter;

  /// "db"."schema"."identifier" by the policies; limit and filter add a subquery.
  std::string render() const;
  /// Without limit and filter.
  std::string render_name() const;
  /// Same path, ignoring case of unquoted parts, and nothing else.
  bool same_path(const Relation& other) const;
  bool operator==(const Relation& other) const { return same_path(other); }
};

/// "name" with quotes inside doubled. A NUL byte ends the text.
std::string quote_identifier(std::string_view name);
/// 'text' as a SQL literal, E'' when it holds backslashes.
std::string quote_literal(std::string_view text);
/// PostgreSQL keeps 63 bytes of a name.
inline constexpr size_t kMaxNameBytes = 63;
/// `name` + `suffix`, the name cut so that the whole fits, never inside a UTF-8 sequence.
std::string name_with_suffix(std::string_view name, std::string_view suffix);

}  // namespace weft::adapter
