#include "parse/test_warnings.h"

#include <fmt/format.h>

namespace weft::parse {
namespace {

using base::Data;

std::string name_of(const BuiltTest& test) {
  return test.test_namespace ? *test.test_namespace + "." + test.name : test.name;
}

void report_moved_key(State& state, const BuiltTest& test, const std::string& key,
                      const TestOrigin& origin) {
  std::string path = fmt::format("data_tests.{}.{}", name_of(test), key);
  diag::Diagnostic d;
  d.code = diag::Code::PropertyMovedToConfig;
  d.message = fmt::format("`{}` of test `{}` belongs under `config`", key, name_of(test));
  d.span = origin.span;
  d.hint = fmt::format("write `config: {{{}: ...}}`", key);
  d.legacy_text = fmt::format(
      "Found `{0}` as a top-level property of `{1}` in file `{2}`. The `{0}` top-level property "
      "should be moved into the `config` of `{1}`.",
      key, path, origin.path);
  d.event_data.set("key", Data(key));
  d.event_data.set("file", Data(origin.path));
  d.event_data.set("key_path", Data(path));
  state.report(std::move(d));
}

void report_missing_arguments(State& state, const BuiltTest& test, const TestOrigin& origin) {
  std::string shown = fmt::format("`{}` defined on '{}' in package '{}' ({})", name_of(test),
                                  origin.resource, origin.package, origin.path);
  diag::Diagnostic d;
  d.code = diag::Code::MissingArguments;
  d.message = fmt::format("the arguments of test `{}` belong under `arguments`", name_of(test));
  d.span = origin.span;
  d.hint = "indent them below `arguments:`";
  d.legacy_text = fmt::format(
      "Found top-level arguments to test {}. Arguments to generic tests should be nested under the "
      "`arguments` property.",
      shown);
  d.event_data.set("test_name", Data(shown));
  state.report(std::move(d));
}

void report_plain_arguments(State& state, const BuiltTest& test, const Data& item,
                            const TestOrigin& origin) {
  const Data* holder = item.get(name_of(test));
  const Data* arguments = (holder != nullptr ? *holder : item).get("arguments");
  std::string shown =
      fmt::format("`{}` ({})", name_of(test), arguments == nullptr ? "" : python_str(*arguments));
  diag::Diagnostic d;
  d.code = diag::Code::ArgumentsProperty;
  d.message = fmt::format("test `{}` has an argument called `arguments`", name_of(test));
  d.span = origin.span;
  d.hint =
      "set `require_generic_test_arguments_property` under `flags` of dbt_project.yml to nest "
      "arguments there";
  d.legacy_text = fmt::format(
      "Found `arguments` property in test definition of {} without usage of "
      "`require_generic_test_arguments_property` behavior change flag. The `arguments` property is "
      "deprecated for custom usage and will be used to nest keyword arguments in future versions "
      "of dbt.",
      shown);
  d.event_data.set("test_name", Data(shown));
  state.report(std::move(d));
}

void report_sql_header(State& state, const TestOrigin& origin) {
  diag::Diagnostic d;
  d.code = diag::Code::CustomKeyInConfig;
  d.message = "`sql_header` is no configuration of tests";
  d.span = origin.span;
  d.hint = "set `require_sql_header_in_test_configs` under `flags` of dbt_project.yml to allow it";
  d.legacy_text = fmt::format(
      "Custom key `sql_header` found in `config` at path `models.config` in file `{}`. Custom "
      "config keys should move into the `config.meta`.",
      origin.path);
  d.event_data.set("key", Data("sql_header"));
  d.event_data.set("file", Data(origin.path));
  d.event_data.set("key_path", Data("models.config"));
  state.report(std::move(d));
}

}  // namespace

void report_old_uses(State& state, const BuiltTest& test, const Data& item,
                     const TestOrigin& origin) {
  for (const std::string& key : test.moved_keys)
    report_moved_key(state, test, key, origin);
  if (test.lacks_arguments)
    report_missing_arguments(state, test, origin);
  if (test.has_plain_arguments)
    report_plain_arguments(state, test, item, origin);
  const Data* header = test.config.find("sql_header");
  if (header != nullptr && !header->is_null() &&
      !state.input.flags.get_bool("require_sql_header_in_test_configs"))
    report_sql_header(state, origin);
}

}  // namespace weft::parse
