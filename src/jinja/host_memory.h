// HostMemory: values that the host makes for templates, which the budget of a render leaves out.
#pragma once

#include "jinja/memory_count.h"

namespace weft::jinja {

/// While it lives, what this thread makes is not held against the template: a project's graph or
/// the rows of a query are as large as they are, however little the template does. Their later
/// release can only make the budget more generous.
class HostMemory {
 public:
  HostMemory() : before_(value_bytes) {}
  ~HostMemory() { value_bytes = before_; }
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;

 private:
  int64_t before_;
};

}  // namespace weft::jinja
