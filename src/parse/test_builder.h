// TestBuilder: one test item of a properties file, taken apart: name, arguments, configuration,
// names.
#pragma once

#include <optional>
#include <string>

#include "base/data.h"
#include "context/template_cache.h"
#include "context/worker.h"
#include "diag/diagnostic.h"
#include "diag/source.h"

namespace weft::parse {

/// What a test is attached to.
struct TestTarget {
  bool is_source = false;
  /// Model, seed or snapshot name; source: "source_table" joined by '_' for names.
  std::string name;
  std::string source_name, table_name;
  /// Text of the version of a versioned model, empty for none.
  std::string version;
  /// Empty for tests of the whole resource.
  std::string column_name;
};

struct BuiltTest {
  /// "unique", and the namespace of `dbt_utils.at_least_one`.
  std::string name;
  std::optional<std::string> test_namespace;
  /// Arguments of the macro, model and column_name included.
  base::DataMap arguments;
  base::DataMap config;
  std::string description;
  /// Of the file and alias (short when the full name is too long), and of ids.
  std::string compiled_name, full_name;
  std::string raw_code;
  /// Configuration that stands beside the test's name instead of under `config`.
  std::vector<std::string> moved_keys;
  /// Arguments stand beside the test's name, and none under `arguments`.
  bool lacks_arguments = false;
  /// `arguments` was given, and is an argument of that name.
  bool has_plain_arguments = false;
};

/// `item` is a name, {name: arguments} or {test_name: …}. `takes_arguments` reads `arguments:` as
/// dbt 1.11 does.
diag::Result<BuiltTest> build_test(const base::Data& item, const TestTarget& target,
                                   bool takes_arguments, diag::Span span);

/// An argument as the test macro gets it: Jinja is rendered, `ref('x')` is an expression without
/// braces. Needed again when the test runs; the tests of one model have some in common, so the
/// templates may come from `templates`.
diag::Result<jinja::Value> render_test_argument(context::Worker& worker, const std::string& key,
                                                const base::Data& value, context::NodeScope& scope,
                                                context::TemplateCache* templates = nullptr);

/// The Jinja text of the test: the macro's call, and a config() call with what is configured.
std::string test_raw_code(const BuiltTest& test);

/// test.<package>.<full name>.<10 digits>.
std::string test_unique_id(const BuiltTest& test, const std::string& package);

}  // namespace weft::parse
