// Trace: where the bytes of an output buffer or of a string came from, in the virtual machine's
// form.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

#include "diag/source.h"
#include "jinja/span_map.h"

namespace weft::jinja {

/// A macro call that wrote something, as a part of the tree of all calls of a render. The same
/// macro called from the same place by the same call is one record, however often a loop does so.
struct CallRecord : CallFrame {
  /// The newest of the calls below this one, and the one before this among those of `outer`.
  mutable const CallRecord* newest = nullptr;
  const CallRecord* previous = nullptr;
};

/// Records of one render; shared by the strings and span maps that point at them. Only the render
/// adds to it, and what is there is not changed for its readers.
class RecordPool {
 public:
  /// The record of a call below `outer` (null: the outermost), made unless one of the newest there
  /// is the same.
  const CallRecord* find_or_add(const CallRecord* outer, diag::Span call_span,
                                std::string_view macro);

 private:
  std::deque<CallRecord> records_;
  const CallRecord* newest_ = nullptr;
};

struct Trace {
  std::vector<SpanPiece> pieces;
  /// Of the frames of the pieces.
  std::vector<std::shared_ptr<const RecordPool>> pools;
};

}  // namespace weft::jinja
