// What of a model's enforced contract was broken since an earlier run.
#pragma once

#include <string>
#include <vector>

#include "base/data.h"
#include "manifest/manifest.h"

namespace weft::select {

struct ContractChange {
  /// The contracts are the same.
  bool is_same = true;
  /// One line each, in dbt's words; none when the change breaks nobody.
  std::vector<std::string> breaking;
};

/// `old` is the model's row of the earlier manifest.
ContractChange compare_contracts(const manifest::Manifest& manifest, const manifest::Node& node,
                                 const base::Data& old);

/// True when the row's `contract` says that it is enforced.
bool contract_was_enforced(const base::Data& old);

}  // namespace weft::select
