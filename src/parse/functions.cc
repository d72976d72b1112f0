// Functions of the database: their arguments, and the overloads that stand in files of their own.
#include <algorithm>

#include <fmt/format.h>

#include "base/paths.h"
#include "parse/node_patch.h"
#include "parse/properties_error.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

void report(State& state, const Entry& entry, std::string message, const std::string& sentence,
            std::string hint = "") {
  state.report(properties_error(std::move(message), entry.node->span, std::move(hint), sentence));
}

Data member_or_null(const Data& map, std::string_view key) {
  const Data* value = map.get(key);
  return value == nullptr ? Data() : *value;
}

/// Name, data_type, description and default_value of each argument.
Data argument_list(const Data& item) {
  DataList made;
  const Data* arguments = item.get("arguments");
  if (arguments == nullptr || !arguments->is_list())
    return Data(std::move(made));
  for (const Data& argument : arguments->as_list()) {
    DataMap row;
    for (const char* key : {"name", "data_type", "description", "default_value"})
      row.set(key, member_or_null(argument, key));
    made.emplace_back(std::move(row));
  }
  return Data(std::move(made));
}

/// An overload as artifacts have it; its body is rendered when the function is compiled.
DataMap overload_row(const Data& item, const Node& body) {
  DataMap row;
  row.set("defined_in", member_or_null(item, "defined_in"));
  row.set("arguments", argument_list(item));
  Data returns = member_or_null(item, "returns");
  if (returns.is_map() && returns.get("description") == nullptr)
    returns.as_map().set("description", Data());
  row.set("returns", std::move(returns));
  row.set("description", member_or_null(item, "description"));
  row.set("raw_body", Data(body.raw_code));
  row.set("compiled_body", Data());
  return row;
}

template <typename Call>
void append_new(std::vector<Call>& to, const std::vector<Call>& from) {
  for (const Call& call : from) {
    if (std::find(to.begin(), to.end(), call) == to.end())
      to.push_back(call);
  }
}

/// Finds the files of overloads and hands what they say to their function.
class Absorber {
 public:
  explicit Absorber(State& state) : state_(state), taken_by_(state.pending.size()) {
    for (size_t i = 0; i < state.pending.size(); ++i) {
      const Node& node = state.pending[i].node;
      if (node.type == ResourceType::Function)
        by_name_.emplace(node.package_name + "." + node.name, i);
    }
  }

  void absorb_all() {
    for (PendingNode& root : state_.pending) {
      if (root.node.type != ResourceType::Function || root.entry == PendingNode::kNoEntry)
        continue;
      const Data* overloads = state_.entries[root.entry].data.get("overloads");
      if (overloads == nullptr || !overloads->is_list())
        continue;
      DataList rows;
      for (const Data& item : overloads->as_list())
        absorb(root, item, rows);
      root.node.function->overloads = Data(std::move(rows));
    }
    size_t row = 0;
    std::erase_if(state_.pending, [&](const PendingNode&) { return !taken_by_[row++].empty(); });
  }

 private:
  void absorb(PendingNode& root, const Data& item, DataList& rows) {
    const Entry& entry = state_.entries[root.entry];
    const Data defined = member_or_null(item, "defined_in");
    std::string name = defined.is_null() ? "" : python_str(defined);
    if (name == root.node.name) {
      report(
          state_, entry, fmt::format("function `{}` lists itself as an overload", name),
          fmt::format("Function '{0}' cannot list itself in overloads (defined_in: '{0}').", name));
      return;
    }
    auto found = by_name_.find(root.node.package_name + "." + name);
    if (found == by_name_.end()) {
      report(state_, entry,
             fmt::format("overload `{}` of function `{}` has no file", name, root.node.name),
             fmt::format("Function overload '{0}' (defined_in) not found. Expected a SQL file at "
                         "functions/{0}.sql",
                         name),
             "`defined_in` is the name of a file beside the function's own, without `.sql`");
      return;
    }
    std::string& owner = taken_by_[found->second];
    if (!owner.empty()) {
      report(state_, entry, fmt::format("overload `{}` belongs to `{}` already", name, owner),
             fmt::format("Function overload '{}' (defined_in) is already used by '{}'. Each "
                         "overload file can only belong to one root function.",
                         name, owner));
      return;
    }
    owner = root.node.unique_id;
    take(root, state_.pending[found->second], item, rows);
  }

  static void take(PendingNode& root, PendingNode& overload, const Data& item, DataList& rows) {
    rows.emplace_back(overload_row(item, overload.node));
    append_new(root.capture.refs, overload.capture.refs);
    append_new(root.capture.sources, overload.capture.sources);
    append_new(root.capture.functions, overload.capture.functions);
    append_new(root.capture.macros, overload.capture.macros);
    if (overload.error && !root.error)
      root.error = std::move(overload.error);
  }

  State& state_;
  std::unordered_map<std::string, size_t> by_name_;
  /// By row of State::pending: the function it is an overload of.
  std::vector<std::string> taken_by_;
};

/// Once an argument has a default value, all behind it need one.
void check_defaults(State& state, const Entry& entry, const manifest::FunctionFields& function) {
  bool has_default = false;
  for (const manifest::FunctionArgument& argument : function.arguments) {
    if (!argument.default_value.is_null()) {
      has_default = true;
    } else if (has_default) {
      report(state, entry,
             fmt::format("argument `{}` of function `{}` has no default value, but one before it "
                         "has",
                         argument.name, entry.name),
             fmt::format("Non-defaulted argument '{}' of function '{}' comes after a defaulted "
                         "argument. Non-defaulted arguments cannot come after defaulted "
                         "arguments. ",
                         argument.name, entry.name),
             "move it to the front, or give it a `default_value`");
      return;
    }
  }
}

}  // namespace

void absorb_overloads(State& state) { Absorber(state).absorb_all(); }

void read_function(State& state, const Entry& entry, manifest::FunctionFields& function) {
  if (const Data* arguments = entry.data.get("arguments"); arguments && arguments->is_list()) {
    for (const Data& argument : arguments->as_list()) {
      manifest::FunctionArgument made;
      if (const Data* name = argument.get("name"))
        made.name = python_str(*name);
      if (const Data* type = argument.get("data_type"))
        made.data_type = python_str(*type);
      made.description = description_text(argument);
      made.default_value = member_or_null(argument, "default_value");
      function.arguments.push_back(std::move(made));
    }
  }
  if (const Data* returns = entry.data.get("returns"); returns && returns->is_map()) {
    if (const Data* type = returns->get("data_type"))
      function.returns_type = python_str(*type);
    function.returns_description = description_text(*returns);
  }
  check_defaults(state, entry, function);
}

std::string_view function_language(std::string_view path) {
  std::string_view extension = base::extension_of(path);
  return extension == ".py" ? "python" : extension == ".js" ? "javascript" : "sql";
}

}  // namespace weft::parse
