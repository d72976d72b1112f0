#include "adapter/postgres/part_names.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "adapter/postgres/build_names.h"
#include "base/hash.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

constexpr size_t kIndexDigits = 8;

std::string path_of(std::string_view schema, std::string_view name) {
  return quote_identifier(schema) + "." + quote_identifier(name);
}

size_t common_bytes(std::string_view a, std::string_view b) {
  auto differ = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return static_cast<size_t>(differ - a.begin());
}

std::string rename_relation(std::string_view word, const Part& part, std::string_view name) {
  return fmt::format("alter {} {} rename to {};\n", word, path_of(part.schema, part.name),
                     quote_identifier(name));
}

}  // namespace

std::string renamed_after(std::string_view name, std::string_view built, std::string_view target) {
  size_t common = common_bytes(name, built);
  // The cut may lie before an underscore of the build name's own.
  if (common > 0 && common < name.size() && name[common] != '_' && name[common - 1] == '_')
    --common;
  // Cut so short that nothing of the build's own part is left, the name is the target's already.
  if (common <= common_bytes(target, built) || common >= name.size() || name[common] != '_')
    return std::string(name);
  return name_with_suffix(target, name.substr(common));
}

std::string PartNames::final_table(const std::string& built) const {
  if (built == names_.build)
    return names_.target;
  return shared_.final_name(names_.schema, built).value_or(built);
}

std::string PartNames::final_name(const Part& part) const {
  if (std::optional<std::string> promised = shared_.final_name(part.schema, part.name))
    return *promised;
  // An index of the configuration: context/index_object.h.
  std::string suffix = "_b" + base::md5_hex(part.table).substr(0, kIndexDigits);
  if (part.kind == Part::Kind::Index && base::ends_with(part.name, suffix))
    return part.name.substr(0, part.name.size() - suffix.size());
  return part.kind == Part::Kind::Partition
             ? part.name
             : renamed_after(part.name, part.table, final_table(part.table));
}

std::string PartNames::partitions_sql() const {
  std::set<std::string> wanted;
  std::string sql;
  for (const Part& part : facts_.build_parts) {
    std::string name = final_name(part);
    if (part.kind != Part::Kind::Partition || name == part.name)
      continue;
    wanted.insert(name);
    sql += rename_relation("table", part, name);
  }
  std::string aside;
  for (const Part& part : facts_.target_partitions) {
    if (wanted.count(part.name) > 0 && part.schema == names_.schema) {
      aside += rename_relation("table", part,
                               build_name(part.schema, part.name, shared_.run, "old partition"));
    }
  }
  return aside + sql;
}

std::string PartNames::others_sql() const {
  std::string constraints, values;
  for (const Part& part : facts_.build_parts) {
    std::string name = final_name(part);
    if (part.kind == Part::Kind::Partition || name == part.name)
      continue;
    if (part.kind == Part::Kind::Constraint) {
      constraints += fmt::format("alter table {} rename constraint {} to {};\n",
                                 path_of(part.schema, final_table(part.table)),
                                 quote_identifier(part.name), quote_identifier(name));
      continue;
    }
    values +=
        fmt::format("{}({}, {}, {}, {})", values.empty() ? "" : ", ",
                    part.kind == Part::Kind::Index ? "'index'" : "'sequence'",
                    quote_literal(part.schema), quote_literal(part.name), quote_literal(name));
  }
  if (values.empty())
    return constraints;
  // Names of indexes and sequences are shared by the whole schema, so each is looked up first.
  std::string body = fmt::format(
      "declare part record; begin for part in select * from (values {}) as p(kind, space, built, "
      "name) loop if pg_catalog.to_regclass(pg_catalog.format('%I.%I', part.space, part.name)) is "
      "null then execute pg_catalog.format('alter %s %I.%I rename to %I', part.kind, part.space, "
      "part.built, part.name); end if; end loop; end",
      values);
  return constraints + "do " + quote_literal(body) + ";\n";
}

}  // namespace weft::adapter::postgres
