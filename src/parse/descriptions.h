// Descriptions: their Jinja may call doc(), var() and env_var(). Columns of entries, with
// constraints.
#pragma once

#include <string>
#include <vector>

#include "manifest/manifest.h"
#include "parse/state.h"

namespace weft::parse {

/// Renders descriptions in the thread of its worker.
class DescriptionRenderer {
 public:
  DescriptionRenderer(State& state, context::Worker& worker) : state_(state), worker_(worker) {}

  /// The text with its docs blocks put in; unknown blocks are reported at `span`. `blocks` receives
  /// the unique ids of the blocks used.
  std::string render(const std::string& text, const std::string& package, diag::Span span,
                     std::vector<std::string>& blocks);

 private:
  State& state_;
  context::Worker& worker_;
};

/// `description` of an entry as text, empty for none.
std::string description_text(const base::Data& entry);

/// `columns` of an entry. `node` is the entry's YAML, for places in messages; may be null.
std::vector<manifest::Column> read_columns(const base::Data& entry, const yaml::Node* node,
                                           const std::string& package,
                                           DescriptionRenderer& descriptions);

std::vector<manifest::Constraint> read_constraints(const base::Data& entry);

}  // namespace weft::parse
