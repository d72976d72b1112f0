#include "context/config_merge.h"

#include <algorithm>
#include <array>
#include <variant>

#include "base/json.h"

namespace weft::context {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

enum class Rule { Replace, Append, Update, Grants, Hooks };

Rule rule_for(std::string_view key) {
  if (key == "tags" || key == "packages")
    return Rule::Append;
  if (key == "pre-hook" || key == "post-hook")
    return Rule::Hooks;
  constexpr std::array<std::string_view, 6> kUpdated = {
      "meta", "docs", "quoting", "column_types", "contract", "snapshot_meta_column_names"};
  if (std::find(kUpdated.begin(), kUpdated.end(), key) != kUpdated.end())
    return Rule::Update;
  return key == "grants" ? Rule::Grants : Rule::Replace;
}

DataList as_list(const Data& value) {
  if (value.is_list())
    return value.as_list();
  return value.is_null() ? DataList{} : DataList{value};
}

/// {sql, transaction} of a hook given as text, as JSON text, or as a dict.
Data hook_of(const Data& hook) {
  DataMap made;
  made.set("sql", Data(""));
  made.set("transaction", Data(true));
  made.set("index", Data());
  const Data* given = hook.is_map() ? &hook : nullptr;
  Data parsed;
  if (hook.is_string()) {
    made.set("sql", hook);
    auto json = base::parse_json(hook.as_string());
    if (auto* data = std::get_if<Data>(&json); data != nullptr && data->is_map()) {
      parsed = *data;
      given = &parsed;
    }
  }
  if (given != nullptr) {
    for (const char* key : {"sql", "transaction", "index"}) {
      if (const Data* value = given->get(key))
        made.set(key, *value);
    }
  }
  return Data(std::move(made));
}

void append(Data& target, const Data& added) {
  DataList list = as_list(target);
  for (const Data& item : as_list(added))
    list.push_back(item);
  target = Data(std::move(list));
}

/// "+select" extends what was inherited for `select`; "select" replaces it.
void merge_grants(Data& target, const Data& added) {
  if (!target.is_map())
    target = Data(DataMap{});
  for (const auto& [key, value] : added.as_map()) {
    bool extends = !key.empty() && key.front() == '+';
    Data& privilege = target.as_map()[extends ? key.substr(1) : key];
    if (extends)
      append(privilege, value);
    else
      privilege = Data(as_list(value));
  }
}

/// The same while it is not known yet what "+select" extends.
void merge_call_grants(Data& target, const Data& added) {
  if (!target.is_map())
    target = Data(DataMap{});
  DataMap& grants = target.as_map();
  for (const auto& [key, value] : added.as_map()) {
    bool extends = !key.empty() && key.front() == '+';
    std::string privilege = extends ? key.substr(1) : key;
    if (!extends)
      grants.erase("+" + privilege);
    if (extends && grants.contains(privilege))
      append(grants[privilege], value);
    else if (extends)
      append(grants[key], value);
    else
      grants[key] = Data(as_list(value));
  }
}

void merge_value(Data& target, const Data& added, Rule rule) {
  switch (rule) {
    case Rule::Append:
      append(target, added);
      return;
    case Rule::Hooks: {
      DataList list = as_list(target);
      for (Data& hook : hook_list(added))
        list.push_back(std::move(hook));
      target = Data(std::move(list));
      return;
    }
    case Rule::Update:
      if (target.is_map() && added.is_map()) {
        for (const auto& [key, value] : added.as_map())
          target.as_map().set(key, value);
        return;
      }
      target = added;
      return;
    case Rule::Grants:
      if (added.is_map()) {
        merge_grants(target, added);
        return;
      }
      target = added;
      return;
    case Rule::Replace:
      target = added;
  }
}

}  // namespace

std::string config_key(std::string_view key) {
  if (key == "pre_hook")
    return "pre-hook";
  if (key == "post_hook")
    return "post-hook";
  return std::string(key);
}

base::DataList hook_list(const base::Data& hooks) {
  DataList made;
  for (const Data& hook : as_list(hooks))
    made.push_back(hook_of(hook));
  return made;
}

void merge_config(DataMap& weaker, const DataMap& stronger) {
  for (const auto& [key, value] : stronger) {
    std::string name = config_key(key);
    merge_value(weaker[name], value, rule_for(name));
  }
}

void merge_call(DataMap& earlier, const DataMap& call) {
  DataMap others = call;
  const Data* grants = call.find("grants");
  if (grants != nullptr && grants->is_map()) {
    others.erase("grants");
    merge_call_grants(earlier["grants"], *grants);
  }
  merge_config(earlier, others);
}

void merge_raw_config(DataMap& weaker, const DataMap& stronger) {
  if (weaker.empty()) {
    weaker = stronger;
    return;
  }
  for (const auto& [key, value] : stronger) {
    Rule rule = rule_for(config_key(key));
    const Data* known = weaker.find(key);
    if (rule == Rule::Append || rule == Rule::Hooks) {
      Data list = known == nullptr ? Data() : *known;
      append(list, value);
      weaker.set(key, std::move(list));
    } else {
      merge_value(weaker[key], value, rule);
    }
  }
}

}  // namespace weft::context
