#include "parse/unit_tests.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "adapter/csv_reader.h"
#include "base/hash.h"
#include "base/paths.h"
#include "base/strings.h"
#include "context/lookup.h"
#include "parse/node_patch.h"
#include "parse/yaml_render.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;
using manifest::UnitTestFields;
using manifest::UnitTestInput;

/// Python's repr of the enumerator that a format becomes.
std::string format_repr(const std::string& format) {
  std::string_view name = format == "csv" ? "CSV" : format == "sql" ? "SQL" : "Dict";
  return fmt::format("<UnitTestFormat.{}: '{}'>", name, format);
}

std::string fixture_repr(const std::optional<std::string>& fixture) {
  return fixture ? python_repr(Data(*fixture)) : "None";
}

std::string input_repr(const UnitTestInput& input) {
  return fmt::format("UnitTestInputFixture(input={}, rows={}, format={}, fixture={})",
                     python_repr(Data(input.input)), python_repr(input.rows),
                     format_repr(input.format), fixture_repr(input.fixture));
}

/// `null` stands for a missing key.
Data member(const Data& data, std::string_view key) {
  const Data* value = data.get(key);
  return value == nullptr ? Data() : *value;
}

std::string versions_repr(const Data& versions) {
  if (!versions.is_map())
    return "None";
  return fmt::format("UnitTestNodeVersions(include={}, exclude={})",
                     python_repr(member(versions, "include")),
                     python_repr(member(versions, "exclude")));
}

std::vector<std::string> fqn_of(const std::string& package, const std::string& original_file_path,
                                const std::string& model, const std::string& name) {
  std::vector<std::string> fqn = {package};
  std::vector<std::string_view> parts = base::split(original_file_path, '/');
  // The folder of the models does not count, nor does the file.
  for (size_t i = 1; i + 1 < parts.size(); ++i)
    fqn.emplace_back(parts[i]);
  fqn.push_back(model);
  fqn.push_back(name);
  return fqn;
}

/// dbt puts a row without nulls first, so that types can be told from it.
void promote_full_row(DataList& rows) {
  auto is_full = [](const Data& row) {
    return row.is_map() && std::none_of(row.as_map().begin(), row.as_map().end(),
                                        [](const auto& entry) { return entry.value.is_null(); });
  };
  auto found = std::find_if(rows.begin(), rows.end(), is_full);
  if (found != rows.end() && found != rows.begin())
    std::swap(*rows.begin(), *found);
}

std::vector<std::string> model_names(const manifest::Manifest& manifest) {
  std::vector<std::string> names;
  for (const Node& node : manifest.nodes) {
    if (node.type == ResourceType::Model)
      names.push_back(node.name);
  }
  return names;
}

class UnitTestParser {
 public:
  explicit UnitTestParser(State& state)
      : state_(state),
        worker_(*state.shared, nullptr),
        configs_(state),
        lookup_(state.manifest(), context::LookupOptions{state.input.root.name, false}) {
    for (size_t i = 0; i < state.files.size(); ++i) {
      const ProjectFile& file = state.files[i];
      if (file.kind == FileKind::FixtureCsv || file.kind == FileKind::FixtureSql) {
        auto [place, is_new] =
            fixtures_.emplace(state.project_of(file).name + "." +
                                  std::string(base::stem_of(base::file_name(file.path))),
                              i);
        if (!is_new)
          report_same_fixture(state.files[place->second], file);
      }
    }
    for (size_t i = 0; i < state.manifest().nodes.size(); ++i) {
      const Node& node = state.manifest().nodes[i];
      NodeId id(i);
      if (node.model != nullptr && !node.model->version.is_null() &&
          !state.manifest().is_disabled(id))
        versions_[node.package_name + "." + node.name].push_back(id);
    }
  }

  /// Tests of versions come behind all others, as in dbt's manifest.
  void add_waiting() {
    for (Node& node : of_versions_)
      add_node(state_, std::move(node));
    of_versions_.clear();
  }

  void add(Entry& entry) {
    entry_ = &entry;
    Node node;
    if (!read(entry, node))
      return;
    NodeId tested = find_model(node);
    if (!tested.valid())
      return;
    const manifest::Manifest& manifest = state_.manifest();
    if (manifest.is_disabled(tested)) {
      DataMap config = manifest.config_of(node).values;
      config.set("enabled", Data(false));
      node.config = state_.interner->intern(std::move(config));
    }
    if (!manifest.config_of(node).flag("enabled", true)) {
      add_node(state_, std::move(node));
      return;
    }
    node.depends_on = {tested};
    node.unit_test->tested_node = tested;
    node.schema = manifest.node(tested).schema;
    if (check_incremental(node, manifest.node(tested)))
      add_versions(std::move(node), manifest.node(tested));
  }

 private:
  bool report(std::string message, diag::Span span, std::string hint, std::string legacy) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::UnitTestInvalid;
    diagnostic.message = std::move(message);
    diagnostic.span = span;
    diagnostic.hint = std::move(hint);
    diagnostic.legacy_text = "Parsing Error\n  " + std::move(legacy);
    state_.report(std::move(diagnostic));
    return false;
  }

  const ProjectFile& file() const { return state_.files[entry_->file]; }
  const std::string& package() const { return state_.project_of(file()).name; }

  /// The place of a key of the entry, or the whole entry.
  diag::Span span_of(std::string_view key) const {
    const yaml::Node* value = entry_->node->find(key);
    return value == nullptr ? entry_->node->span : value->span;
  }

  bool report_shape(std::string_view path, std::string message, diag::Span span, std::string hint) {
    std::string legacy = fmt::format(
        "Invalid unit_tests config given in {} @ unit_tests: {} - at "
        "path {}: {}",
        file().original_file_path, python_repr(entry_->data), path, message);
    return report(fmt::format("unit test `{}`: {}", entry_->name, message), span, std::move(hint),
                  std::move(legacy));
  }

  bool read(const Entry& entry, Node& node) {
    for (const char* key : {"model", "given", "expect"}) {
      if (entry.data.get(key) == nullptr) {
        return report_shape("[]", fmt::format("'{}' is a required property", key), entry.node->span,
                            fmt::format("add `{}:`", key));
      }
    }
    const Data& model = *entry.data.get("model");
    if (!model.is_string() || base::trim(model.as_string()).empty())
      return report_shape("['model']", "the model must be a name", span_of("model"), "");
    node.type = ResourceType::UnitTest;
    node.name = entry.name;
    node.package_name = package();
    node.path = file().path;
    node.original_file_path = file().original_file_path;
    node.unique_id =
        fmt::format("unit_test.{}.{}.{}", node.package_name, model.as_string(), node.name);
    node.fqn = fqn_of(node.package_name, node.original_file_path, model.as_string(), node.name);
    node.created_at = state_.now;
    node.patch_span = entry.node->span;
    node.description = description_text(entry.data);
    node.unit_test = std::make_unique<UnitTestFields>();
    UnitTestFields& fields = *node.unit_test;
    fields.model = model.as_string();
    if (!read_inputs(fields) || !read_versions(fields))
      return false;
    bool has_overrides = read_overrides(fields);
    fields.checksum = unit_test_checksum(fields, has_overrides);
    take_config(node);
    return true;
  }

  void take_config(Node& node) {
    DataMap given;
    const yaml::Node* written = entry_->node->find("config");
    if (written != nullptr && written->is_mapping()) {
      diag::Result<Data> config =
          render_yaml(worker_, *written, "unit_tests", node.package_name, {"config"});
      if (config)
        given = config->as_map();
      else
        state_.report(config.error());
    }
    DataMap config = configs_.build(ResourceType::UnitTest, node.package_name, node.fqn, given, {});
    if (const Data* tags = config.find("tags"); tags != nullptr && tags->is_list()) {
      for (const Data& tag : tags->as_list())
        node.tags.push_back(python_str(tag));
    }
    if (const Data* meta = config.find("meta"); meta != nullptr && meta->is_map())
      node.meta = meta->as_map();
    node.config = state_.interner->intern(std::move(config));
  }

  bool read_overrides(UnitTestFields& fields) {
    const Data* overrides = entry_->data.get("overrides");
    if (overrides == nullptr || !overrides->is_map())
      return false;
    auto take = [&](std::string_view key, DataMap& into) {
      if (const Data* value = overrides->get(key); value != nullptr && value->is_map())
        into = value->as_map();
    };
    take("macros", fields.override_macros);
    take("vars", fields.override_vars);
    take("env_vars", fields.override_env_vars);
    return true;
  }

  bool read_versions(UnitTestFields& fields) {
    const Data* versions = entry_->data.get("versions");
    if (versions == nullptr || !versions->is_map())
      return true;
    DataMap made;
    made.set("include", member(*versions, "include"));
    made.set("exclude", member(*versions, "exclude"));
    fields.versions = Data(std::move(made));
    if (member(*versions, "include").truthy() && member(*versions, "exclude").truthy()) {
      return report_shape("[]", "Unit tests can not both include and exclude versions.",
                          span_of("versions"), "keep one of them");
    }
    return true;
  }

  bool read_inputs(UnitTestFields& fields) {
    const Data& given = *entry_->data.get("given");
    if (!given.is_list())
      return report_shape("['given']", "the inputs must be a list", span_of("given"),
                          "start each input with `- input:`");
    const yaml::Node* nodes = entry_->node->find("given");
    for (size_t i = 0; i < given.as_list().size(); ++i) {
      diag::Span span =
          nodes != nullptr && i < nodes->items.size() ? nodes->items[i]->span : entry_->node->span;
      std::optional<UnitTestInput> input = read_input(given.as_list()[i], true, span);
      if (!input)
        return false;
      fields.given.push_back(std::move(*input));
    }
    std::optional<UnitTestInput> expect =
        read_input(*entry_->data.get("expect"), false, span_of("expect"));
    if (expect)
      fields.expect = std::move(*expect);
    return expect.has_value();
  }

  std::optional<UnitTestInput> read_input(const Data& data, bool is_given, diag::Span span) {
    std::string_view path = is_given ? "['given']" : "['expect']";
    UnitTestInput made;
    if (!data.is_map() || (is_given && data.get("input") == nullptr)) {
      report_shape(path, is_given ? "'input' is a required property" : "rows are missing", span,
                   is_given ? "write `- input: ref('...')` and its `rows:`" : "add `rows:`");
      return std::nullopt;
    }
    if (is_given)
      made.input = python_str(*data.get("input"));
    if (const Data format = member(data, "format"); !format.is_null())
      made.format = python_str(format);
    if (made.format != "dict" && made.format != "csv" && made.format != "sql") {
      std::vector<std::string> formats = {"dict", "csv", "sql"};
      std::optional<std::string> near = base::nearest(made.format, formats);
      report_shape(path, fmt::format("'{}' is not one of ['csv', 'dict', 'sql']", made.format),
                   span, near ? fmt::format("did you mean `{}`?", *near) : "write `format: dict`");
      return std::nullopt;
    }
    if (const Data fixture = member(data, "fixture"); !fixture.is_null())
      made.fixture = python_str(fixture);
    made.rows = member(data, "rows");
    if (!fill_rows(made, is_given ? "input" : "expected", span))
      return std::nullopt;
    if (made.rows.is_list())
      promote_full_row(made.rows.as_list());
    return made;
  }

  bool report_mismatch(const UnitTestInput& input, std::string_view what, diag::Span span) {
    bool is_dict = input.format == "dict";
    std::string legacy = fmt::format("Unit test {} has {} rows{} which do not match format {}{}",
                                     entry_->name, what, is_dict ? "" : " or fixtures",
                                     input.format, is_dict ? "" : ".  Expected string.");
    return report(fmt::format("unit test `{}`: the {} rows do not fit format `{}`", entry_->name,
                              what, input.format),
                  span,
                  is_dict ? "write a list of maps, or name the `format:`"
                          : "write the rows as text with `rows: |`, or name a `fixture:`",
                  std::move(legacy));
  }

  bool fill_rows(UnitTestInput& input, std::string_view what, diag::Span span) {
    if (input.format == "dict") {
      if (input.rows.is_null() && !input.fixture && !input.input.empty())
        return fill_from_seed(input, span);
      bool is_rows = input.rows.is_list() &&
                     std::all_of(input.rows.as_list().begin(), input.rows.as_list().end(),
                                 [](const Data& row) { return row.is_map(); });
      return is_rows || report_mismatch(input, what, span);
    }
    std::string text;
    bool is_csv = input.format == "csv";
    if (input.fixture) {
      std::optional<size_t> fixture = find_fixture(*input.fixture, span);
      if (!fixture)
        return false;
      const ProjectFile& found = state_.files[*fixture];
      text = base::trim(state_.input.sources.get(found.source).text);
      // A fixture is what its file's ending says, whatever the format.
      is_csv = found.kind == FileKind::FixtureCsv;
    } else if (input.rows.is_string()) {
      text = input.rows.as_string();
    } else {
      return report_mismatch(input, what, span);
    }
    if (!is_csv) {
      input.rows = Data(std::string(text));
      return true;
    }
    return fill_from_csv(input, text, input.format == "csv", span);
  }

  bool fill_from_csv(UnitTestInput& input, std::string_view text, bool empty_is_null,
                     diag::Span span) {
    std::string problem;
    input.rows = Data(read_csv_rows(text, empty_is_null, problem));
    if (problem.empty())
      return true;
    return report(fmt::format("unit test `{}`: {}", entry_->name, problem), span, "",
                  fmt::format("Unit test {}: {}", entry_->name, problem));
  }

  void report_same_fixture(const ProjectFile& first, const ProjectFile& second) {
    std::string name(base::stem_of(base::file_name(second.path)));
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::DuplicateResource;
    diagnostic.message = fmt::format("two fixtures are called `{}`", name);
    diagnostic.note = fmt::format("{} and {}", first.original_file_path, second.original_file_path);
    diagnostic.hint = "rename one of the files";
    diagnostic.legacy_text = fmt::format(
        "Compilation Error\n  dbt found two fixtures with the name \"{0}\".\n  \n  Since these "
        "resources have the same name, dbt will be unable to find the correct resource\n  when "
        "looking for {0}.\n  \n  To fix this, change the name of one of these resources:\n  - "
        "{1}\n "
        " - {2}",
        name, first.original_file_path, second.original_file_path);
    state_.report(std::move(diagnostic));
  }

  std::optional<size_t> find_fixture(const std::string& name, diag::Span span) {
    auto found = fixtures_.find(package() + "." + name);
    if (found != fixtures_.end())
      return found->second;
    std::vector<std::string> names;
    for (const auto& [key, row] : fixtures_)
      names.push_back(key.substr(key.find('.') + 1));
    std::optional<std::string> near = base::nearest(name, names);
    report(fmt::format("unit test `{}`: fixture `{}` does not exist", entry_->name, name), span,
           near ? fmt::format("did you mean `{}`?", *near)
                : "put a .csv or .sql file with this name into tests/fixtures",
           fmt::format("File not found for fixture '{}' in unit tests in {}", name,
                       file().original_file_path));
    return std::nullopt;
  }

  /// An input without rows stands for a seed and its file.
  bool fill_from_seed(UnitTestInput& input, diag::Span span) {
    context::Capture capture;
    context::NodeScope scope;
    scope.package_name = package();
    scope.capture = &capture;
    diag::Result<jinja::Rendered> rendered =
        worker_.render_text("{{ " + input.input + " }}", "unit test input", scope);
    bool is_ref = rendered.ok() && !capture.refs.empty();
    NodeId seed;
    if (is_ref) {
      const manifest::RefCall& call = capture.refs.front();
      seed = lookup_.find_ref(call.name, call.package, Data(), package()).id;
    }
    const manifest::Manifest& manifest = state_.manifest();
    if (!seed.valid() || manifest.node(seed).type != ResourceType::Seed) {
      std::string name = is_ref ? capture.refs.front().name : input.input;
      return report(
          fmt::format("unit test `{}`: input `{}` has no rows and is no seed", entry_->name,
                      input.input),
          span, "add `rows:`",
          fmt::format("Unable to find seed '{}.{}' for unit tests in directories: {}", package(),
                      name, "[" + base::join(state_.project_of(file()).seed_paths, ", ") + "]"));
    }
    const Node& node = manifest.node(seed);
    std::string path = node.root_path + "/" + node.original_file_path;
    base::IoResult<std::string> text = state_.input.env.files.read(path);
    if (!text) {
      return report(fmt::format("unit test `{}`: `{}` cannot be read", entry_->name, path), span,
                    "", fmt::format("{} cannot be read", path));
    }
    return fill_from_csv(input, *text, false, span);
  }

  NodeId find_model(const Node& node) {
    const std::string& model = node.unit_test->model;
    std::vector<std::string_view> words = base::split_words(model);
    Data version = words.size() == 2 ? Data(words[1]) : Data();
    context::NodeLookup::Found found =
        lookup_.find_ref(words.front(), "", version, node.package_name);
    if (found.id.valid() && state_.manifest().node(found.id).type == ResourceType::Model)
      return found.id;
    std::optional<std::string> near = base::nearest(model, model_names(state_.manifest()));
    report(fmt::format("unit test `{}` tests unknown model `{}`", node.name, model),
           span_of("model"),
           near ? fmt::format("did you mean `{}`?", *near) : "name a model of this package",
           fmt::format("Unable to find model '{}.{}' for unit test '{}' in {}", node.package_name,
                       model, node.name, node.original_file_path));
    return {};
  }

  /// Incremental models need to be told which way they go.
  bool check_incremental(const Node& node, const Node& tested) {
    auto is_incremental = state_.manifest().macro_by_unique_id.find("macro.dbt.is_incremental");
    if (is_incremental == state_.manifest().macro_by_unique_id.end() ||
        std::find(tested.depends_on_macros.begin(), tested.depends_on_macros.end(),
                  is_incremental->second) == tested.depends_on_macros.end())
      return true;
    const UnitTestFields& fields = *node.unit_test;
    const Data* value = fields.override_macros.find("is_incremental");
    if (value == nullptr || !value->is_bool()) {
      return report(fmt::format("unit test `{}` does not say whether model `{}` runs incrementally",
                                node.name, tested.name),
                    node.patch_span, "add `overrides: {macros: {is_incremental: false}}`",
                    fmt::format("Boolean override for 'is_incremental' must be provided for unit "
                                "test '{}' in model '{}'",
                                node.name, tested.name));
    }
    bool has_this = std::any_of(fields.given.begin(), fields.given.end(),
                                [](const UnitTestInput& input) { return input.input == "this"; });
    if (value->as_bool() && !has_this) {
      return report(
          fmt::format("unit test `{}` of incremental model `{}` has no input `this`", node.name,
                      tested.name),
          node.patch_span, "add `- input: this` with the rows that are there before",
          fmt::format("Unit test '{}' for incremental model '{}' must have a 'this' input",
                      node.name, tested.name));
    }
    return true;
  }

  /// One row, or one for each version of a versioned model that the test names.
  void add_versions(Node node, const Node& tested) {
    const Data& versions = node.unit_test->versions;
    Data include = member(versions, "include"), exclude = member(versions, "exclude");
    if (tested.model->version.is_null()) {
      if (include.truthy() || exclude.truthy()) {
        report(fmt::format("unit test `{}` names versions, but model `{}` has none", node.name,
                           tested.name),
               span_of("versions"), "remove `versions:`",
               fmt::format("Unit test '{}' should not have a versions include or exclude when "
                           "referencing non-versioned model '{}'",
                           node.name, tested.name));
        return;
      }
      add_node(state_, std::move(node));
      return;
    }
    auto names_version = [](const Data& list, const Data& version) {
      return list.is_list() && std::find(list.as_list().begin(), list.as_list().end(), version) !=
                                   list.as_list().end();
    };
    std::vector<NodeId> chosen;
    for (NodeId id : versions_[tested.package_name + "." + tested.name]) {
      const Data& version = state_.manifest().node(id).model->version;
      bool is_chosen = versions.is_null() ? true
                       : exclude.truthy() ? !names_version(exclude, version)
                                          : names_version(include, version);
      if (is_chosen)
        chosen.push_back(id);
    }
    if (chosen.empty()) {
      report(fmt::format("unit test `{}` names no version of model `{}` that exists", node.name,
                         tested.name),
             span_of("versions"), "name versions that the model has",
             fmt::format("Unit test '{}' referenced a version of '{}' which was not found.",
                         node.name, tested.name));
      return;
    }
    for (NodeId id : chosen)
      add_version(node, id);
  }

  void add_version(const Node& node, NodeId id) {
    const Data& version = state_.manifest().node(id).model->version;
    Node made;
    made.type = node.type;
    made.name = node.name;
    made.package_name = node.package_name;
    made.path = node.path;
    made.original_file_path = node.original_file_path;
    made.unique_id = fmt::format("{}_v{}", node.unique_id, python_str(version));
    made.fqn = node.fqn;
    made.created_at = node.created_at;
    made.patch_span = node.patch_span;
    made.description = node.description;
    made.schema = node.schema;
    made.config = node.config;
    made.tags = node.tags;
    made.meta = node.meta;
    made.depends_on = {id};
    made.unit_test = std::make_unique<UnitTestFields>(*node.unit_test);
    made.unit_test->version = version;
    made.unit_test->tested_node = id;
    of_versions_.push_back(std::move(made));
  }

  State& state_;
  context::Worker worker_;
  ConfigBuilder configs_;
  context::NodeLookup lookup_;
  const Entry* entry_ = nullptr;
  /// "package.name" -> row of State::files.
  std::unordered_map<std::string, size_t> fixtures_;
  /// "package.name" of versioned models -> enabled versions.
  std::unordered_map<std::string, std::vector<NodeId>> versions_;
  std::vector<Node> of_versions_;
};

}  // namespace

DataList read_csv_rows(std::string_view text, bool empty_is_null, std::string& problem) {
  adapter::CsvReader reader(adapter::bytes_of(text), ',');
  std::vector<std::string_view> fields;
  std::vector<std::string> header;
  DataList rows;
  while (reader.next(fields)) {
    if (header.empty()) {
      header.assign(fields.begin(), fields.end());
      continue;
    }
    if (fields.empty())
      continue;
    DataMap row;
    for (size_t i = 0; i < header.size(); ++i) {
      bool is_null = i >= fields.size() || (empty_is_null && fields[i].empty());
      row.set(header[i], is_null ? Data() : Data(fields[i]));
    }
    rows.push_back(Data(std::move(row)));
  }
  problem = reader.problem().message;
  return rows;
}

std::string unit_test_checksum(const UnitTestFields& fields, bool has_overrides) {
  std::string given;
  for (const UnitTestInput& input : fields.given)
    given += (given.empty() ? "" : ", ") + input_repr(input);
  std::string expect = fmt::format(
      "UnitTestOutputFixture(rows={}, format={}, fixture={})", python_repr(fields.expect.rows),
      format_repr(fields.expect.format), fixture_repr(fields.expect.fixture));
  std::string overrides = "None";
  if (has_overrides) {
    overrides = fmt::format("UnitTestOverrides(macros={}, vars={}, env_vars={})",
                            python_repr(Data(fields.override_macros)),
                            python_repr(Data(fields.override_vars)),
                            python_repr(Data(fields.override_env_vars)));
  }
  std::string text = fmt::format("{}-{}-[{}]-{}-{}", fields.model, versions_repr(fields.versions),
                                 given, expect, overrides);
  for (const UnitTestInput& input : fields.given) {
    if (input.fixture)
      text += "-" + python_str(input.rows);
  }
  return base::sha256_hex(text);
}

void parse_unit_tests(State& state) {
  UnitTestParser parser(state);
  for (Entry& entry : state.entries) {
    if (entry.section == "unit_tests") {
      entry.is_used = true;
      parser.add(entry);
    }
  }
  parser.add_waiting();
}

}  // namespace weft::parse
