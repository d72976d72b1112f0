// The name of the running thread, for logs: "MainThread", "Thread-1 (worker)".
#pragma once

#include <string>

namespace weft::base {

/// Names the calling thread.
void set_thread_name(std::string name);
/// The calling thread's name; "MainThread" until it has one.
const std::string& thread_name();

}  // namespace weft::base
