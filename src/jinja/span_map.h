// SpanMap: from each byte of rendered text to the template text that made it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "diag/diagnostic.h"
#include "diag/source.h"

namespace weft::jinja {

/// A macro call that led to a piece of output; a linked chain towards the outermost template.
struct CallFrame {
  const CallFrame* outer = nullptr;
  /// The call in the calling template.
  diag::Span call_span;
  /// Name of the macro that was called.
  std::string macro;
};

struct SpanPiece {
  /// First output byte of the piece; it ends where the next begins.
  uint32_t begin = 0;
  /// The literal text or the expression that made it.
  diag::Span origin;
  /// True when output byte begin + i is template byte origin.begin + i.
  bool is_verbatim = false;
  /// Null outside of macros; owned by the map.
  const CallFrame* frame = nullptr;
};

/// Pieces in order of the output, without gaps.
class SpanMap {
 public:
  std::vector<SpanPiece> pieces;
  /// Keeps the frames of the pieces alive; empty when there are none.
  std::vector<std::shared_ptr<const void>> owners;

  /// The piece that holds the byte; null for an empty map.
  const SpanPiece* find(uint32_t offset) const;
  /// The smallest template span that stands for output [begin, end), in the outermost template when
  /// `outermost`, else in the innermost macro.
  diag::Span origin(uint32_t begin, uint32_t end, bool outermost) const;
  /// From the innermost macro outwards.
  std::vector<diag::TrailStep> trail(uint32_t offset) const;
  /// Appends `other` as the map of text that follows at output byte `at`.
  void append(const SpanMap& other, uint32_t at);
  /// Must be called before pieces of `other` are copied into this map one by one.
  void keep_frames_of(const SpanMap& other);
};

}  // namespace weft::jinja
