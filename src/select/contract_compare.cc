#include "select/contract_compare.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::select {
namespace {

using base::Data;
using manifest::Constraint;
using manifest::Node;

std::string text_of(const Data& map, std::string_view key) {
  const Data* value = map.get(key);
  return value == nullptr ? std::string() : std::string(value->string_or(""));
}

std::vector<std::string> texts_of(const Data& map, std::string_view key) {
  std::vector<std::string> made;
  const Data* value = map.get(key);
  if (value != nullptr && value->is_list())
    for (const Data& item : value->as_list())
      made.emplace_back(item.string_or(""));
  return made;
}

std::optional<std::string> optional_of(const Data& map, std::string_view key) {
  const Data* value = map.get(key);
  if (value == nullptr || !value->is_string())
    return std::nullopt;
  return value->as_string();
}

bool flag_of(const Data& map, std::string_view key) {
  const Data* value = map.get(key);
  return value == nullptr || value->bool_or(true);
}

Constraint constraint_of(const Data& data) {
  Constraint made;
  made.type = text_of(data, "type");
  made.name = optional_of(data, "name");
  made.expression = optional_of(data, "expression");
  made.to = optional_of(data, "to");
  made.warn_unsupported = flag_of(data, "warn_unsupported");
  made.warn_unenforced = flag_of(data, "warn_unenforced");
  made.columns = texts_of(data, "columns");
  made.to_columns = texts_of(data, "to_columns");
  return made;
}

std::vector<Constraint> constraints_of(const Data& row) {
  std::vector<Constraint> made;
  const Data* list = row.get("constraints");
  if (list != nullptr && list->is_list())
    for (const Data& item : list->as_list())
      made.push_back(constraint_of(item));
  return made;
}

bool equal(const Constraint& a, const Constraint& b) {
  return a.type == b.type && a.name == b.name && a.expression == b.expression && a.to == b.to &&
         a.warn_unsupported == b.warn_unsupported && a.warn_unenforced == b.warn_unenforced &&
         a.columns == b.columns && a.to_columns == b.to_columns;
}

/// The old ones that are gone and that PostgreSQL enforces.
std::vector<Constraint> removed(const std::vector<Constraint>& old,
                                const std::vector<Constraint>& now) {
  std::vector<Constraint> gone;
  for (const Constraint& c : old)
    if (c.type != "custom" && std::none_of(now.begin(), now.end(), [&](const Constraint& other) {
          return equal(c, other);
        }))
      gone.push_back(c);
  return gone;
}

/// Without length, precision and case: "VARCHAR(10)" is "varchar".
std::string base_type(std::string_view type) {
  return base::to_lower(base::trim(type.substr(0, type.find('('))));
}

bool enforces(std::string_view materialized) {
  return materialized == "table" || materialized == "incremental";
}

std::string or_none(const std::optional<std::string>& text) { return text.value_or("None"); }

/// As dbt prints it: a constraint without a name by the word of its own enumeration.
std::string shown_name(const Constraint& c) {
  return c.name.value_or(fmt::format("ConstraintType.{}", c.type));
}

/// Collects one kind of change and gives its headline with the items below.
struct ItemList {
  std::string headline;
  std::vector<std::string> items;

  void add_to(std::vector<std::string>& breaking) const {
    if (!items.empty())
      breaking.push_back(fmt::format("{}: \n    - {}", headline, fmt::join(items, "\n    - ")));
  }
};

class Comparison {
 public:
  Comparison(const manifest::Manifest& manifest, const Node& node, const Data& old)
      : node_(node), old_(old), new_materialized_(manifest.config_of(node).text("materialized")) {
    const Data* config = old.get("config");
    if (config != nullptr)
      old_materialized_ = text_of(*config, "materialized");
  }

  std::vector<std::string> breaking(bool still_enforced) {
    std::vector<std::string> found;
    if (!still_enforced)
      found.emplace_back(
          "Contract enforcement was removed: Previously, this model had an enforced contract. It "
          "is no longer configured to enforce its contract, and this is a breaking change.");
    compare_columns();
    compare_model_constraints();
    for (const ItemList* list :
         {&removed_columns_, &changed_types_, &column_constraints_, &model_constraints_})
      list->add_to(found);
    if (enforces(old_materialized_) && !enforces(new_materialized_) &&
        (had_column_constraints_ || !constraints_of(old_).empty()))
      found.push_back(
          fmt::format("Materialization changed with enforced constraints: \n    - {} -> {}",
                      old_materialized_, new_materialized_));
    return found;
  }

 private:
  const manifest::Column* column(std::string_view name) const {
    for (const manifest::Column& c : node_.columns)
      if (c.name == name)
        return &c;
    return nullptr;
  }

  void compare_columns() {
    const Data* columns = old_.get("columns");
    if (columns == nullptr || !columns->is_map())
      return;
    std::map<std::string_view, const Data*> sorted;
    for (const base::DataEntry& entry : columns->as_map())
      sorted[entry.key] = &entry.value;
    for (const auto& [name, was] : sorted)
      compare_column(name, *was);
  }

  void compare_column(std::string_view name, const Data& was) {
    const std::vector<Constraint> constraints = constraints_of(was);
    had_column_constraints_ = had_column_constraints_ || !constraints.empty();
    const manifest::Column* now = column(name);
    if (now == nullptr) {
      removed_columns_.items.emplace_back(name);
      return;
    }
    const std::optional<std::string> type = optional_of(was, "data_type");
    if (type.has_value() != now->data_type.has_value() ||
        (type && base_type(*type) != base_type(*now->data_type)))
      changed_types_.items.push_back(
          fmt::format("{} ({} -> {})", name, or_none(type), or_none(now->data_type)));
    if (enforces(old_materialized_))
      for (const Constraint& c : removed(constraints, now->constraints))
        column_constraints_.items.push_back(
            fmt::format("'{}' constraint on column {}", shown_name(c), name));
  }

  void compare_model_constraints() {
    if (!enforces(old_materialized_) || !node_.model)
      return;
    for (const Constraint& c : removed(constraints_of(old_), node_.model->constraints)) {
      base::DataList columns(c.columns.begin(), c.columns.end());
      model_constraints_.items.push_back(fmt::format("'{}' constraint on columns {}", shown_name(c),
                                                     base::python_str(Data(std::move(columns)))));
    }
  }

  const Node& node_;
  const Data& old_;
  std::string old_materialized_;
  std::string_view new_materialized_;
  bool had_column_constraints_ = false;
  ItemList removed_columns_{"Columns were removed", {}};
  ItemList changed_types_{"Columns with data_type changes", {}};
  ItemList column_constraints_{"Enforced column level constraints were removed", {}};
  ItemList model_constraints_{"Enforced model level constraints were removed", {}};
};

bool is_enforced_now(const manifest::Manifest& manifest, const Node& node) {
  const Data* contract = manifest.config_of(node).find("contract");
  const Data* enforced = contract == nullptr ? nullptr : contract->get("enforced");
  return enforced != nullptr && enforced->bool_or(false);
}

}  // namespace

bool contract_was_enforced(const Data& old) {
  const Data* contract = old.get("contract");
  const Data* enforced = contract == nullptr ? nullptr : contract->get("enforced");
  return enforced != nullptr && enforced->bool_or(false);
}

ContractChange compare_contracts(const manifest::Manifest& manifest, const Node& node,
                                 const Data& old) {
  const bool was = contract_was_enforced(old);
  const bool is = is_enforced_now(manifest, node);
  ContractChange change;
  if (!was && !is)
    return change;
  change.is_same = false;
  if (!was)
    return change;
  const Data* contract = old.get("contract");
  if (is && node.contract_checksum == optional_of(*contract, "checksum")) {
    change.is_same = true;
    return change;
  }
  change.breaking = Comparison(manifest, node, old).breaking(is);
  return change;
}

}  // namespace weft::select
