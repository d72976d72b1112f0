#include "context/worker.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/error_place.h"
#include "context/error_text.h"
#include "context/render_budget.h"

namespace weft::context {
namespace {

using jinja::Value;

using MemberTable = std::unordered_map<std::string_view, const Member*>;

const MemberTable& member_table() {
  static const MemberTable table = [] {
    MemberTable made;
    for (std::span<const Member> topic :
         {base_members(), data_members(), reference_members(), config_members(), adapter_members(),
          statement_members(), exception_members(), graph_members(), module_members()}) {
      for (const Member& member : topic)
        made.emplace(member.name, &member);
    }
    return made;
  }();
  return table;
}

/// What values of properties files know: dbt's plain functions, the target and variables.
bool is_known_to_properties(std::string_view name) {
  if (name == "execute" || name == "env")
    return false;
  for (std::span<const Member> topic : {base_members(), data_members(), module_members()}) {
    for (const Member& member : topic) {
      if (member.name == name)
        return true;
    }
  }
  return false;
}

/// A package's name as a value: its macros are the attributes.
class PackageObject final : public jinja::Object {
 public:
  PackageObject(Worker& worker, std::string package)
      : worker_(worker), package_(std::move(package)) {}

  std::string_view type_name() const override { return "MacroNamespace"; }
  std::string_view module_name() const override { return "dbt.context.macros"; }
  std::optional<Value> attribute(jinja::Interpreter&, std::string_view name) override {
    const CallableMacro* macro = worker_.shared().macros.find_in(package_, name);
    if (macro == nullptr)
      return std::nullopt;
    if (std::optional<Value> fixed = worker_.fixed_result(package_, name))
      return fixed;
    return worker_.macro_value(*macro);
  }
  std::optional<Value> item(jinja::Interpreter& interpreter, const Value& key) override {
    if (!key.is_string())
      return std::nullopt;
    return attribute(interpreter, key.as_string());
  }
  std::optional<Value> call_method(jinja::Interpreter& interpreter, std::string_view name,
                                   const jinja::Arguments& arguments) override {
    std::optional<Value> macro = attribute(interpreter, name);
    if (macro)
      return interpreter.invoke(*macro, arguments);
    if (name != "get" || arguments.positional.empty())
      return std::nullopt;
    if (std::optional<Value> found = item(interpreter, arguments.positional[0]))
      return found;
    return arguments.positional.size() > 1 ? arguments.positional[1] : Value::none();
  }
  std::optional<std::vector<Value>> iterate(jinja::Interpreter&) override {
    std::vector<Value> names;
    if (const MacrosByName* macros = worker_.shared().macros.package(package_)) {
      for (const auto& [name, macro] : *macros)
        names.push_back(Value::string(name));
    }
    return names;
  }
  bool is_mapping() const override { return true; }

 private:
  Worker& worker_;
  std::string package_;
};

/// The stand-in of a macro in a unit test: gives its value for any arguments.
class FixedResult final : public jinja::Object {
 public:
  explicit FixedResult(Value value) : value_(std::move(value)) {}
  std::string_view type_name() const override { return "function"; }
  bool is_callable() const override { return true; }
  Value call(jinja::Interpreter&, const jinja::Arguments&) override { return value_; }

 private:
  Value value_;
};

/// A pointer that has another value until this goes.
class Held {
 public:
  Held(NodeScope*& pointer, NodeScope* value)
      : pointer_(pointer), outer_(std::exchange(pointer, value)) {}
  ~Held() { pointer_ = outer_; }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  NodeScope*& pointer_;
  NodeScope* outer_;
};

}  // namespace

std::string describe_node(const manifest::Node& node) {
  return fmt::format("{} {} ({})", resource_type_name(node.type), node.name,
                     node.original_file_path);
}

Worker::Worker(const Shared& shared, adapter::Connection* connection)
    : shared_(shared), interpreter_(shared.jinja), connection_(connection) {
  if (shared.phase == Phase::Parse)
    interpreter_.set_undefined(jinja::UndefinedKind::Permissive);
}

Worker::~Worker() = default;

diag::Diagnostic Worker::to_diagnostic(const jinja::Error& error) const {
  diag::Diagnostic diagnostic = jinja::to_diagnostic(error);
  const manifest::Node* node = scope_ == nullptr ? nullptr : scope_->node;
  if (diagnostic.code == diag::Code::JinjaUndefined && !is_parsing() && diagnostic.hint.empty())
    diagnostic.hint = undefined_hint(diagnostic.message, shared_, member_names());
  if (diagnostic.code == diag::Code::JinjaBudget && diagnostic.hint.empty())
    diagnostic.hint = budget_hint();
  diagnostic.legacy_text = error_text(error, diagnostic, shared_, node);
  point_at_user_text(diagnostic, shared_, node);
  return diagnostic;
}

void Worker::set_budget(const NodeScope& scope) {
  const jinja::Budget& budget = shared_.jinja.options().budget;
  interpreter_.set_budget(scope.is_operation ? operation_budget(budget)
                          : is_parsing()     ? budget
                                             : node_budget(budget));
}

diag::Result<jinja::Rendered> Worker::render(const jinja::Template& code, NodeScope& scope) {
  const Held entered(scope_, &scope);
  set_budget(scope);
  auto result = interpreter_.render(code, *this);
  if (auto* error = std::get_if<jinja::Error>(&result))
    return to_diagnostic(*error);
  return std::move(std::get<jinja::Rendered>(result));
}

diag::Result<Value> Worker::render_native(const jinja::Template& code, NodeScope& scope) {
  const Held entered(scope_, &scope);
  // While nodes are parsed what a template calls may not be known yet; here it has to be.
  bool is_strict = scope.is_property && is_parsing();
  if (is_strict)
    interpreter_.set_undefined(jinja::UndefinedKind::Default);
  auto result = interpreter_.render_native(code, *this);
  if (is_strict)
    interpreter_.set_undefined(jinja::UndefinedKind::Permissive);
  if (auto* error = std::get_if<jinja::Error>(&result))
    return to_diagnostic(*error);
  return std::move(std::get<Value>(result));
}

diag::Result<Value> Worker::call_macro(const CallableMacro& macro,
                                       std::span<const Value> positional,
                                       std::span<const jinja::NamedValue> named, NodeScope& scope) {
  set_budget(scope);
  const Held entered(scope_, &scope);
  Value callee = macro_value(macro);
  auto result = interpreter_.call(callee, jinja::Arguments{positional, named}, *this);
  if (auto* error = std::get_if<jinja::Error>(&result))
    return to_diagnostic(*error);
  return std::move(std::get<Value>(result));
}

diag::Result<jinja::Rendered> Worker::render_text(std::string_view text, std::string_view name,
                                                  NodeScope& scope) {
  diag::SourceId source = shared_.sources.add(std::string(name), std::string(text));
  auto code = shared_.jinja.compile(source, name);
  if (auto* error = std::get_if<jinja::Error>(&code)) {
    const Held entered(scope_, &scope);
    return to_diagnostic(*error);
  }
  return render(*std::get<0>(code), scope);
}

adapter::Connection& Worker::connection() {
  if (connection_ == nullptr)
    interpreter_.raise(
        "DbtRuntimeError",
        "connection never acquired for thread: templates may not ask the database here");
  return *connection_;
}

void Worker::macro_called(const jinja::Object& macro) {
  auto found = ids_of_macros_.find(&macro);
  if (scope_ == nullptr || found == ids_of_macros_.end())
    return;
  if (scope_->capture != nullptr) {
    std::vector<manifest::MacroId>& used = scope_->capture->macros;
    if (std::find(used.begin(), used.end(), found->second) == used.end())
      used.push_back(found->second);
  }
  if (scope_->called_macros != nullptr)
    scope_->called_macros->push_back(found->second);
}

Value Worker::macro_value(const CallableMacro& macro) {
  auto found = macros_.find(macro.id);
  if (found == macros_.end()) {
    bool outer = std::exchange(makes_macro_, true);
    found = macros_.emplace(macro.id, interpreter_.macro(*macro.code, macro.index, *this)).first;
    makes_macro_ = outer;
    if (found->second.is_object())
      ids_of_macros_.emplace(&found->second.as_object(), macro.id);
  }
  return found->second;
}

std::optional<Value> Worker::fixed_result(std::string_view package, std::string_view name) {
  if (scope_ == nullptr || scope_->unit_test == nullptr || scope_->unit_test->macros == nullptr)
    return std::nullopt;
  const base::DataMap& fixed = *scope_->unit_test->macros;
  // What dbt itself has can be named with and without its package.
  bool is_builtin = package.empty() || package == kBuiltinPackage;
  const base::Data* value = is_builtin ? fixed.find(name) : nullptr;
  if (value == nullptr) {
    std::string_view owner = package.empty() ? kBuiltinPackage : package;
    value = fixed.find(fmt::format("{}.{}", owner, name));
  }
  if (value == nullptr)
    return std::nullopt;
  // Names that are no macros, such as invocation_id, are read and not called.
  Value fixed_value = Value::from_data(*value);
  bool is_macro = !package.empty() || shared_.macros.find(scope_->package_name, name) != nullptr;
  return is_macro ? Value::object(new FixedResult(std::move(fixed_value))) : fixed_value;
}

std::optional<Value> Worker::find_macro(std::string_view name) {
  const NodeScope& scope = *scope_;
  if (std::optional<Value> fixed = fixed_result("", name))
    return fixed;
  if (const CallableMacro* macro = shared_.macros.find(scope.package_name, name))
    return macro_value(*macro);
  if (shared_.macros.has_package(name))
    return Value::object(new PackageObject(*this, std::string(name)));
  return std::nullopt;
}

std::optional<Value> Worker::lookup(jinja::Interpreter&, std::string_view name) {
  if (scope_->is_property)
    return is_known_to_properties(name) ? member(name) : std::nullopt;
  for (const auto& [extra, value] : scope_->extras) {
    if (extra == name)
      return value;
  }
  if (std::optional<Value> macro = find_macro(name))
    return macro;
  return member(name);
}

std::optional<Value> Worker::member(std::string_view name) {
  auto found = member_table().find(name);
  if (found == member_table().end())
    return std::nullopt;
  const Member& member = *found->second;
  if (shared_.reads != nullptr)
    note_member(member.name);
  if (member.per_node)
    return member.make(*this);
  auto constant = constants_.find(member.name);
  if (constant == constants_.end())
    constant = constants_.emplace(member.name, member.make(*this)).first;
  return constant->second;
}

void Worker::note_member(std::string_view name) {
  // Their values, or what they print, belong to one command.
  constexpr std::string_view kChangeable[] = {"invocation_id",
                                              "run_started_at",
                                              "thread_id",
                                              "flags",
                                              "invocation_args_dict",
                                              "modules",
                                              "exceptions",
                                              "log",
                                              "print",
                                              "dbt_metadata_envs",
                                              "otel_trace_id",
                                              "otel_span_id",
                                              "graph",
                                              "selected_resources"};
  if (std::find(std::begin(kChangeable), std::end(kChangeable), name) == std::end(kChangeable))
    return;
  if (scope_->capture != nullptr && scope_->capture->may_be_changeable && !makes_macro_) {
    scope_->capture->is_changeable = true;
    return;
  }
  std::lock_guard lock(shared_.reads->mutex);
  shared_.reads->is_changeable = true;
}

void Worker::note_variable(std::string_view name, std::optional<std::string_view> value) {
  if (shared_.reads == nullptr)
    return;
  std::lock_guard lock(shared_.reads->mutex);
  shared_.reads->variables.emplace(name, value);
}

std::vector<std::string> Worker::member_names() const {
  std::vector<std::string> names;
  for (const auto& [name, member] : member_table())
    names.emplace_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

ArgumentReader::ArgumentReader(jinja::Interpreter& interpreter, std::string_view function,
                               const jinja::Arguments& arguments,
                               std::initializer_list<std::string_view> names)
    : interpreter_(interpreter), function_(function), arguments_(arguments), names_(names) {
  if (arguments.positional.size() > names_.size()) {
    interpreter.raise("TypeError",
                      fmt::format("{}() takes {} positional arguments but {} were given", function,
                                  names_.size(), arguments.positional.size()));
  }
  for (const jinja::NamedValue& named : arguments.named) {
    if (std::find(names_.begin(), names_.end(), named.name) == names_.end()) {
      interpreter.raise("TypeError", fmt::format("{}() got an unexpected keyword argument '{}'",
                                                 function, named.name));
    }
  }
}

const Value* ArgumentReader::find(size_t index) const {
  return arguments_.find(index, names_[index]);
}

const Value& ArgumentReader::require(size_t index) const {
  const Value* value = find(index);
  if (value == nullptr) {
    interpreter_.raise("TypeError", fmt::format("{}() missing 1 required positional argument: '{}'",
                                                function_, names_[index]));
  }
  return *value;
}

std::string ArgumentReader::text(size_t index) const {
  const Value& value = require(index);
  if (!value.is_string()) {
    interpreter_.raise("TypeError", fmt::format("{}() needs text for `{}`, found {}", function_,
                                                names_[index], value.type_name()));
  }
  return std::string(value.as_string());
}

std::string ArgumentReader::text_or(size_t index, std::string_view fallback) const {
  const Value* value = find(index);
  if (value == nullptr || value->is_none() || value->is_undefined())
    return std::string(fallback);
  return value->str();
}

bool ArgumentReader::flag_or(size_t index, bool fallback) const {
  const Value* value = find(index);
  return value == nullptr ? fallback : value->truthy();
}

std::optional<std::string> ArgumentReader::optional_text(size_t index) const {
  const Value* value = find(index);
  if (value == nullptr || value->is_none() || value->is_undefined())
    return std::nullopt;
  return value->str();
}

}  // namespace weft::context
