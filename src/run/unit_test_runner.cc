#include "run/unit_test_runner.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "context/relations.h"
#include "context/table_object.h"
#include "context/table_print.h"

namespace weft::run {
namespace {

using jinja::Value;
using manifest::Node;
using manifest::UnitTestInput;

diag::Diagnostic invalid(const NodeRun& run, std::string message, std::string hint) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::UnitTestInvalid;
  diagnostic.message = std::move(message);
  diagnostic.span = run.node().patch_span;
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

/// The node that `ref('x')` or `source('a', 'b')` of an input names.
diag::Result<NodeId> input_node(NodeRun& run, const Node& tested, const std::string& input) {
  context::Capture capture;
  context::NodeScope scope;
  scope.package_name = tested.package_name;
  scope.capture = &capture;
  diag::Result<jinja::Rendered> rendered =
      run.lane.worker->render_text("{{ " + input + " }}", "given", scope);
  if (!rendered)
    return rendered.error();
  const context::NodeLookup& lookup = *run.context.shared.lookup;
  context::NodeLookup::Found found;
  if (!capture.refs.empty()) {
    const manifest::RefCall& ref = capture.refs.front();
    found = lookup.find_ref(ref.name, ref.package, ref.version, tested.package_name);
  } else if (!capture.sources.empty()) {
    const manifest::SourceCall& source = capture.sources.front();
    found = lookup.find_source(source.source_name, source.table_name, tested.package_name);
  }
  if (!found.id.valid()) {
    return invalid(run,
                   fmt::format("input `{}` of unit test `{}` was not found in the manifest", input,
                               run.node().name),
                   "an input is ref('…'), source('…', '…') or this");
  }
  return found.id;
}

/// SQL that gives the input's rows with the types of the real relation.
diag::Result<std::string> fixture_sql(NodeRun& run, const UnitTestInput& input, NodeId node) {
  if (input.format == "sql" && input.rows.is_string()) {
    context::NodeScope scope;
    run.context.compiler.prepare_scope(node, scope);
    scope.is_operation = true;
    diag::Result<jinja::Rendered> text =
        run.lane.worker->render_text(input.rows.as_string(), "fixture", scope);
    if (!text)
      return text.error();
    return std::move(text->text);
  }
  const context::CallableMacro* macro =
      run.context.shared.macros.find(run.node().package_name, "get_fixture_sql");
  if (macro == nullptr)
    return invalid(run, "the macro `get_fixture_sql` is missing", "");
  context::NodeScope scope;
  run.context.compiler.prepare_scope(node, scope);
  scope.is_operation = true;
  Value positional[] = {Value::from_data(input.rows), Value::none()};
  diag::Result<Value> sql = run.lane.worker->call_macro(*macro, positional, {}, scope);
  if (!sql)
    return sql.error();
  return sql->str();
}

struct Inputs {
  context::NodeScope::UnitTestInputs names;
  /// Rows of the unit test's `given`, as in `names`.
  std::vector<const UnitTestInput*> given;
  std::vector<NodeId> nodes;
};

/// A source's name goes before its table's: two sources may have a table of one name.
std::string cte_name(const Node& node) {
  if (node.source != nullptr)
    return fmt::format("{}{}__{}", context::kCtePrefix, node.source->source_name, node.name);
  return std::string(context::kCtePrefix) + node.alias;
}

diag::Status add_input(NodeRun& run, const Node& tested, NodeId tested_id,
                       const UnitTestInput& input, Inputs& inputs) {
  NodeId node = tested_id;
  bool is_this = input.input == "this";
  if (!is_this) {
    diag::Result<NodeId> found = input_node(run, tested, input.input);
    if (!found)
      return found.error();
    node = *found;
  }
  std::string name = cte_name(run.manifest().node(node));
  if (is_this || node == tested_id)
    inputs.names.this_cte = name;
  if (!is_this)
    inputs.names.cte_by_node.emplace_back(node, name);
  inputs.given.push_back(&input);
  inputs.nodes.push_back(node);
  return diag::Done{};
}

/// The fixtures that the model's text reads, in the order in which it reads them; each is left
/// under target/compiled too.
diag::Result<std::vector<compile::NamedCte>> used_fixtures(NodeRun& run, const Inputs& inputs,
                                                           const std::vector<std::string>& used) {
  std::vector<compile::NamedCte> made;
  const Node& test = run.node();
  for (const std::string& name : used) {
    // Of two inputs with one name the later one counts.
    size_t i = inputs.nodes.size();
    while (i > 0 && cte_name(run.manifest().node(inputs.nodes[i - 1])) != name)
      --i;
    if (i == 0)
      continue;
    diag::Result<std::string> sql = fixture_sql(run, *inputs.given[i - 1], inputs.nodes[i - 1]);
    if (!sql)
      return sql.error();
    made.push_back(compile::make_cte(name, {*sql, {}}));
    const Node& node = run.manifest().node(inputs.nodes[i - 1]);
    run.fixtures.emplace_back(
        run.context.compiler.fixture_path(node.package_name, test.original_file_path, node.name),
        std::move(*sql));
  }
  return made;
}

using Row = std::vector<std::string>;

/// Rows of one side, sorted: order does not matter, how often a row stands there does.
std::vector<Row> rows_of(const context::TableData& table, std::string_view side) {
  std::vector<Row> made;
  for (const auto& row : table.rows) {
    if (row.empty() || row.back().str() != side)
      continue;
    Row texts;
    for (size_t i = 0; i + 1 < row.size(); ++i)
      texts.push_back(row[i].is_none() ? "NULL" : row[i].str());
    made.push_back(std::move(texts));
  }
  std::sort(made.begin(), made.end());
  return made;
}

/// `@@` names the columns, `---` rows that are missing, `+++` rows that should not be there.
std::string difference_text(const context::TableData& table, const std::vector<Row>& actual,
                            const std::vector<Row>& expected) {
  context::TableData shown;
  shown.column_names.emplace_back("@@");
  for (size_t i = 0; i + 1 < table.column_names.size(); ++i)
    shown.column_names.push_back(table.column_names[i]);
  shown.column_types.assign(shown.column_names.size(), adapter::ColumnType::Text);
  std::map<Row, int64_t> counts;
  for (const Row& row : expected)
    --counts[row];
  for (const Row& row : actual)
    ++counts[row];
  for (const auto& [row, count] : counts) {
    for (int64_t i = 0; i < std::abs(count); ++i) {
      std::vector<Value> cells = {Value::string(count > 0 ? "+++" : "---")};
      for (const std::string& text : row)
        cells.push_back(Value::string(text));
      shown.rows.push_back(std::move(cells));
    }
  }
  return context::table_text(shown, shown.rows.size(), shown.column_names.size(), 100);
}

}  // namespace

diag::Status compile_unit_test(NodeRun& run) {
  Node& node = run.context.project.manifest.node(run.id);
  if (node.unit_test == nullptr || !node.unit_test->tested_node.valid())
    return invalid(run, fmt::format("unit test `{}` tests no model", node.name), "check `model:`");
  const manifest::UnitTestFields& fields = *node.unit_test;
  NodeId tested_id = fields.tested_node;
  const Node& tested = run.manifest().node(tested_id);
  Inputs inputs;
  inputs.names.test = &node;
  inputs.names.macros = &fields.override_macros;
  inputs.names.vars = &fields.override_vars;
  inputs.names.env_vars = &fields.override_env_vars;
  for (const UnitTestInput& input : fields.given) {
    diag::Status added = add_input(run, tested, tested_id, input, inputs);
    if (!added)
      return added;
  }
  context::NodeScope scope;
  run.context.compiler.prepare_scope(tested_id, scope);
  scope.unit_test = &inputs.names;
  diag::Result<compile::Query> query =
      run.context.compiler.render(*run.lane.worker, tested_id, scope);
  if (!query)
    return query.error();
  std::vector<manifest::ExtraCte> rows;
  diag::Result<std::vector<compile::NamedCte>> ephemerals =
      run.context.compiler.ctes_of(*run.lane.worker, scope.ephemerals, rows);
  if (!ephemerals)
    return ephemerals.error();
  diag::Result<std::vector<compile::NamedCte>> ctes = used_fixtures(run, inputs, inputs.names.used);
  if (!ctes)
    return ctes.error();
  for (compile::NamedCte& cte : *ephemerals)
    ctes->push_back(std::move(cte));
  node.compiled_code = compile::inject_ctes(*query, *ctes).sql;
  node.compiled = true;
  node.compiled_path = run.context.compiler.file_path(node, "compiled");
  run.result.compiled = true;
  run.result.compiled_code = node.compiled_code;
  return diag::Done{};
}

diag::Status execute_unit_test(NodeRun& run) {
  const Node& node = run.node();
  if (node.name.size() > adapter::kMaxNameBytes) {
    diag::Diagnostic error;
    error.code = diag::Code::NameTooLong;
    error.message = fmt::format("Relation name '{}' is longer than {} characters", node.name,
                                adapter::kMaxNameBytes);
    error.span = node.patch_span;
    error.hint = "shorten the name of the unit test";
    return error;
  }
  const UnitTestInput& expect = node.unit_test->expect;
  base::DataMap config = run.manifest().config_of(node).values;
  config.set("materialized", base::Data("unit"));
  if (expect.format == "sql")
    config.set("expected_sql", expect.rows);
  else
    config.set("expected_rows", expect.rows);
  run.context.compiler.prepare_scope(run.id, run.scope);
  run.scope.config = &config;
  adapter::Relation relation;
  relation.database = run.context.shared.profile.credentials.database;
  relation.schema = run.manifest().node(node.unit_test->tested_node).schema;
  relation.identifier = node.name;
  run.scope.relation = relation;
  const context::CallableMacro* macro =
      run.context.shared.macros.find_materialization(node.package_name, "unit", true);
  if (macro == nullptr)
    return invalid(run, "the materialization `unit` is missing", "");
  diag::Result<Value> done = run.lane.worker->call_macro(*macro, {}, {}, run.scope);
  if (!done)
    return done.error();
  take_main_result(run);
  run.result.message.reset();
  for (const context::StatementResult& result : run.scope.results) {
    const Value* table = result.name == "main" ? result.value.find("table") : nullptr;
    auto* object = table == nullptr ? nullptr : table->as<context::TableObject>();
    if (object == nullptr)
      continue;
    std::vector<Row> actual = rows_of(object->data(), "actual");
    std::vector<Row> expected = rows_of(object->data(), "expected");
    bool equal = actual == expected;
    run.result.status = equal ? "pass" : "fail";
    run.result.failures = equal ? 0 : 1;
    if (!equal) {
      run.result.message = "\n\nactual differs from expected:\n\n" +
                           difference_text(object->data(), actual, expected);
    }
    return diag::Done{};
  }
  return invalid(run, fmt::format("unit test `{}` gave no rows to compare", node.name), "");
}

}  // namespace weft::run
