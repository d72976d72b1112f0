// Compiler: a node's text becomes the SQL that is sent, with a map from its bytes to the user's
// files.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "compile/cte.h"
#include "context/template_cache.h"
#include "context/worker.h"
#include "diag/diagnostic.h"
#include "manifest/manifest.h"
#include "parse/parse.h"

namespace weft::compile {

using manifest::NodeId;

/// Compiles nodes of one project. Safe from several threads, each with its own worker; a node must
/// not be compiled by two of them.
class Compiler {
 public:
  /// All must outlive the compiler. `target_path` is where compiled files go, relative to the
  /// project.
  Compiler(parse::ParsedProject& project, const context::Shared& shared, std::string target_path);

  /// Renders the node, puts in the CTEs of ephemeral models, and writes the result into its row
  /// (compiled, compiled_code, extra_ctes, compiled_path). The scope stays usable for running the
  /// node.
  diag::Result<Query> compile(context::Worker& worker, NodeId id, context::NodeScope& scope);

  /// Sets package, node, relation and configuration of a scope for this row.
  void prepare_scope(NodeId id, context::NodeScope& scope) const;

  /// The node's own SQL in this scope, without CTEs and without a trace in its row.
  diag::Result<Query> render(context::Worker& worker, NodeId id, context::NodeScope& scope);

  /// Tests of one kind share the template of their text. Gives an error's places in it the name of
  /// this test.
  void name_shared_text(diag::Diagnostic& error, const manifest::Node& node);

  /// The CTEs that the ephemeral models in `ids` stand for, in dependency order, each once.
  diag::Result<std::vector<NamedCte>> ctes_of(context::Worker& worker,
                                              const std::vector<NodeId>& ids,
                                              std::vector<manifest::ExtraCte>& rows);

  /// "target/compiled/<package>/<path>" (or "run" instead of "compiled") of a row.
  std::string file_path(const manifest::Node& node, std::string_view kind) const;
  /// Where the SQL of a unit test's input is left: `properties_path` is the unit test's file,
  /// `package` that of the input.
  std::string fixture_path(std::string_view package, std::string_view properties_path,
                           std::string_view name) const;

 private:
  struct Ephemeral {
    Query own;
    std::vector<NodeId> reads;
  };

  diag::Result<Query> render_generic_test(context::Worker& worker, NodeId id,
                                          context::NodeScope& scope);
  diag::Status render_overloads(context::Worker& worker, manifest::Node& node,
                                context::NodeScope& scope);
  diag::Status resolve_foreign_keys(context::Worker& worker, manifest::Node& node,
                                    context::NodeScope& scope);
  diag::Result<const Ephemeral*> ephemeral(context::Worker& worker, NodeId id);
  diag::Status collect(context::Worker& worker, NodeId id, std::vector<NodeId>& order, int depth);

  parse::ParsedProject& project_;
  const context::Shared& shared_;
  std::string target_path_;
  context::TemplateCache templates_;
  /// Ephemeral models are shared by their readers: rendered once, under this lock.
  std::recursive_mutex mutex_;
  std::unordered_map<NodeId, std::unique_ptr<Ephemeral>> ephemerals_;
};

}  // namespace weft::compile
