#include "compile/compiler.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/paths.h"
#include "context/error_place.h"
#include "context/relations.h"
#include "parse/test_builder.h"

namespace weft::compile {
namespace {

using manifest::Node;
using manifest::ResourceType;

constexpr int kMaxEphemeralDepth = 500;

bool is_generic_test(const Node& node) {
  return node.type == ResourceType::Test && node.test != nullptr && node.test->metadata;
}

}  // namespace

Compiler::Compiler(parse::ParsedProject& project, const context::Shared& shared,
                   std::string target_path)
    : project_(project), shared_(shared), target_path_(std::move(target_path)) {}

std::string Compiler::file_path(const Node& node, std::string_view kind) const {
  std::string path = node.original_file_path;
  if (node.type == ResourceType::UnitTest)
    path += fmt::format("/{}/{}.sql", base::folder_of(path), node.name);
  else if (node.type == ResourceType::Snapshot)
    path += fmt::format("/{}.sql", node.name);
  else if (base::file_name(node.path) != base::file_name(path))
    path += "/" + node.path;
  return fmt::format("{}/{}/{}/{}", target_path_, kind, node.package_name, path);
}

std::string Compiler::fixture_path(std::string_view package, std::string_view properties_path,
                                   std::string_view name) const {
  return fmt::format("{}/compiled/{}/{}/{}.sql", target_path_, package, properties_path, name);
}

void Compiler::prepare_scope(NodeId id, context::NodeScope& scope) const {
  const Node& node = project_.manifest.node(id);
  scope.package_name = node.package_name;
  scope.node = &node;
  scope.id = id;
  scope.config = &project_.manifest.config_of(node).values;
  scope.relation = context::relation_of(project_.manifest, node, shared_.root.quoting);
}

diag::Result<Query> Compiler::render_generic_test(context::Worker& worker, NodeId id,
                                                  context::NodeScope& scope) {
  const Node& node = project_.manifest.node(id);
  jinja::Value kwargs = jinja::Value::dict();
  for (const auto& [key, value] : node.test->kwargs) {
    diag::Result<jinja::Value> rendered =
        parse::render_test_argument(worker, key, value, scope, &templates_);
    if (!rendered) {
      diag::Diagnostic error = rendered.error();
      error.span = node.patch_span;
      return error;
    }
    kwargs.set_item(key, *rendered);
  }
  scope.extras.emplace_back("_dbt_generic_test_kwargs", kwargs);
  // Most tests of a kind have the same text: a call with arguments that stand elsewhere.
  auto kept = templates_.get(shared_, node.name, "", node.raw_code);
  if (auto* found = std::get_if<context::KeptTemplate>(&kept)) {
    diag::Result<jinja::Rendered> quick = worker.render(*found->code, scope);
    if (quick)
      return Query{std::move(quick->text), std::move(quick->spans)};
  }
  // Whoever reads the message wants to see this test's name in it.
  diag::Result<jinja::Rendered> rendered = worker.render_text(node.raw_code, node.name, scope);
  if (!rendered) {
    diag::Diagnostic error = rendered.error();
    context::point_at_test_entry(error, worker.shared().sources, node);
    return error;
  }
  return Query{std::move(rendered->text), std::move(rendered->spans)};
}

void Compiler::name_shared_text(diag::Diagnostic& error, const Node& node) {
  if (!is_generic_test(node))
    return;
  auto kept = templates_.get(shared_, node.name, "", node.raw_code);
  auto* found = std::get_if<context::KeptTemplate>(&kept);
  if (found == nullptr || shared_.sources.get(found->source).path == node.name)
    return;
  diag::SourceId own = shared_.sources.add(node.name, node.raw_code);
  auto rename = [&](diag::Span& span) {
    if (span.source == found->source)
      span.source = own;
  };
  rename(error.span);
  for (diag::Label& label : error.labels)
    rename(label.span);
  for (diag::TrailStep& step : error.trail)
    rename(step.span);
}

namespace {

/// Renders a node's text where it stands in its file, so that messages point there. A file that has
/// changed since it was parsed no longer has it.
diag::Result<jinja::Rendered> render_own_text(context::Worker& worker, const Node& node,
                                              context::NodeScope& scope) {
  const context::Shared& shared = worker.shared();
  diag::Span span = node.source_span;
  if (span.valid()) {
    std::string_view text = shared.sources.get(span.source).text;
    if (span.begin > text.size() || text.substr(span.begin, span.end - span.begin) != node.raw_code)
      span = {};
  }
  if (!span.valid())
    return worker.render_text(node.raw_code, node.name, scope);
  auto code = shared.jinja.compile(span.source, node.original_file_path, span.begin, span.end);
  if (auto* error = std::get_if<jinja::Error>(&code))
    return jinja::to_diagnostic(*error);
  return worker.render(*std::get<0>(code), scope);
}

}  // namespace

diag::Result<Query> Compiler::render(context::Worker& worker, NodeId id,
                                     context::NodeScope& scope) {
  Node& node = project_.manifest.node(id);
  if (is_generic_test(node))
    return render_generic_test(worker, id, scope);
  if (node.language == "python" && node.type == manifest::ResourceType::Model)
    return Query{node.raw_code, {}};
  diag::Result<jinja::Rendered> rendered = render_own_text(worker, node, scope);
  if (!rendered)
    return rendered.error();
  return Query{std::move(rendered->text), std::move(rendered->spans)};
}

/// `to: ref('users')` of foreign keys becomes the relation's name.
diag::Status Compiler::resolve_foreign_keys(context::Worker& worker, Node& node,
                                            context::NodeScope& scope) {
  auto resolve = [&](std::vector<manifest::Constraint>& constraints) -> diag::Status {
    for (manifest::Constraint& constraint : constraints) {
      if (!constraint.to || constraint.to->find('(') == std::string::npos)
        continue;
      diag::Result<jinja::Rendered> rendered =
          worker.render_text("{{ " + *constraint.to + " }}", node.name, scope);
      if (!rendered) {
        diag::Diagnostic error = rendered.error();
        error.span = node.patch_span;
        return error;
      }
      constraint.to = rendered->text;
    }
    return diag::Done{};
  };
  if (node.model == nullptr)
    return diag::Done{};
  scope.prefers_state = true;
  diag::Status status = resolve(node.model->constraints);
  for (manifest::Column& column : node.columns) {
    if (status)
      status = resolve(column.constraints);
  }
  scope.prefers_state = false;
  return status;
}

/// The bodies of a function's overloads are texts of the function.
diag::Status Compiler::render_overloads(context::Worker& worker, Node& node,
                                        context::NodeScope& scope) {
  if (node.function == nullptr || !node.function->overloads.is_list())
    return diag::Done{};
  for (base::Data& overload : node.function->overloads.as_list()) {
    const base::Data* body = overload.get("raw_body");
    if (body == nullptr || !body->is_string())
      continue;
    diag::Result<jinja::Rendered> rendered =
        worker.render_text(body->as_string(), node.name, scope);
    if (!rendered)
      return rendered.error();
    overload.as_map().set("compiled_body", base::Data(rendered->text));
  }
  return diag::Done{};
}

diag::Result<const Compiler::Ephemeral*> Compiler::ephemeral(context::Worker& worker, NodeId id) {
  std::lock_guard lock(mutex_);
  if (auto found = ephemerals_.find(id); found != ephemerals_.end())
    return found->second.get();
  context::NodeScope scope;
  prepare_scope(id, scope);
  diag::Result<Query> own = render(worker, id, scope);
  if (!own)
    return own.error();
  auto made = std::make_unique<Ephemeral>(Ephemeral{std::move(*own), scope.ephemerals});
  const Ephemeral* kept = made.get();
  ephemerals_.emplace(id, std::move(made));
  return kept;
}

diag::Status Compiler::collect(context::Worker& worker, NodeId id, std::vector<NodeId>& order,
                               int depth) {
  if (std::find(order.begin(), order.end(), id) != order.end())
    return diag::Done{};
  if (depth > kMaxEphemeralDepth) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::EphemeralInvalid;
    diagnostic.message =
        fmt::format("more than {} ephemeral models read each other", kMaxEphemeralDepth);
    return diagnostic;
  }
  diag::Result<const Ephemeral*> own = ephemeral(worker, id);
  if (!own)
    return own.error();
  for (NodeId read : (*own)->reads) {
    diag::Status status = collect(worker, read, order, depth + 1);
    if (!status)
      return status;
  }
  order.push_back(id);
  return diag::Done{};
}

diag::Result<std::vector<NamedCte>> Compiler::ctes_of(context::Worker& worker,
                                                      const std::vector<NodeId>& ids,
                                                      std::vector<manifest::ExtraCte>& rows) {
  std::vector<NodeId> order;
  for (NodeId id : ids) {
    diag::Status status = collect(worker, id, order, 0);
    if (!status)
      return status.error();
  }
  std::vector<NamedCte> ctes;
  for (NodeId id : order) {
    diag::Result<const Ephemeral*> own = ephemeral(worker, id);
    if (!own)
      return own.error();
    std::string name = std::string(context::kCtePrefix) + project_.manifest.node(id).alias;
    ctes.push_back(make_cte(name, (*own)->own));
    rows.push_back({id, ctes.back().sql});
  }
  return ctes;
}

diag::Result<Query> Compiler::compile(context::Worker& worker, NodeId id,
                                      context::NodeScope& scope) {
  prepare_scope(id, scope);
  Node& node = project_.manifest.node(id);
  diag::Status keys = resolve_foreign_keys(worker, node, scope);
  if (!keys)
    return keys.error();
  std::vector<manifest::MacroId> called;
  scope.called_macros = &called;
  diag::Result<Query> query = render(worker, id, scope);
  scope.called_macros = nullptr;
  if (!query)
    return query;
  for (manifest::MacroId macro : called) {
    std::vector<manifest::MacroId>& known = node.depends_on_macros;
    if (std::find(known.begin(), known.end(), macro) == known.end())
      known.push_back(macro);
  }
  std::vector<manifest::ExtraCte> rows;
  bool injects = shared_.flags.get_bool("inject_ephemeral_ctes");
  diag::Result<std::vector<NamedCte>> ctes = ctes_of(worker, scope.ephemerals, rows);
  if (!ctes)
    return ctes.error();
  diag::Status overloads = render_overloads(worker, node, scope);
  if (!overloads)
    return overloads.error();
  Query injected = injects ? inject_ctes(*query, *ctes) : std::move(*query);
  node.extra_ctes = std::move(rows);
  node.extra_ctes_injected = injects;
  node.compiled_code = injected.sql;
  node.compiled = true;
  // Of a text that says nothing there is no file.
  if (!node.compiled_code.empty())
    node.compiled_path = file_path(node, "compiled");
  return injected;
}

}  // namespace weft::compile
