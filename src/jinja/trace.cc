#include "jinja/trace.h"

#include <string>

#include "jinja/ops.h"

namespace weft::jinja {
namespace {

std::shared_ptr<const CallFrame> frame_of(const CallRecord* record) {
  // Outermost first, without recursion: chains are as long as macros nest.
  std::vector<const CallRecord*> missing;
  for (; record && !record->frame; record = record->outer) {
    missing.push_back(record);
  }
  std::shared_ptr<const CallFrame> frame = record ? record->frame : nullptr;
  for (size_t i = missing.size(); i-- > 0;) {
    auto next = std::make_shared<CallFrame>();
    next->outer = std::move(frame);
    next->call_span = missing[i]->call_span;
    next->macro = std::string(missing[i]->macro);
    missing[i]->frame = next;
    frame = std::move(next);
  }
  return frame;
}

}  // namespace

void free_trace(Trace* trace) { delete trace; }

SpanMap to_span_map(const std::vector<Piece>& pieces) {
  SpanMap map;
  map.pieces.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    SpanPiece& added = map.pieces.emplace_back();
    added.begin = piece.begin;
    added.origin.source = diag::SourceId(piece.source >> 1);
    added.origin.begin = piece.from;
    added.origin.end = piece.to;
    added.is_verbatim = (piece.source & 1) != 0;
    if (piece.record) {
      added.frame = piece.record->frame ? piece.record->frame : frame_of(piece.record);
    }
  }
  return map;
}

}  // namespace weft::jinja
