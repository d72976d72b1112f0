#include "select/methods.h"

#include <fmt/format.h>

#include "select/path_index.h"
#include "select/state_compare.h"

namespace weft::select {
namespace {

struct Entry {
  std::string_view name;
  Method method;
};

constexpr Entry kMethods[] = {
    {"fqn", select_by_fqn},
    {"tag", select_by_tag},
    {"group", select_by_group},
    {"access", select_by_access},
    {"source", select_by_source},
    {"path", select_by_path},
    {"file", select_by_file},
    {"package", select_by_package},
    {"config", select_by_config},
    {"test_name", select_by_test_name},
    {"test_type", select_by_test_type},
    {"resource_type", select_by_type},
    {"state", select_by_state},
    {"exposure", select_by_name},
    {"metric", select_by_name},
    {"result", select_by_result},
    {"source_status", select_by_source_status},
    {"version", select_by_version},
    {"semantic_model", select_by_name},
    {"saved_query", select_by_name},
    {"unit_test", select_by_name},
    {"selector", nullptr},
};

}  // namespace

MethodContext::MethodContext(const manifest::Manifest& of, const State& with, const Request& by,
                             diag::Sink& to)
    : manifest(of), state(with), request(by), sink(to), members(of.nodes.size()) {
  for (size_t i = 0; i < of.nodes.size(); ++i) {
    const manifest::Node& n = of.nodes[i];
    const bool is_off = n.type != ResourceType::Exposure && n.config.valid() &&
                        !of.config_of(n).flag("enabled", true);
    if (!of.is_disabled(manifest::NodeId(i)) && !is_off)
      members.insert(manifest::NodeId(i));
  }
}

MethodContext::~MethodContext() = default;

const Method* find_method(std::string_view name) {
  for (const Entry& entry : kMethods)
    if (entry.name == name)
      return &entry.method;
  return nullptr;
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const Entry& entry : kMethods)
    names.emplace_back(entry.name);
  return names;
}

diag::Diagnostic bad_value(std::string message, std::string hint, std::string legacy) {
  diag::Diagnostic error;
  error.code = diag::Code::SelectorSyntax;
  error.message = std::move(message);
  error.hint = std::move(hint);
  error.legacy_text = std::move(legacy);
  return error;
}

diag::Diagnostic missing_state(const Criterion& criterion, std::string_view artifact,
                               std::string legacy) {
  diag::Diagnostic error;
  error.code = diag::Code::StateMissing;
  error.message = fmt::format("`{}` compares with {}, which is not there", criterion.raw, artifact);
  error.hint = "name the folder that holds it with `--state`";
  error.legacy_text = std::move(legacy);
  return error;
}

}  // namespace weft::select
