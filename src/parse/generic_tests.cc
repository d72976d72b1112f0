// Generic tests: every item under `data_tests` of models, seeds, snapshots and source tables.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.h"
#include "base/paths.h"
#include "base/strings.h"
#include "base/text_list.h"
#include "context/error_place.h"
#include "context/relations.h"
#include "parse/node_patch.h"
#include "parse/properties_error.h"
#include "parse/test_builder.h"
#include "parse/test_warnings.h"
#include "parse/versions.h"
#include "parse/yaml_render.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

/// The resource whose entry lists tests.
struct Tested {
  TestTarget target;
  /// "models.customers"
  std::string file_key_name;
  /// Unique id of a model, seed or snapshot; empty for sources.
  std::string unique_id;
};

/// Strings such as ref('x') or source('a', 'b') are expressions even without braces.
bool reads_as_call(const std::string& text) {
  for (std::string_view name : {"ref", "source", "var", "env_var", "doc"}) {
    if (!base::starts_with(text, name))
      continue;
    std::string_view rest = base::trim(std::string_view(text).substr(name.size()));
    if (!rest.empty() && rest.front() == '(' && base::trim(text).back() == ')')
      return true;
  }
  return false;
}

/// One thread's way from entries to rows; the rows become part of the manifest later.
class TestParser {
 public:
  explicit TestParser(State& state)
      : state_(state),
        worker_(*state.shared, nullptr),
        configs_(state),
        takes_arguments_(state.input.flags.get_bool("require_generic_test_arguments_property")) {
    const manifest::Manifest& manifest = state.manifest();
    for (size_t i = 0; i < manifest.nodes.size(); ++i) {
      if (manifest.is_disabled(NodeId(i)))
        disabled_.emplace(manifest.nodes[i].name, NodeId(i));
    }
  }

  /// The rows of all calls of add_tests() since the last take().
  std::vector<Node> take() { return std::exchange(made_, {}); }

  void add_tests(const Entry& entry, const Data& holder, const yaml::Node* node, Tested tested) {
    add_list(entry, holder, node, tested, {});
    const Data* columns = holder.get("columns");
    if (columns == nullptr || !columns->is_list())
      return;
    const yaml::Node* nodes = node == nullptr ? nullptr : node->find("columns");
    for (size_t i = 0; i < columns->as_list().size(); ++i) {
      const Data& column = columns->as_list()[i];
      if (!column.is_map() || column.get("name") == nullptr)
        continue;
      Tested of_column = tested;
      of_column.target.column_name = python_str(*column.get("name"));
      const Data* quote = column.get("quote");
      bool is_quoted =
          quote == nullptr || quote->is_null() ? quotes_columns(holder) : quote->truthy();
      if (is_quoted) {
        of_column.target.column_name = adapter::quote_identifier(of_column.target.column_name);
      }
      const yaml::Node* column_node =
          nodes != nullptr && i < nodes->items.size() ? nodes->items[i] : nullptr;
      add_list(entry, column, column_node, of_column, column_tags(column));
    }
  }

 private:
  /// Where a column says nothing: `quote_columns` of a model, `quoting.column` of a source's table.
  static bool quotes_columns(const Data& holder) {
    if (const Data* quote = holder.get("quote_columns"); quote != nullptr && quote->truthy())
      return true;
    const Data* quoting = holder.get("quoting");
    const Data* column = quoting == nullptr ? nullptr : quoting->get("column");
    return column != nullptr && column->truthy();
  }

  static std::vector<std::string> column_tags(const Data& column) {
    std::vector<std::string> tags;
    auto add = [&](const Data* value) {
      if (value == nullptr || value->is_null())
        return;
      if (value->is_list()) {
        for (const Data& tag : value->as_list())
          tags.push_back(python_str(tag));
      } else {
        tags.push_back(python_str(*value));
      }
    };
    add(column.get("tags"));
    if (const Data* config = column.get("config"))
      add(config->get("tags"));
    return tags;
  }

  void add_list(const Entry& entry, const Data& holder, const yaml::Node* node,
                const Tested& tested, const std::vector<std::string>& tags) {
    const Data* list = holder.get("data_tests");
    const char* key = "data_tests";
    if (list == nullptr) {
      list = holder.get("tests");
      key = "tests";
    } else if (holder.get("tests") != nullptr) {
      report(fmt::format("`{}` has both `tests` and `data_tests`", entry.name), entry.node->span,
             "keep `data_tests`",
             "Invalid test config: cannot have both 'tests' and 'data_tests' defined");
    }
    if (list == nullptr || list->is_null())
      return;
    const yaml::Node* nodes = node == nullptr ? nullptr : node->find(key);
    if (!list->is_list()) {
      report(fmt::format("`{}` of `{}` must be a list", key, entry.name),
             nodes == nullptr ? entry.node->span : nodes->span, "start each test with `- `");
      return;
    }
    for (size_t i = 0; i < list->as_list().size(); ++i) {
      diag::Span span =
          nodes != nullptr && i < nodes->items.size() ? nodes->items[i]->span : entry.node->span;
      add_test(entry, list->as_list()[i], tested, tags, span);
    }
  }

  void report(std::string message, diag::Span span, std::string hint,
              const std::string& sentence = "") {
    state_.report(properties_error(std::move(message), span, std::move(hint), sentence));
  }

  /// The error of a setting's template in dbt's words.
  static diag::Diagnostic invalid_config(const BuiltTest& test, const TestTarget& target,
                                         std::string_view key, const ProjectFile& file,
                                         diag::Diagnostic error) {
    if (error.code != diag::Code::JinjaUndefined)
      return error;
    error.legacy_text = fmt::format(
        "Compilation Error\n  Invalid generic test configuration given in {}: \n"
        "  The {}.{} column's \"{}\" test references an undefined macro in its {} configuration "
        "argument. The macro {}.\n"
        "  Please note that the generic test configuration parser currently does not support using "
        "custom macros to populate configuration values",
        file.original_file_path, target.is_source ? target.table_name : target.name,
        target.column_name.empty() ? "None" : target.column_name, test.name, key, error.message);
    return error;
  }

  /// Jinja in configuration values is rendered now.
  bool render_config(BuiltTest& test, const TestTarget& target, diag::Span span,
                     const ProjectFile& file) {
    const std::string& package = state_.project_of(file).name;
    DataMap config;
    for (auto& [key, value] : test.config) {
      if (!value.is_string()) {
        config.set(key, std::move(value));
        continue;
      }
      diag::Result<Data> rendered = render_yaml_text(worker_, value.as_string(), span, package);
      if (!rendered) {
        state_.report(invalid_config(test, target, key, file, std::move(rendered.error())));
        return false;
      }
      if (!rendered->is_null())
        config.set(key, std::move(*rendered));
    }
    test.config = std::move(config);
    test.raw_code = test_raw_code(test);
    return true;
  }

  void add_test(const Entry& entry, const Data& item, const Tested& tested,
                const std::vector<std::string>& tags, diag::Span span) {
    diag::Result<BuiltTest> built = build_test(item, tested.target, takes_arguments_, span);
    if (!built) {
      state_.report(built.error());
      return;
    }
    BuiltTest& test = *built;
    const ProjectFile& file = state_.files[entry.file];
    report_old_uses(
        state_, test, item,
        TestOrigin{entry.name, state_.project_of(file).name, file.original_file_path, span});
    if (!render_config(test, tested.target, span, file))
      return;
    Node node = make_node(test, tested, file, span);
    capture_references(node, test, tested);
    finish(node, test, tags);
  }

  Node make_node(const BuiltTest& test, const Tested& tested, const ProjectFile& file,
                 diag::Span span) {
    Node node;
    node.type = ResourceType::Test;
    node.name = test.full_name;
    node.package_name = state_.project_of(file).name;
    node.path = test.compiled_name + ".sql";
    node.original_file_path = file.original_file_path;
    node.unique_id = test_unique_id(test, node.package_name);
    node.fqn = folder_fqn(node.package_name, file.path);
    node.fqn.push_back(test.full_name);
    node.created_at = state_.now;
    node.raw_code = test.raw_code;
    DescriptionRenderer descriptions(state_, worker_);
    node.description =
        descriptions.render(test.description, node.package_name, span, node.doc_blocks);
    node.patch_span = span;
    node.test = std::make_unique<manifest::TestFields>();
    manifest::TestFields& fields = *node.test;
    if (!tested.target.column_name.empty())
      fields.column_name = tested.target.column_name;
    fields.file_key_name = tested.file_key_name;
    fields.kwargs = test.arguments;
    fields.metadata = manifest::TestMetadata{test.name, test.arguments, test.test_namespace};
    fields.attached_node = tested_node(tested);
    return node;
  }

  /// The resource that has the test; one that is disabled when there is no other.
  NodeId tested_node(const Tested& tested) const {
    const auto& known = state_.manifest().node_by_unique_id;
    if (auto found = known.find(tested.unique_id); found != known.end())
      return found->second;
    auto found = tested.target.is_source ? disabled_.end() : disabled_.find(tested.target.name);
    return found == disabled_.end() ? NodeId() : found->second;
  }

  /// What the test reads. The built-in unique and not_null read their model only, so they need no
  /// rendering; others are rendered as dbt does.
  void capture_references(Node& node, const BuiltTest& test, const Tested& tested) {
    std::string macro_name = "test_" + test.name;
    const context::MacroTable& macros = *state_.result->macros;
    const context::CallableMacro* macro = test.test_namespace
                                              ? macros.find_in(*test.test_namespace, macro_name)
                                              : macros.find(node.package_name, macro_name);
    // dbt looks the name up without its package first; the call itself is seen when it is rendered.
    const context::CallableMacro* bare = macros.find_in(node.package_name, macro_name);
    if (bare == nullptr)
      bare = macros.find_anywhere(macro_name);
    if (bare != nullptr)
      node.depends_on_macros.push_back(bare->id);
    calls_ = {test.config, {}};
    bool is_simple = (test.name == "unique" || test.name == "not_null") && !test.test_namespace &&
                     macros.is_builtin(node.package_name, macro_name);
    if (is_simple || macro == nullptr) {
      add_target(node, tested);
      return;
    }
    render(node, test);
  }

  static void add_target(Node& node, const Tested& tested) {
    const TestTarget& target = tested.target;
    if (target.is_source) {
      node.sources.push_back({target.source_name, target.table_name});
    } else {
      Data version = target.version.empty() ? Data() : Data(target.version);
      if (std::optional<int64_t> number = base::parse_int(target.version))
        version = Data(*number);
      node.refs.push_back({target.name, "", std::move(version)});
    }
  }

  void render(Node& node, const BuiltTest& test) {
    context::Capture capture;
    capture.macros = node.depends_on_macros;
    context::NodeScope scope;
    scope.package_name = node.package_name;
    scope.node = &node;
    scope.capture = &capture;
    static const DataMap kNoConfig;
    scope.relation = context::relation_of(node, kNoConfig, state_.input.root.quoting);
    jinja::Value kwargs = jinja::Value::dict();
    for (const auto& [key, value] : test.arguments) {
      std::optional<jinja::Value> rendered = render_argument(node, key, value, scope);
      if (!rendered)
        return;
      kwargs.set_item(key, *rendered);
    }
    scope.extras.emplace_back("_dbt_generic_test_kwargs", kwargs);
    diag::Result<jinja::Rendered> rendered = worker_.render_text(node.raw_code, node.name, scope);
    if (!rendered) {
      diag::Diagnostic error = rendered.error();
      context::point_at_test_entry(error, worker_.shared().sources, node);
      state_.report(std::move(error));
      return;
    }
    // dbt gives the test its properties before it renders it, so that any config() call counts.
    if (capture.raw_config.empty())
      capture.raw_config = test.config;
    calls_ = call_config(state_, node, capture, false);
    take_capture(node, capture);
  }

  std::optional<jinja::Value> render_argument(const Node& node, const std::string& key,
                                              const Data& value, context::NodeScope& scope) {
    diag::Result<jinja::Value> rendered = render_test_argument(worker_, key, value, scope);
    if (rendered)
      return *rendered;
    diag::Diagnostic error = rendered.error();
    error.span = node.patch_span;
    state_.report(std::move(error));
    return std::nullopt;
  }

  void finish(Node& node, const BuiltTest& test, const std::vector<std::string>& tags) {
    // The test's macro may configure it; what the properties say is stronger.
    DataMap config = std::move(node.config_call);
    node.config_call = {};
    // Tags add up: dbt counts those of the properties before and behind the macro's own.
    Data all_tags = joined_tags(test.config.find("tags"), config.find("tags"));
    for (const auto& [key, value] : test.config)
      config.set(key, value);
    if (!all_tags.as_list().empty())
      config.set("tags", std::move(all_tags));
    if (const Data* severity = config.find("severity"); severity && severity->is_string()) {
      std::string word = base::to_lower(severity->as_string());
      if (word != "error" && word != "warn") {
        report(fmt::format("severity `{}` is neither `error` nor `warn`", severity->as_string()),
               node.patch_span, "write `severity: warn`");
      }
    }
    std::string description = node.description;
    finish_node(state_, worker_, configs_, node, nullptr, Data(DataMap{}), config, calls_);
    node.description = std::move(description);
    node.tags = test_tags(test, tags, node.tags);
    if (node.test->attached_node.valid())
      node.group = state_.manifest().node(node.test->attached_node).group;
    made_.push_back(std::move(node));
  }

  /// The test's own tags and its column's in the order of the alphabet, then those that macros and
  /// projects add.
  static std::vector<std::string> test_tags(const BuiltTest& test,
                                            const std::vector<std::string>& of_column,
                                            const std::vector<std::string>& configured) {
    std::vector<std::string> made = of_column;
    for (const std::string& tag : base::text_list(test.config.find("tags")))
      made.push_back(tag);
    std::sort(made.begin(), made.end());
    made.erase(std::unique(made.begin(), made.end()), made.end());
    for (const std::string& tag : configured) {
      if (std::find(made.begin(), made.end(), tag) == made.end())
        made.push_back(tag);
    }
    return made;
  }

  static Data joined_tags(const Data* first, const Data* second) {
    DataList made;
    for (const Data* part : {first, second}) {
      for (std::string& tag : base::text_list(part))
        made.emplace_back(std::move(tag));
    }
    return Data(std::move(made));
  }

  State& state_;
  context::Worker worker_;
  ConfigBuilder configs_;
  /// Of the test that is being added.
  CallConfig calls_;
  /// Disabled resources by name, the first of each.
  std::unordered_map<std::string, NodeId> disabled_;
  bool takes_arguments_;
  std::vector<Node> made_;
};

void add_model_tests(const State& state, TestParser& parser, const Entry& entry,
                     const std::string& type) {
  const std::string& package = state.project_of(state.files[entry.file]).name;
  Tested tested;
  tested.target.name = entry.name;
  tested.file_key_name = fmt::format("{}.{}", entry.section, entry.name);
  const Data* versions = entry.data.get("versions");
  if (versions == nullptr || !versions->is_list() || versions->as_list().empty()) {
    tested.unique_id = fmt::format("{}.{}.{}", type, package, entry.name);
    parser.add_tests(entry, entry.data, entry.node, tested);
    return;
  }
  for (const Data& item : versions->as_list()) {
    const Data* v = item.get("v");
    if (v == nullptr)
      continue;
    Tested of_version = tested;
    of_version.target.version = python_str(*v);
    of_version.unique_id =
        fmt::format("{}.{}.{}.v{}", type, package, entry.name, of_version.target.version);
    parser.add_tests(entry, entry_of_version(entry.data, item), entry.node, of_version);
  }
}

void add_source_tests(TestParser& parser, const Entry& entry) {
  const Data* tables = entry.data.get("tables");
  if (tables == nullptr || !tables->is_list())
    return;
  const yaml::Node* nodes = entry.node->find("tables");
  for (size_t i = 0; i < tables->as_list().size(); ++i) {
    const Data& table = tables->as_list()[i];
    if (table.get("name") == nullptr)
      continue;
    Tested tested;
    tested.target.is_source = true;
    tested.target.source_name = entry.name;
    tested.target.table_name = python_str(*table.get("name"));
    tested.file_key_name = fmt::format("sources.{}", entry.name);
    const yaml::Node* node =
        nodes != nullptr && i < nodes->items.size() ? nodes->items[i] : nullptr;
    parser.add_tests(entry, table, node, tested);
  }
}

size_t count_list(const Data& holder) {
  const Data* list = holder.get("data_tests");
  if (list == nullptr)
    list = holder.get("tests");
  return list != nullptr && list->is_list() ? list->as_list().size() : 0;
}

/// Two tests that differ in nothing but their configuration have one id.
void report_twin(State& state, const Node& first, const Node& second) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::DuplicateResource;
  diagnostic.message = fmt::format("two data tests are called `{}`", second.name);
  diagnostic.span = second.patch_span;
  diagnostic.labels.push_back({first.patch_span, "the other one"});
  diagnostic.hint = "give one of them a `name`, or remove it";
  std::string place;
  if (second.test->column_name) {
    place = fmt::format(" defined on column \"{}\" in \"{}\"", *second.test->column_name,
                        second.test->file_key_name.value_or(""));
  }
  diagnostic.legacy_text = fmt::format(
      "Compilation Error\n  dbt found two data_tests with the name \"{}\"{}.\n  \n  Since these "
      "resources have the same name, dbt will be unable to find the correct resource\n  when "
      "running tests.\n  \n  To fix this, change the name of one of these resources:\n  - {} "
      "({})\n "
      " - {} ({})",
      second.name, place, first.unique_id, first.original_file_path, second.unique_id,
      second.original_file_path);
  state.report(std::move(diagnostic));
}

std::vector<Node> tests_of(const State& state, TestParser& parser, const Entry& entry) {
  if (entry.section == "models")
    add_model_tests(state, parser, entry, "model");
  else if (entry.section == "seeds")
    add_model_tests(state, parser, entry, "seed");
  else if (entry.section == "snapshots")
    add_model_tests(state, parser, entry, "snapshot");
  else if (entry.section == "sources")
    add_source_tests(parser, entry);
  return parser.take();
}

}  // namespace

diag::Result<jinja::Value> render_test_argument(context::Worker& worker, const std::string& key,
                                                const Data& value, context::NodeScope& scope,
                                                context::TemplateCache* templates) {
  if (value.is_map()) {
    jinja::Value made = jinja::Value::dict();
    for (const auto& [name, part] : value.as_map()) {
      diag::Result<jinja::Value> rendered =
          render_test_argument(worker, key, part, scope, templates);
      if (!rendered)
        return rendered;
      made.set_item(name, *rendered);
    }
    return made;
  }
  if (value.is_list()) {
    jinja::Value made = jinja::Value::list();
    for (const Data& part : value.as_list()) {
      diag::Result<jinja::Value> rendered =
          render_test_argument(worker, key, part, scope, templates);
      if (!rendered)
        return rendered;
      made.append(*rendered);
    }
    return made;
  }
  if (!value.is_string() || key == "column_name")
    return jinja::Value::from_data(value);
  std::string text = value.as_string();
  if (reads_as_call(text))
    text = "{{ " + text + " }}";
  if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos)
    return jinja::Value::string(text);
  constexpr std::string_view kPath = "test argument";
  if (templates != nullptr) {
    auto kept = templates->get(worker.shared(), kPath, key, text);
    if (auto* error = std::get_if<jinja::Error>(&kept))
      return jinja::to_diagnostic(*error);
    return worker.render_native(*std::get<0>(kept).code, scope);
  }
  diag::SourceId source = worker.shared().sources.add(std::string(kPath), text);
  auto code = worker.shared().jinja.compile(source, key);
  if (auto* error = std::get_if<jinja::Error>(&code))
    return jinja::to_diagnostic(*error);
  return worker.render_native(*std::get<0>(code), scope);
}

size_t count_tests(const std::vector<Entry>& entries) {
  size_t count = 0;
  for (const Entry& entry : entries) {
    count += count_list(entry.data);
    for (const char* key : {"columns", "tables"}) {
      const Data* parts = entry.data.get(key);
      if (parts == nullptr || !parts->is_list())
        continue;
      for (const Data& part : parts->as_list())
        count += count_list(part);
    }
  }
  return count;
}

std::vector<Node> parse_tests(State& state, const std::vector<size_t>& entries) {
  TestParser parser(state);
  std::vector<Node> made;
  for (size_t entry : entries) {
    for (Node& test : tests_of(state, parser, state.entries[entry]))
      made.push_back(std::move(test));
  }
  return made;
}

void parse_generic_tests(State& state) {
  // In portions, so that few rows wait outside of the manifest.
  constexpr size_t kPortion = 2048;
  size_t threads = state.input.threads;
  std::vector<std::unique_ptr<TestParser>> parsers(threads);
  for (size_t begin = 0; begin < state.entries.size(); begin += kPortion) {
    std::vector<std::vector<Node>> made(std::min(kPortion, state.entries.size() - begin));
    state.interner->hold();
    base::parallel_for(made.size(), threads, [&](size_t thread, size_t i) {
      if (parsers[thread] == nullptr)
        parsers[thread] = std::make_unique<TestParser>(state);
      made[i] = tests_of(state, *parsers[thread], state.entries[begin + i]);
    });
    state.interner->settle();
    for (std::vector<Node>& tests : made) {
      for (Node& test : tests) {
        auto twin = state.manifest().node_by_unique_id.find(test.unique_id);
        if (twin == state.manifest().node_by_unique_id.end())
          add_node(state, std::move(test));
        else
          report_twin(state, state.manifest().node(twin->second), test);
      }
    }
  }
  infer_primary_keys(state.manifest());
}

}  // namespace weft::parse
