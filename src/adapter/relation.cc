#include "adapter/relation.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::adapter {
namespace {

constexpr std::array<std::pair<RelationType, std::string_view>, 7> kTypeNames = {{
    {RelationType::Table, "table"},
    {RelationType::View, "view"},
    {RelationType::MaterializedView, "materialized_view"},
    {RelationType::Cte, "cte"},
    {RelationType::External, "external"},
    {RelationType::PointerTable, "pointer_table"},
    {RelationType::Function, "function"},
}};

std::string_view until_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

void append_part(std::string& out, const std::optional<std::string>& part, bool included,
                 bool quoted) {
  if (!part || !included)
    return;
  if (!out.empty())
    out += '.';
  out += quoted ? quote_identifier(*part) : *part;
}

bool same_part(const std::optional<std::string>& a, const std::optional<std::string>& b,
               bool both_quoted) {
  if (!a || !b)
    return a.has_value() == b.has_value();
  return both_quoted ? *a == *b : base::equal_ignoring_case(*a, *b);
}

bool is_plain_name(std::string_view name) {
  for (char c : name) {
    bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
    if (!word)
      return false;
  }
  return true;
}

/// The alias is written bare, as dbt writes it, unless the name would not survive that.
std::string subquery_alias(std::string_view kind, const Relation& relation) {
  std::string alias = fmt::format("_dbt_{}_subq_{}", kind, relation.identifier.value_or(""));
  return is_plain_name(alias) ? alias : quote_identifier(alias);
}

std::string event_time_condition(const EventTimeFilter& filter) {
  std::string condition;
  if (filter.start && !filter.start->empty())
    condition = fmt::format("{} >= {}", filter.field, quote_literal(*filter.start));
  if (filter.end && !filter.end->empty()) {
    if (!condition.empty())
      condition += " and ";
    condition += fmt::format("{} < {}", filter.field, quote_literal(*filter.end));
  }
  return condition;
}

}  // namespace

std::string_view relation_type_name(RelationType type) {
  for (const auto& [candidate, name] : kTypeNames) {
    if (candidate == type)
      return name;
  }
  return "";
}

RelationType parse_relation_type(std::string_view name) {
  for (const auto& [type, candidate] : kTypeNames) {
    if (candidate == name)
      return type;
  }
  return RelationType::Unknown;
}

std::string Relation::render_name() const {
  std::string out;
  append_part(out, database, include.database, quote.database);
  append_part(out, schema, include.schema, quote.schema);
  append_part(out, identifier, include.identifier, quote.identifier);
  return out;
}

std::string Relation::render() const {
  std::string out = render_name();
  if (type == RelationType::Function)
    return out;
  if (limit) {
    std::string_view where = *limit == 0 ? " where false" : "";
    out = fmt::format("(select * from {}{} limit {}) {}", out, where, *limit,
                      subquery_alias("limit", *this));
  }
  if (event_time_filter) {
    std::string condition = event_time_condition(*event_time_filter);
    if (!condition.empty()) {
      out = fmt::format("(select * from {} where {}) {}", out, condition,
                        subquery_alias("et_filter", *this));
    }
  }
  return out;
}

bool Relation::same_path(const Relation& other) const {
  return same_part(database, other.database, quote.database && other.quote.database) &&
         same_part(schema, other.schema, quote.schema && other.quote.schema) &&
         same_part(identifier, other.identifier, quote.identifier && other.quote.identifier);
}

std::string quote_identifier(std::string_view name) {
  std::string out = "\"";
  for (char c : until_nul(name)) {
    if (c == '"')
      out += '"';
    out += c;
  }
  return out + '"';
}

std::string quote_literal(std::string_view text) {
  text = until_nul(text);
  std::string out = text.find('\\') == std::string_view::npos ? "'" : "E'";
  for (char c : text) {
    if (c == '\'' || c == '\\')
      out += c;
    out += c;
  }
  return out + '\'';
}

std::string name_with_suffix(std::string_view name, std::string_view suffix) {
  size_t keep = suffix.size() < kMaxNameBytes ? kMaxNameBytes - suffix.size() : 0;
  if (name.size() > keep) {
    // A UTF-8 sequence is dropped whole when its end would be cut off.
    while (keep > 0 && (static_cast<unsigned char>(name[keep]) & 0xc0) == 0x80)
      --keep;
    name = name.substr(0, keep);
  }
  return std::string(name) + std::string(suffix);
}

}  // namespace weft::adapter
