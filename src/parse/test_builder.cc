#include "parse/test_builder.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/strings.h"
#include "parse/properties_error.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

/// Keys of a test item that configure it; in the order in which dbt writes them into the raw code.
constexpr std::array<std::string_view, 15> kConfigKeys = {
    "severity",   "tags",     "enabled",   "where",          "limit",
    "warn_if",    "error_if", "fail_calc", "store_failures", "store_failures_as",
    "sql_header", "meta",     "database",  "schema",         "alias"};

constexpr size_t kMaxNameLength = 64;
constexpr size_t kKeptOfLongName = 30;

/// The test's name and its arguments as written.
diag::Result<std::pair<std::string, DataMap>> take_apart(const Data& item, diag::Span span) {
  if (item.is_string())
    return std::pair{item.as_string(), DataMap{}};
  if (!item.is_map() || item.as_map().empty()) {
    return properties_error(
        fmt::format("a test must be a name or a mapping, found `{}`", python_str(item)), span,
        "write `- unique` or `- accepted_values: {...}`");
  }
  const DataMap& map = item.as_map();
  // `- test_name: x` beside its arguments.
  if (const Data* name = map.find("test_name"); name != nullptr && name->is_string()) {
    DataMap arguments = map;
    arguments.erase("test_name");
    return std::pair{name->as_string(), std::move(arguments)};
  }
  if (map.size() != 1) {
    return properties_error(fmt::format("a test must have one name, found {} keys", map.size()),
                            span, "indent the test's arguments below its name");
  }
  const base::DataEntry& only = *map.begin();
  if (only.value.is_null())
    return std::pair{only.key, DataMap{}};
  if (!only.value.is_map()) {
    return properties_error(fmt::format("the arguments of test `{}` must be a mapping, found `{}`",
                                        only.key, python_str(only.value)),
                            span, "write `argument: value` below the test's name");
  }
  return std::pair{only.key, only.value.as_map()};
}

/// Every run of characters that a name cannot have becomes one '_'.
std::string clean(const std::string& text) {
  std::string made;
  bool in_run = false;
  for (char c : text) {
    bool is_word =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (is_word)
      made += c;
    else if (!in_run)
      made += '_';
    in_run = !is_word;
  }
  return made;
}

std::string flat_arguments(const DataMap& arguments) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : arguments)
    keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  std::string made;
  bool is_first = true;
  auto add = [&](const Data& value) {
    if (!is_first)
      made += "__";
    is_first = false;
    made += clean(python_str(value));
  };
  for (const std::string& key : keys) {
    if (key == "model")
      continue;
    const Data& value = *arguments.find(key);
    if (value.is_map()) {
      for (const auto& [name, part] : value.as_map())
        add(part);
    } else if (value.is_list()) {
      for (const Data& part : value.as_list())
        add(part);
    } else {
      add(value);
    }
  }
  return made;
}

void name_test(BuiltTest& test, const TestTarget& target) {
  std::string kind = target.is_source ? "source_" + test.name : test.name;
  if (test.test_namespace)
    kind = *test.test_namespace + "_" + kind;
  std::string of = target.is_source ? target.source_name + "_" + target.table_name : target.name;
  if (!target.version.empty())
    of += "_v" + target.version;
  std::string identifier = kind + "_" + of;
  test.full_name = identifier + "_" + flat_arguments(test.arguments);
  test.compiled_name = test.full_name;
  if (base::utf8_length(test.full_name) < kMaxNameLength)
    return;
  test.compiled_name = std::string(base::utf8_prefix(identifier, kKeptOfLongName)) + "_" +
                       base::md5_hex(test.full_name);
  if (!test.config.contains("alias"))
    test.config.set("alias", Data(test.compiled_name));
}

std::string target_call(const TestTarget& target) {
  if (target.is_source)
    return fmt::format("source('{}', '{}')", target.source_name, target.table_name);
  if (!target.version.empty())
    return fmt::format("ref('{}', version='{}')", target.name, target.version);
  return fmt::format("ref('{}')", target.name);
}

/// Leaves as text, dicts sorted by key: what dbt hashes of a test's arguments.
Data hashable(const Data& data) {
  if (data.is_map()) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : data.as_map())
      keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    DataMap made;
    for (const std::string& key : keys)
      made.set(key, hashable(*data.get(key)));
    return Data(std::move(made));
  }
  if (data.is_list()) {
    DataList made;
    for (const Data& item : data.as_list())
      made.push_back(hashable(item));
    return Data(std::move(made));
  }
  return Data(python_str(data));
}

/// Puts what stands under `arguments` beside the rest, and notes what stands at old places.
void take_arguments(DataMap& given, BuiltTest& test) {
  Data arguments;
  if (const Data* found = given.find("arguments"))
    arguments = *found;
  given.erase("arguments");
  for (const auto& [key, value] : given) {
    bool is_config = std::find(kConfigKeys.begin(), kConfigKeys.end(), key) != kConfigKeys.end();
    if (is_config)
      test.moved_keys.push_back(key);
    bool is_argument = !is_config && key != "config" && key != "description" && key != "name" &&
                       key != "column_name";
    if (is_argument && !arguments.truthy())
      test.lacks_arguments = true;
  }
  if (!arguments.is_map())
    return;
  for (const auto& [key, value] : arguments.as_map())
    given.set(key, value);
}

/// Moves what configures the test from `given` to the test: keys beside the arguments, and those
/// under `config`.
diag::Status take_config(DataMap& given, BuiltTest& test, diag::Span span) {
  Data config(DataMap{});
  if (const Data* value = given.find("config"); value != nullptr && value->is_map())
    config = *value;
  given.erase("config");
  for (std::string_view key : kConfigKeys) {
    const Data* beside = given.find(key);
    const Data* inside = config.get(key);
    if (beside != nullptr && inside != nullptr && beside->truthy()) {
      diag::Diagnostic diagnostic = properties_error(
          fmt::format("test `{}` sets `{}` both beside and under `config`", test.name, key), span,
          "keep the one under `config`");
      diagnostic.legacy_text =
          "Compilation Error\n  Test cannot have the same key at the top-level and in config";
      return diagnostic;
    }
    const Data* value = beside != nullptr ? beside : inside;
    if (value != nullptr && !value->is_null())
      test.config.set(key, *value);
    given.erase(key);
    config.as_map().erase(key);
  }
  for (const auto& [key, value] : config.as_map())
    test.config.set(key, value);
  return diag::Done{};
}

/// Takes the key away; null and nothing are no text.
std::string take_text(DataMap& given, std::string_view key) {
  const Data* value = given.find(key);
  std::string text = value == nullptr || value->is_null() ? "" : python_str(*value);
  given.erase(key);
  return text;
}

}  // namespace

diag::Result<BuiltTest> build_test(const Data& item, const TestTarget& target, bool takes_arguments,
                                   diag::Span span) {
  auto parts = take_apart(item, span);
  if (!parts)
    return parts.error();
  BuiltTest test;
  DataMap given = std::move(parts->second);
  test.name = parts->first;
  if (size_t dot = test.name.find('.'); dot != std::string::npos) {
    test.test_namespace = test.name.substr(0, dot);
    test.name = test.name.substr(dot + 1);
  }
  if (test.name.empty())
    return properties_error("a test has no name", span,
                            "write `- unique` or the name of another test");
  if (takes_arguments)
    take_arguments(given, test);
  else
    test.has_plain_arguments = given.contains("arguments");
  if (diag::Status taken = take_config(given, test, span); !taken)
    return taken.error();
  test.description = take_text(given, "description");
  std::string custom_name = take_text(given, "name");
  for (const auto& [key, value] : given)
    test.arguments.set(key, value);
  if (!target.column_name.empty())
    test.arguments.set("column_name", Data(target.column_name));
  test.arguments.set("model",
                     Data(fmt::format("{{{{ get_where_subquery({}) }}}}", target_call(target))));
  if (custom_name.empty()) {
    name_test(test, target);
  } else {
    test.compiled_name = test.full_name = custom_name;
  }
  test.raw_code = test_raw_code(test);
  return test;
}

std::string test_raw_code(const BuiltTest& test) {
  std::string macro = "test_" + test.name;
  if (test.test_namespace)
    macro = *test.test_namespace + "." + macro;
  std::string configs;
  for (const auto& [key, value] : test.config) {
    if (!configs.empty())
      configs += ",";
    configs += key + "=";
    configs += value.is_string() ? "\"" + base::replace_all(value.as_string(), "\"", "\\\"") + "\""
                                 : python_str(value);
  }
  std::string code = fmt::format("{{{{ {}(**_dbt_generic_test_kwargs) }}}}", macro);
  return configs.empty() ? code : code + fmt::format("{{{{ config({}) }}}}", configs);
}

std::string test_unique_id(const BuiltTest& test, const std::string& package) {
  DataMap metadata;
  metadata.set("kwargs", Data(test.arguments));
  metadata.set("name", Data(test.name));
  metadata.set("namespace", test.test_namespace ? Data(*test.test_namespace) : Data());
  std::string text = test.full_name + python_repr(hashable(Data(std::move(metadata))));
  std::string digest = base::md5_hex(text);
  return fmt::format("test.{}.{}.{}", package, test.full_name, digest.substr(digest.size() - 10));
}

}  // namespace weft::parse
