// put_in_order: a large text made by several threads and written in order.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "base/files.h"

namespace weft::base {

/// Calls `make(i)` once for each i in [0, count), from up to `threads` threads, and gives the texts
/// to `put` in order of i, never two at once. Only texts that wait for an earlier one are in
/// memory, and no more than a few for each thread. Ends with the first error of `put`.
std::optional<IoError> put_in_order(size_t count, size_t threads,
                                    const std::function<std::string(size_t i)>& make,
                                    const PutPart& put);

}  // namespace weft::base
