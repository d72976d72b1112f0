// on-run-start and on-run-end: each hook of each project is an operation.
#include <fmt/format.h>

#include "base/hash.h"
#include "base/strings.h"
#include "parse/node_patch.h"

namespace weft::parse {
namespace {

void add_hook(State& state, context::Worker& worker, ConfigBuilder& configs,
              const config::Project& project, const std::string& kind, const std::string& sql,
              size_t index) {
  Node node;
  node.type = ResourceType::Operation;
  node.name = fmt::format("{}-{}-{}", project.name, kind, index);
  node.package_name = project.name;
  node.original_file_path = "./dbt_project.yml";
  node.path = fmt::format("hooks/{}.sql", node.name);
  node.unique_id = fmt::format("operation.{}.{}", project.name, node.name);
  node.fqn = {project.name, "hooks", node.name};
  node.raw_code = sql;
  node.operation_index = static_cast<int>(index);
  node.created_at = state.now;
  node.tags = {kind};
  // The file that has the hook.
  const std::string& file = state.input.sources.get(project.source).text;
  node.checksum = {"sha256", base::sha256_hex(base::collapse_whitespace(file))};
  context::Capture capture;
  context::NodeScope scope;
  scope.package_name = project.name;
  scope.node = &node;
  scope.capture = &capture;
  diag::Result<jinja::Rendered> rendered =
      worker.render_text(sql, fmt::format("{} hook {} of {}", kind, index, project.name), scope);
  if (!rendered)
    state.report(rendered.error());
  take_capture(node, capture);
  finish_node(state, worker, configs, node, nullptr, base::Data(base::DataMap{}), {});
  node.tags = {kind};
  add_node(state, std::move(node));
}

}  // namespace

void parse_hooks(State& state) {
  context::Worker worker(*state.shared, nullptr);
  ConfigBuilder configs(state);
  for (const config::Project* project : state.projects) {
    for (size_t i = 0; i < project->on_run_start.size(); ++i)
      add_hook(state, worker, configs, *project, "on-run-start", project->on_run_start[i], i);
    for (size_t i = 0; i < project->on_run_end.size(); ++i)
      add_hook(state, worker, configs, *project, "on-run-end", project->on_run_end[i], i);
  }
}

}  // namespace weft::parse
