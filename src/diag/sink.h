// Sink: where phases that can go on after an error leave their messages.
#pragma once

#include <mutex>
#include <vector>

#include "diag/diagnostic.h"

namespace weft::diag {

/// Collects diagnostics from any thread. take() gives them sorted by place, so that what is printed
/// does not depend on threads.
class Sink {
 public:
  void report(Diagnostic diagnostic);
  bool has_errors() const;
  size_t error_count() const;
  /// All so far, errors and warnings, in order of source and offset; the sink is empty afterwards.
  std::vector<Diagnostic> take();
  /// As take(), but in order of the sources' paths: for phases that add sources from several
  /// threads, where ids depend on timing.
  std::vector<Diagnostic> take(const Sources& sources);

 private:
  mutable std::mutex mutex_;
  std::vector<Diagnostic> diagnostics_;
  size_t errors_ = 0;
};

}  // namespace weft::diag
