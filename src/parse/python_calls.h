// Python models: what their text asks of dbt, found without running it.
#pragma once

#include <string_view>

#include "context/scope.h"
#include "diag/diagnostic.h"

namespace weft::parse {

/// Adds the arguments of `dbt.ref(...)`, `dbt.source(...)` and `dbt.config(...)` calls to
/// `capture`. Their arguments must be literals: text, numbers, True, False, None, lists, tuples and
/// dicts. `source` places the error.
diag::Status read_python_calls(std::string_view text, diag::SourceId source,
                               context::Capture& capture);

}  // namespace weft::parse
