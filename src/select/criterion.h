// Criterion: one word of a selection, `@2+tag:nightly+1` or its YAML form, taken apart.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"
#include "diag/diagnostic.h"
#include "select/select.h"

namespace weft::select {

struct Criterion {
  /// As written, for messages.
  std::string raw;
  std::string method;
  /// What follows the method's name: {"meta", "owner"} of `config.meta.owner`.
  std::vector<std::string> arguments;
  /// A text on the command line, anything in YAML.
  base::Data value;
  bool childrens_parents = false, parents = false, children = false;
  /// Nothing means all the way.
  std::optional<uint32_t> parents_depth, children_depth;
  IndirectSelection indirect = IndirectSelection::Eager;

  /// The value as text.
  std::string text() const;
};

/// Takes a word of the command line apart. The error names an unknown method, and `@` together with
/// a trailing `+`.
diag::Result<Criterion> parse_criterion(std::string_view word, IndirectSelection indirect);

/// The same of a mapping with `method` and `value`; its own `indirect_selection` wins.
diag::Result<Criterion> criterion_from_map(const base::DataMap& map, IndirectSelection indirect);

/// The mapping that stands for a word in manifest.json. The error is that of an unknown method.
diag::Result<base::DataMap> expand_word(std::string_view word);

/// "eager", "cautious", "buildable", "empty".
std::optional<IndirectSelection> parse_indirect_selection(std::string_view text);

}  // namespace weft::select
