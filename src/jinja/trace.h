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

/// A macro call that wrote something.
struct CallRecord {
  const CallRecord* outer = nullptr;
  diag::Span call_span;
  std::string_view macro;
  /// The same as SpanMap has it, once it is asked for.
  mutable std::shared_ptr<const CallFrame> frame;
};

/// Records of one render; kept as long as a string of it has a trace.
class RecordPool {
 public:
  void retain() { ++references_; }
  void release() {
    if (--references_ == 0) {
      delete this;
    }
  }
  CallRecord* add() { return &records_.emplace_back(); }
  /// The newest record, or null.
  const CallRecord* last() const { return records_.empty() ? nullptr : &records_.back(); }

 private:
  uint32_t references_ = 0;
  std::deque<CallRecord> records_;
};

/// A piece of output that begins at byte `begin` and ends where the next begins.
struct Piece {
  uint32_t begin = 0;
  uint32_t from = 0;
  uint32_t to = 0;
  /// Source id times two, plus one when the bytes are those of the source.
  uint32_t source = 0;
  const CallRecord* record = nullptr;
};

struct Trace {
  explicit Trace(RecordPool* owner) : pool(owner) { pool->retain(); }
  ~Trace() { pool->release(); }
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  RecordPool* pool;
  std::vector<Piece> pieces;
};

/// Pieces as the hosts see them.
SpanMap to_span_map(const std::vector<Piece>& pieces);

}  // namespace weft::jinja
