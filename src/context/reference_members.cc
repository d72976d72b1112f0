// ref, source, function, metric, this and the names of the node's own relation.
#include <algorithm>

#include <fmt/format.h>

#include "adapter/column.h"
#include "base/strings.h"
#include "context/event_time.h"
#include "context/relation_object.h"
#include "context/relations.h"
#include "context/runtime_config.h"
#include "context/worker.h"
#include "jinja/lazy_dict.h"
#include "manifest/artifacts.h"

namespace weft::context {
namespace {

using adapter::Relation;
using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;
using manifest::Node;
using manifest::NodeId;
using manifest::RefCall;

Worker& worker_of(void* self) { return *static_cast<Worker*>(self); }

/// While nodes are parsed every reference gives the node's own relation: nothing is resolved yet.
Value own_relation(Worker& worker) {
  const NodeScope& scope = worker.scope();
  return scope.relation ? relation_value(*scope.relation) : relation_value(Relation{});
}

[[noreturn]] void raise_argument_error(Interpreter& interpreter, std::string_view what,
                                       std::string legacy) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::ArgumentInvalid;
  diagnostic.message = std::string(what);
  diagnostic.legacy_text = std::move(legacy);
  interpreter.raise(std::move(diagnostic));
}

RefCall read_ref(Interpreter& interpreter, const Arguments& arguments, std::string_view function) {
  RefCall call;
  size_t count = arguments.positional.size();
  if (count != 1 && count != 2) {
    raise_argument_error(
        interpreter, fmt::format("`{}` takes one or two names, found {}", function, count),
        fmt::format("Compilation Error\n  {}() takes at most two arguments ({} given)", function,
                    count));
  }
  for (const Value& name : arguments.positional) {
    if (!name.is_string()) {
      raise_argument_error(
          interpreter,
          fmt::format("`{}` needs names as text, found {}", function, name.type_name()),
          fmt::format("Compilation Error\n  The name argument to {}() must be a string, got {}",
                      function, name.type_name()));
    }
  }
  call.name = std::string(arguments.positional.back().as_string());
  if (count == 2)
    call.package = std::string(arguments.positional.front().as_string());
  for (const jinja::NamedValue& named : arguments.named) {
    if ((named.name == "v" || named.name == "version") && !named.value.is_none())
      call.version = named.value.to_data();
  }
  return call;
}

bool depends_on(const Node& node, NodeId id) {
  return std::find(node.depends_on.begin(), node.depends_on.end(), id) != node.depends_on.end();
}

void limit_rows(Worker& worker, Relation& relation) {
  if (worker.shared().empty)
    relation.limit = 0;
}

void note_use(const NodeScope::UnitTestInputs& inputs, const std::string& cte) {
  if (std::find(inputs.used.begin(), inputs.used.end(), cte) == inputs.used.end())
    inputs.used.push_back(cte);
}

/// A unit test never reads what is really in the database: each input has rows of its own.
[[noreturn]] void raise_no_input(Worker& worker, const Node& test, const Node& target) {
  const bool is_source = target.source != nullptr;
  std::string name = is_source ? target.source->source_name + "." + target.name : target.name;
  std::string version = target.model == nullptr || target.model->version.is_null()
                            ? ""
                            : " with version '" + python_str(target.model->version) + "'";
  diag::Diagnostic diagnostic;
  diagnostic.code = is_source ? diag::Code::UnknownSource : diag::Code::UnknownRef;
  diagnostic.message =
      fmt::format("unit test `{}` gives no rows for `{}`{}", test.name, name, version);
  diagnostic.hint = "add it to the test's `given`; `rows: []` stands for an empty one";
  diagnostic.legacy_text = fmt::format(
      "Compilation Error in unit_test {} ({})\n  Unit_Test '{}' ({}) depends on a {} named '{}'{} "
      "which was not found",
      test.name, test.original_file_path, test.unique_id, test.original_file_path,
      is_source ? "source" : "node", name, version);
  worker.interpreter().raise(std::move(diagnostic));
}

/// The rows that a unit test gives in the place of a node.
Value unit_test_relation(Worker& worker, const NodeScope::UnitTestInputs& inputs, NodeId id) {
  for (const auto& [input, cte] : inputs.cte_by_node) {
    if (input != id)
      continue;
    note_use(inputs, cte);
    Relation relation;
    relation.identifier = cte;
    relation.type = adapter::RelationType::Cte;
    relation.quote.identifier = false;
    return relation_value(std::move(relation));
  }
  raise_no_input(worker, *inputs.test, worker.shared().manifest.node(id));
}

/// The relation of a node as its reader sees it: CTE of an ephemeral model, deferred, or its own.
Value target_relation(Worker& worker, NodeId id) {
  const Shared& shared = worker.shared();
  NodeScope& scope = worker.scope();
  const Node& target = shared.manifest.node(id);
  if (scope.unit_test != nullptr)
    return unit_test_relation(worker, *scope.unit_test, id);
  Relation relation;
  if (target.is_ephemeral_model(shared.manifest.config_of(target))) {
    std::vector<NodeId>& used = scope.ephemerals;
    if (std::find(used.begin(), used.end(), id) == used.end())
      used.push_back(id);
    relation = cte_relation(target);
  } else if (std::optional<Relation> deferred = deferred_relation(worker, target)) {
    relation = std::move(*deferred);
  } else {
    relation = relation_of(shared.manifest, target, shared.root.quoting);
  }
  limit_rows(worker, relation);
  relation.event_time_filter = event_time_filter(worker, target);
  return relation_value(std::move(relation));
}

std::string nearest_hint(const std::string& name, const std::vector<std::string>& names) {
  if (std::optional<std::string> near = base::nearest(name, names))
    return fmt::format("did you mean `{}`?", *near);
  return "";
}

/// dbt's text for a ref or source that leads nowhere.
std::string depends_on_missing(const Worker& worker, std::string_view kind, std::string_view name,
                               bool is_disabled) {
  const Node* node = worker.scope().node;
  return fmt::format(
      "Compilation Error\n  {} depends on a {} named '{}' which {}",
      node == nullptr ? std::string("Operation")
                      : fmt::format("Model '{}' ({})", node->unique_id, node->original_file_path),
      kind, name, is_disabled ? "is disabled" : "was not found");
}

[[noreturn]] void raise_unknown_ref(Worker& worker, const RefCall& call, bool is_disabled) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::UnknownRef;
  const char* why = is_disabled ? "disabled" : "unknown";
  diagnostic.message = fmt::format("`ref` names {} model `{}`", why, call.name);
  if (worker.shared().lookup != nullptr && !is_disabled)
    diagnostic.hint = nearest_hint(call.name, worker.shared().lookup->ref_names());
  diagnostic.legacy_text = depends_on_missing(worker, "node", call.name, is_disabled);
  worker.interpreter().raise(std::move(diagnostic));
}

[[noreturn]] void raise_undeclared(Worker& worker, const RefCall& call, const Node& node) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::UnknownRef;
  std::string args = call.package.empty() ? fmt::format("'{}'", call.name)
                                          : fmt::format("'{}', '{}'", call.package, call.name);
  diagnostic.message = fmt::format("the dependency on `{}` could not be seen while `{}` was parsed",
                                   call.name, node.name);
  diagnostic.note = "this ref runs only in some branches";
  diagnostic.hint = fmt::format("add this line at the top of {}: -- depends_on: {{{{ ref({}) }}}}",
                                node.name, args);
  diagnostic.legacy_text = fmt::format(
      "Compilation Error\n  dbt was unable to infer all dependencies for the model "
      "\"{}\".\n  This typically happens when ref() is placed within a conditional block.\n  \n  "
      "To "
      "fix this, add the following hint to the top of the model \"{}\":\n  \n  -- depends_on: "
      "{{{{ ref({}) }}}}",
      node.name, node.name, args);
  worker.interpreter().raise(std::move(diagnostic));
}

Value ref(Interpreter& interpreter, const Arguments& arguments, void* self) {
  Worker& worker = worker_of(self);
  NodeScope& scope = worker.scope();
  RefCall call = read_ref(interpreter, arguments, "ref");
  if (scope.capture != nullptr) {
    scope.capture->refs.push_back(std::move(call));
    return own_relation(worker);
  }
  if (worker.shared().lookup == nullptr)
    return own_relation(worker);
  NodeLookup::Found found =
      worker.shared().lookup->find_ref(call.name, call.package, call.version, scope.package_name);
  if (!found.id.valid() || found.is_disabled)
    raise_unknown_ref(worker, call, found.is_disabled);
  const Node* node = scope.node;
  if (node != nullptr && !scope.is_operation && !depends_on(*node, found.id))
    raise_undeclared(worker, call, *node);
  return target_relation(worker, found.id);
}

Value source(Interpreter& interpreter, const Arguments& arguments, void* self) {
  Worker& worker = worker_of(self);
  NodeScope& scope = worker.scope();
  if (arguments.positional.size() != 2) {
    raise_argument_error(
        interpreter,
        fmt::format("`source` takes a source and a table, found {} names",
                    arguments.positional.size()),
        fmt::format("Compilation Error\n  source() takes exactly two arguments ({} "
                    "given)",
                    arguments.positional.size()));
  }
  manifest::SourceCall call{arguments.positional[0].str(), arguments.positional[1].str()};
  if (scope.capture != nullptr) {
    scope.capture->sources.push_back(std::move(call));
    return own_relation(worker);
  }
  if (worker.shared().lookup == nullptr)
    return own_relation(worker);
  NodeLookup::Found found =
      worker.shared().lookup->find_source(call.source_name, call.table_name, scope.package_name);
  if (!found.id.valid() || found.is_disabled) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::UnknownSource;
    std::string full = call.source_name + "." + call.table_name;
    diagnostic.message = fmt::format("`source` names {} table `{}`",
                                     found.is_disabled ? "disabled" : "unknown", full);
    diagnostic.hint = nearest_hint(full, worker.shared().lookup->source_names());
    diagnostic.legacy_text = depends_on_missing(worker, "source", full, found.is_disabled);
    interpreter.raise(std::move(diagnostic));
  }
  return target_relation(worker, found.id);
}

Value function(Interpreter& interpreter, const Arguments& arguments, void* self) {
  Worker& worker = worker_of(self);
  NodeScope& scope = worker.scope();
  RefCall call = read_ref(interpreter, arguments, "function");
  if (scope.capture != nullptr) {
    scope.capture->functions.push_back(std::move(call));
    return own_relation(worker);
  }
  if (worker.shared().lookup == nullptr)
    return own_relation(worker);
  NodeLookup::Found found =
      worker.shared().lookup->find_function(call.name, call.package, scope.package_name);
  if (!found.id.valid() || found.is_disabled)
    raise_unknown_ref(worker, call, found.is_disabled);
  const Node& target = worker.shared().manifest.node(found.id);
  if (std::optional<Relation> deferred = deferred_relation(worker, target))
    return relation_value(std::move(*deferred));
  return relation_value(
      relation_of(worker.shared().manifest, target, worker.shared().root.quoting));
}

Value metric(Interpreter& interpreter, const Arguments& arguments, void* self) {
  Worker& worker = worker_of(self);
  std::vector<std::string> names;
  for (const Value& name : arguments.positional)
    names.push_back(name.str());
  if (names.empty() || names.size() > 2)
    interpreter.raise("DbtRuntimeError", "metric() takes one or two names");
  if (worker.scope().capture != nullptr)
    worker.scope().capture->metrics.push_back(names);
  return Value::string(names.back());
}

Value this_value(Worker& worker) {
  const NodeScope& scope = worker.scope();
  if (scope.unit_test != nullptr && scope.unit_test->this_cte) {
    note_use(*scope.unit_test, *scope.unit_test->this_cte);
    Relation relation;
    relation.identifier = *scope.unit_test->this_cte;
    relation.type = adapter::RelationType::Cte;
    relation.quote.identifier = false;
    return relation_value(std::move(relation));
  }
  if (!scope.relation)
    return Value::none();
  Relation relation = *scope.relation;
  return relation_value(std::move(relation));
}

/// The state's relation of the node that is rendered; none without --defer.
Value defer_relation(Worker& worker) {
  const Node* node = worker.scope().node;
  if (node == nullptr)
    return Value::none();
  const auto& relations = worker.shared().deferred.relations;
  auto found = relations.find(node->unique_id);
  return found == relations.end() ? Value::none() : relation_value(found->second.relation);
}

Value database(Worker& worker) {
  const NodeScope& scope = worker.scope();
  if (scope.relation && scope.relation->database)
    return Value::string(*scope.relation->database);
  return Value::string(worker.shared().profile.credentials.database);
}

Value schema(Worker& worker) {
  const NodeScope& scope = worker.scope();
  if (scope.relation && scope.relation->schema)
    return Value::string(*scope.relation->schema);
  return Value::string(worker.shared().profile.credentials.schema);
}

/// A node that is still being parsed has no row in the manifest: the keys that are known.
Value parsing_model(const Node& node) {
  Value made = Value::dict();
  made.set_item("resource_type", Value::string(resource_type_name(node.type)));
  made.set_item("name", Value::string(node.name));
  made.set_item("unique_id", Value::string(node.unique_id));
  made.set_item("package_name", Value::string(node.package_name));
  made.set_item("path", Value::string(node.path));
  made.set_item("original_file_path", Value::string(node.original_file_path));
  made.set_item("alias", Value::string(node.alias));
  made.set_item("schema", Value::string(node.schema));
  made.set_item("database", node.database ? Value::string(*node.database) : Value::none());
  made.set_item("raw_code", Value::string(node.raw_code));
  made.set_item("language", Value::string(node.language));
  made.set_item("description", Value::string(node.description));
  std::vector<Value> fqn;
  for (const std::string& part : node.fqn)
    fqn.push_back(Value::string(part));
  made.set_item("fqn", Value::list(std::move(fqn)));
  made.set_item("version",
                node.model == nullptr ? Value::none() : Value::from_data(node.model->version));
  made.set_item("latest_version", node.model == nullptr
                                      ? Value::none()
                                      : Value::from_data(node.model->latest_version));
  made.set_item("tags", Value::list());
  made.set_item("config", Value::dict());
  made.set_item("meta", Value::dict());
  made.set_item("columns", Value::dict());
  made.set_item("depends_on", Value::dict());
  return made;
}

/// Types of columns as PostgreSQL calls them, unless the contract takes them by the letter.
base::Data with_own_types(base::Data node) {
  const base::Data* contract = node.get("contract");
  const base::Data* translates = contract == nullptr ? nullptr : contract->get("alias_types");
  base::Data* columns = node.as_map().find("columns");
  if (translates == nullptr || !translates->bool_or(false) || columns == nullptr ||
      !columns->is_map())
    return node;
  for (auto& [name, column] : columns->as_map()) {
    base::Data* type = column.is_map() ? column.as_map().find("data_type") : nullptr;
    if (type != nullptr && type->is_string())
      *type = base::Data(adapter::translate_type(type->as_string()));
  }
  return node;
}

Value row_value(const manifest::Manifest& manifest, manifest::NodeId id) {
  return Value::from_data(with_own_types(manifest::node_data(manifest, id)));
}

void add_compiled(Value& model, const manifest::Node& node) {
  if (!node.compiled)
    return;
  model.set_item("compiled_code", Value::string(node.compiled_code));
  model.set_item("compiled_sql", Value::string(node.compiled_code));
}

Value model_value(Worker& worker) {
  NodeScope& scope = worker.scope();
  if (scope.node == nullptr)
    return Value::none();
  const manifest::Manifest& manifest = worker.shared().manifest;
  Value made;
  if (!scope.id.valid() || worker.is_parsing()) {
    made = parsing_model(*scope.node);
    add_compiled(made, *scope.node);
  } else if (scope.node != &manifest.node(scope.id)) {
    made = row_value(manifest, scope.id);
    add_compiled(made, *scope.node);
  } else {
    // Every materialization hands its model on, and few look into it.
    made = jinja::lazy_dict([&manifest, id = scope.id] {
      Value row = row_value(manifest, id);
      add_compiled(row, manifest.node(id));
      return row;
    });
  }
  if (scope.batch)
    made.set_item("batch", batch_value(*scope.batch));
  // One dict for the whole render: macros may write to it.
  scope.extras.emplace_back("model", made);
  return made;
}

}  // namespace

Value Worker::model_of(NodeScope& scope, const base::DataMap& config) {
  Value made = parsing_model(*scope.node);
  made.set_item("config", Value::from_data(base::Data(config)));
  for (const char* key : {"tags", "meta"}) {
    if (const base::Data* value = config.find(key))
      made.set_item(key, Value::from_data(*value));
  }
  return made;
}

namespace {

template <jinja::NativeFunction kFunction>
Value function_value(Worker& worker) {
  return configured_function(worker, "function", kFunction);
}

constexpr Member kMembers[] = {
    {"ref", function_value<ref>},
    {"source", function_value<source>},
    {"function", function_value<function>},
    {"metric", function_value<metric>},
    {"this", this_value, true},
    {"database", database, true},
    {"schema", schema, true},
    {"model", model_value, true},
    {"defer_relation", defer_relation, true},
};

}  // namespace

std::span<const Member> reference_members() { return kMembers; }

}  // namespace weft::context
