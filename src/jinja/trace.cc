#include "jinja/trace.h"

#include <string>

#include "jinja/ops.h"

namespace weft::jinja {

void free_trace(Trace* trace) { delete trace; }

const CallRecord* RecordPool::find_or_add(const CallRecord* outer, diag::Span call_span,
                                          std::string_view macro) {
  // Loops call a few macros in turn; one that calls more only makes more records.
  constexpr int kLooks = 8;
  const CallRecord*& newest = outer ? outer->newest : newest_;
  int looks = 0;
  for (const CallRecord* at = newest; at && looks < kLooks; at = at->previous, ++looks) {
    if (at->call_span == call_span && at->macro == macro) {
      return at;
    }
  }
  CallRecord& record = records_.emplace_back();
  record.outer = outer;
  record.call_span = call_span;
  record.macro = macro;
  record.previous = newest;
  newest = &record;
  return &record;
}

}  // namespace weft::jinja
