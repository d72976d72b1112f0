// parallel_for: a loop spread over a few threads, for parsing and rendering.
#pragma once

#include <cstddef>
#include <functional>

namespace weft::base {

/// Number of threads worth using on this machine, at least 1.
size_t hardware_threads();

/// Calls `body(worker, i)` once for each i in [0, count), from up to `threads` threads; worker is
/// in [0, threads). Returns when all calls have returned. An exception of a body ends the process:
/// bodies report failures through their own results.
void parallel_for(size_t count, size_t threads, const std::function<void(size_t, size_t)>& body);

}  // namespace weft::base
