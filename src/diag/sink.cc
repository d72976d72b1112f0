#include "diag/sink.h"

#include <algorithm>
#include <tuple>

namespace weft::diag {
namespace {

auto order_within(const Diagnostic& d) {
  return std::tie(d.span.begin, d.span.end, d.code, d.message);
}

}  // namespace

void Sink::report(Diagnostic diagnostic) {
  std::lock_guard lock(mutex_);
  if (diagnostic.severity() == Severity::Error)
    ++errors_;
  diagnostics_.push_back(std::move(diagnostic));
}

bool Sink::has_errors() const { return error_count() > 0; }

size_t Sink::error_count() const {
  std::lock_guard lock(mutex_);
  return errors_;
}

std::vector<Diagnostic> Sink::take() {
  std::vector<Diagnostic> taken;
  {
    std::lock_guard lock(mutex_);
    taken.swap(diagnostics_);
    errors_ = 0;
  }
  std::stable_sort(taken.begin(), taken.end(), [](const Diagnostic& a, const Diagnostic& b) {
    if (a.span.source != b.span.source)
      return a.span.source < b.span.source;
    return order_within(a) < order_within(b);
  });
  return taken;
}

std::vector<Diagnostic> Sink::take(const Sources& sources) {
  std::vector<Diagnostic> taken = take();
  auto path = [&](const Diagnostic& d) -> std::string_view {
    return d.span.valid() ? std::string_view(sources.get(d.span.source).path) : std::string_view();
  };
  std::stable_sort(taken.begin(), taken.end(), [&](const Diagnostic& a, const Diagnostic& b) {
    if (a.span.valid() != b.span.valid())
      return a.span.valid();
    std::string_view left = path(a), right = path(b);
    return left != right ? left < right : order_within(a) < order_within(b);
  });
  return taken;
}

}  // namespace weft::diag
