// StateComparison: which rows differ from the manifest of an earlier run, and in what.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/data.h"
#include "diag/diagnostic.h"
#include "diag/sink.h"
#include "graph/graph.h"
#include "manifest/artifacts.h"
#include "manifest/manifest.h"

namespace weft::select {

/// One aspect in which dbt compares, `modified.body` and so on.
enum class Aspect { Body, Configs, PersistedDescriptions, Relation, Macros, Contract };

class StateComparison {
 public:
  /// All must outlive this. Warnings about broken contracts go to the sink, each once.
  StateComparison(const manifest::Manifest& manifest, const manifest::StateManifest& old,
                  diag::Sink& sink);

  /// The row as it was; null when it is new.
  const base::Data* before(const manifest::Node& node) const;
  /// Any difference that counts. The error is a broken contract of a versioned model.
  diag::Result<bool> is_modified(const manifest::Node& node);
  /// A difference in one aspect. A new row differs in every aspect its kind has.
  diag::Result<bool> is_modified_in(const manifest::Node& node, Aspect aspect);
  /// Looks for contracts whose model is gone. The error as above.
  diag::Status check_removed();

 private:
  bool has_modified_macro(const manifest::Node& node);
  std::optional<diag::Diagnostic> missing_macro(const manifest::Node& node) const;
  bool same_body(const manifest::Node& node, const base::Data& old);
  bool same_config(const manifest::Node& node, const base::Data& old) const;
  bool same_persisted_description(const manifest::Node& node, const base::Data& old) const;
  bool same_relation(const manifest::Node& node, const base::Data& old) const;
  /// Of the fields that only sources, exposures, metrics, ... have.
  bool same_own_fields(const manifest::Node& node, const base::Data& old) const;
  bool same_contents(const manifest::Node& node, const base::Data& old);
  diag::Result<bool> same_contract(const manifest::Node& node, const base::Data& old);
  void warn_once(const std::string& unique_id, diag::Diagnostic warning);
  void find_modified_macros();

  const manifest::Manifest& manifest_;
  const manifest::StateManifest& old_;
  diag::Sink& sink_;
  std::unordered_set<std::string> warned_;
  /// One flag a macro: it or one that it calls has changed. Made at the first question.
  std::optional<std::vector<bool>> modified_macros_;
};

}  // namespace weft::select
