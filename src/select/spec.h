// Spec: a selection as a tree of set operations over criteria.
#pragma once

#include <string>
#include <vector>

#include "base/data.h"
#include "diag/diagnostic.h"
#include "select/criterion.h"

namespace weft::select {

struct Spec {
  enum class Kind { Criterion, Union, Intersection, Difference };
  Kind kind = Kind::Union;
  Criterion criterion;
  std::vector<Spec> parts;
  /// How the tests of the parts are put together.
  IndirectSelection indirect = IndirectSelection::Eager;
  /// A word of the command line: a warning when it selects nothing.
  bool must_exist = false;
  /// As written, for that warning.
  std::string raw;
};

/// The words of one --select or --exclude: united, each an intersection of what stands between
/// commas.
diag::Result<Spec> spec_from_words(const std::vector<std::string>& words,
                                   IndirectSelection indirect);
Spec difference_of(Spec included, Spec excluded);

/// A definition of selectors.yml; `indirect` is the command's, for criteria that say nothing.
diag::Result<Spec> spec_from_definition(const base::Data& definition, IndirectSelection indirect);

}  // namespace weft::select
