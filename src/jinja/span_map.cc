#include "jinja/span_map.h"

#include <algorithm>

namespace weft::jinja {
namespace {

/// Where a piece stands in the outermost template: the piece itself, or its outermost call.
diag::Span outermost_span(const SpanPiece& piece, diag::Span own) {
  const CallFrame* frame = piece.frame;
  if (!frame) {
    return own;
  }
  while (frame->outer) {
    frame = frame->outer;
  }
  return frame->call_span;
}

diag::Span join(diag::Span a, diag::Span b) {
  if (!a.valid() || !(a.source == b.source)) {
    return a.valid() ? a : b;
  }
  a.begin = std::min(a.begin, b.begin);
  a.end = std::max(a.end, b.end);
  return a;
}

}  // namespace

const SpanPiece* SpanMap::find(uint32_t offset) const {
  auto after =
      std::upper_bound(pieces.begin(), pieces.end(), offset,
                       [](uint32_t at, const SpanPiece& piece) { return at < piece.begin; });
  if (after == pieces.begin()) {
    return pieces.empty() ? nullptr : &pieces.front();
  }
  return &*(after - 1);
}

diag::Span SpanMap::origin(uint32_t begin, uint32_t end, bool outermost) const {
  const SpanPiece* first = find(begin);
  if (!first) {
    return {};
  }
  diag::Span span;
  for (const SpanPiece* piece = first; piece != pieces.data() + pieces.size(); ++piece) {
    if (piece != first && piece->begin >= std::max(end, begin + 1)) {
      break;
    }
    diag::Span own = piece->origin;
    if (piece->is_verbatim) {
      uint32_t size = own.end - own.begin;
      uint32_t from = begin > piece->begin ? std::min(begin - piece->begin, size) : 0;
      uint32_t to = end > piece->begin ? std::min(end - piece->begin, size) : 0;
      own = {own.source, own.begin + from, own.begin + std::max(from, to)};
    }
    span = join(span, outermost ? outermost_span(*piece, own) : own);
  }
  return span;
}

std::vector<diag::TrailStep> SpanMap::trail(uint32_t offset) const {
  std::vector<diag::TrailStep> steps;
  const SpanPiece* piece = find(offset);
  for (const CallFrame* frame = piece ? piece->frame : nullptr; frame; frame = frame->outer) {
    steps.push_back({frame->call_span, "macro `" + frame->macro + "`"});
  }
  return steps;
}

void SpanMap::append(const SpanMap& other, uint32_t at) {
  keep_frames_of(other);
  pieces.reserve(pieces.size() + other.pieces.size());
  for (const SpanPiece& piece : other.pieces) {
    pieces.push_back(piece);
    pieces.back().begin += at;
  }
}

void SpanMap::keep_frames_of(const SpanMap& other) {
  for (const std::shared_ptr<const void>& owner : other.owners) {
    if (std::find(owners.begin(), owners.end(), owner) == owners.end()) {
      owners.push_back(owner);
    }
  }
}

}  // namespace weft::jinja
