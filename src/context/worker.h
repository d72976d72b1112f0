// Worker: one thread's view of the template context. It resolves names for the interpreter and
// makes the values that dbt's context has. Everything it makes stays in its thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "context/scope.h"
#include "context/shared.h"
#include "diag/diagnostic.h"
#include "jinja/interpreter.h"

namespace weft::context {

class Worker final : public jinja::Names {
 public:
  /// `connection` may be null: then every statement of a template is an error.
  Worker(const Shared& shared, adapter::Connection* connection);
  ~Worker() override;

  /// Text of a node. Errors are diagnostics with dbt's headline in legacy_text.
  diag::Result<jinja::Rendered> render(const jinja::Template& code, NodeScope& scope);
  /// A value of a text that may be one expression, as in YAML.
  diag::Result<jinja::Value> render_native(const jinja::Template& code, NodeScope& scope);
  /// Calls a macro with keyword arguments.
  diag::Result<jinja::Value> call_macro(const CallableMacro& macro,
                                        std::span<const jinja::Value> positional,
                                        std::span<const jinja::NamedValue> named, NodeScope& scope);
  /// Compiles and renders text that belongs to no file (hooks, inline SQL, YAML strings).
  diag::Result<jinja::Rendered> render_text(std::string_view text, std::string_view name,
                                            NodeScope& scope);

  std::optional<jinja::Value> lookup(jinja::Interpreter& interpreter,
                                     std::string_view name) override;
  /// dbt records the macros that a node's own text calls, not those that macros call in turn.
  void macro_called(const jinja::Object& macro) override;

  // For the members of the context:
  const Shared& shared() const { return shared_; }
  NodeScope& scope() const { return *scope_; }
  jinja::Interpreter& interpreter() { return interpreter_; }
  bool is_parsing() const { return shared_.phase == Phase::Parse; }
  /// The thread's connection; raises when templates may not ask the database here.
  adapter::Connection& connection();
  adapter::Connection* connection_or_null() { return connection_; }
  /// A macro as a value.
  jinja::Value macro_value(const CallableMacro& macro);
  /// What a unit test puts in the place of a macro, by name or `package.name`: a callable that
  /// always gives that value. Nothing outside of unit tests and for other macros.
  std::optional<jinja::Value> fixed_result(std::string_view package, std::string_view name);
  /// The node as a dict with its configuration, for macros that name relations while parsing.
  jinja::Value model_of(NodeScope& scope, const base::DataMap& config);
  /// The member or macro called `name`, as templates see it without overriding macros
  /// (`builtins.ref`).
  std::optional<jinja::Value> member(std::string_view name);
  /// All names there are with their values, for `context`.
  std::vector<std::string> member_names() const;
  /// Remembers that a template read the environment variable.
  void note_variable(std::string_view name, std::optional<std::string_view> value);
  /// Names of this thread for thread_id: "Thread-1 (worker)".
  std::string thread_name = "MainThread";

 private:
  /// Renders from here on have the limits of the scope's kind.
  void set_budget(const NodeScope& scope);
  diag::Diagnostic to_diagnostic(const jinja::Error& error) const;
  std::optional<jinja::Value> find_macro(std::string_view name);
  /// Remembers that a template asked for the member, if it is one that changes between commands.
  void note_member(std::string_view name);

  const Shared& shared_;
  jinja::Interpreter interpreter_;
  adapter::Connection* connection_;
  NodeScope* scope_ = nullptr;
  /// Members that do not depend on the node, made once.
  std::unordered_map<std::string_view, jinja::Value> constants_;
  /// Macros as values: making one runs the text around it in its file.
  std::unordered_map<manifest::MacroId, jinja::Value> macros_;
  std::unordered_map<const jinja::Object*, manifest::MacroId> ids_of_macros_;
  /// The text around a macro is run, for all nodes that will call it.
  bool makes_macro_ = false;
};

/// "model orders (models/orders.sql)": what dbt puts behind its headline.
std::string describe_node(const manifest::Node& node);

/// One name of the context: how its value is made.
struct Member {
  std::string_view name;
  jinja::Value (*make)(Worker& worker);
  /// The value depends on the node that is rendered.
  bool per_node = false;
};

// The members by topic, each in a file of its own.
std::span<const Member> base_members();
std::span<const Member> data_members();
std::span<const Member> reference_members();
std::span<const Member> config_members();
std::span<const Member> adapter_members();
std::span<const Member> statement_members();
std::span<const Member> exception_members();
std::span<const Member> graph_members();
std::span<const Member> module_members();

/// set, zip, their strict forms and diff_of_two_dicts, which need no worker.
std::optional<jinja::Value> collection_function(std::string_view name);

/// The seed's file as a typed table.
diag::Result<adapter::Table> load_seed_table(Worker& worker, const manifest::Node& node);

/// Reads the arguments of one call by position or name and raises Python's TypeError for wrong
/// ones.
class ArgumentReader {
 public:
  /// `names` are the parameters in order.
  ArgumentReader(jinja::Interpreter& interpreter, std::string_view function,
                 const jinja::Arguments& arguments, std::initializer_list<std::string_view> names);

  /// The argument, or null when it was not given.
  const jinja::Value* find(size_t index) const;
  /// The argument; raises when it was not given.
  const jinja::Value& require(size_t index) const;
  /// Its text; raises when it is missing or no string.
  std::string text(size_t index) const;
  std::string text_or(size_t index, std::string_view fallback) const;
  bool flag_or(size_t index, bool fallback) const;
  /// None and undefined give nothing.
  std::optional<std::string> optional_text(size_t index) const;

 private:
  jinja::Interpreter& interpreter_;
  std::string_view function_;
  const jinja::Arguments& arguments_;
  std::vector<std::string_view> names_;
};

}  // namespace weft::context
