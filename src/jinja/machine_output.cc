// Output: one buffer for everything, with a piece of trace for each write. Captured text is cut off
// the end of the buffer again.
#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "jinja/cells.h"
#include "jinja/machine.h"

namespace weft::jinja {

void Machine::make_record(Activation& place) {
  const CallRecord* outer = place.outer ? place.outer->record : nullptr;
  Function::Kind kind = place.function->kind;
  if (kind != Function::Kind::Macro && kind != Function::Kind::Caller) {
    place.record = outer;
    return;
  }
  diag::Span call_span = place.outer ? span_of(*place.outer) : span_of(place);
  std::string_view macro = kind == Function::Kind::Caller
                               ? std::string_view("caller")
                               : place.function->owner->name_text(place.function->name);
  if (!records_) {
    records_ = std::make_shared<RecordPool>();
  }
  place.record = records_->find_or_add(outer, call_span, macro);
}

const CallRecord* Machine::record_of(Activation& activation) {
  // Calls that have written nothing yet have no record; theirs and those around them are made now.
  bool is_outer_ready = !activation.outer || activation.outer->record || !activation.outer->outer;
  if (is_outer_ready) {
    make_record(activation);
    return activation.record;
  }
  std::vector<Activation*> missing;
  for (Activation* place = &activation; place && !place->record; place = place->outer) {
    missing.push_back(place);
  }
  for (size_t i = missing.size(); i-- > 0;) {
    make_record(*missing[i]);
  }
  return activation.record;
}

void Machine::note_piece(const Activation& activation, size_t begin, diag::Span origin,
                         bool is_verbatim) {
  if (!activation.record && activation.outer) {
    record_of(const_cast<Activation&>(activation));
  }
  pieces_.append({static_cast<uint32_t>(begin), origin, is_verbatim, activation.record});
}

namespace {

/// What short values have room for without a look at their size: 20 bytes are the longest number.
constexpr size_t kShortWrite = 24;

}  // namespace

// Most of what is written is short, and nothing has to be looked up or grown for it. That is done
// in emit_text and emit_value, which call nothing but, at their ends, what does the rest.
void Machine::emit_text(const Activation& activation, const TextRef& text) {
  size_t size = text.text.size();
  if (size > TextRef::kHead || !is_ready(activation) || !out_.has_room(TextRef::kHead)) {
    emit_any_text(activation, text);
    return;
  }
  size_t begin = out_.size();
  add_piece(activation, begin, text.origin, text.is_verbatim);
  std::memcpy(out_.room(), text.text.data(), TextRef::kHead);
  out_.take(size);
}

void Machine::emit_value(Activation& activation, const Value& value, EscapeMode mode) {
  if (!is_ready(activation) || !out_.has_room(kShortWrite)) {
    emit_any_value(activation, value, mode);
    return;
  }
  size_t begin = out_.size();
  size_t size = 0;
  if (value.kind() == Kind::Int && static_cast<uint64_t>(value.as_int()) < kShortNumbers) {
    ShortText digits = short_digits(value.as_int());
    std::memcpy(out_.room(), &digits.text, sizeof digits.text);
    size = digits.size;
  } else if (ValueAccess::is_inline(value) &&
             (value.kind() == Kind::Markup || !escapes_now(activation, mode))) {
    // The whole handle, of which the text is the begin.
    std::memcpy(out_.room(), &value, sizeof value);
    size = ValueAccess::inline_size(value);
  } else {
    emit_any_value(activation, value, mode);
    return;
  }
  if (size != 0) {
    add_piece(activation, begin, span_of(activation), false);
    out_.take(size);
  }
}

void Machine::emit_any_text(const Activation& activation, const TextRef& text) {
  size_t begin = out_.size();
  if (is_native_ && captures_.empty() && !activation.outer) {
    note_native(Value::string(text.text));
  }
  out_.append(text.text.data(), text.text.size());
  note_piece(activation, begin, text.origin, text.is_verbatim);
}

void Machine::emit_any_value(Activation& activation, const Value& value, EscapeMode mode) {
  if (is_native_ && captures_.empty() && !activation.outer) {
    note_native(value);
  }
  size_t begin = out_.size();
  bool escapes = escapes_now(activation, mode);
  if (value.is_string()) {
    bool has_trace = emit_string(value, escapes && value.kind() == Kind::String);
    if (has_trace) {
      return;
    }
  } else {
    // Not into the output itself: objects may run code that writes there.
    std::string text;
    if (escapes) {
      append_escaped(interpreter_, value, text);
    } else {
      append_str(interpreter_, value, text);
    }
    out_.append(text.data(), text.size());
  }
  if (out_.size() > begin) {
    note_piece(activation, begin, span_of(activation), false);
  }
}

bool Machine::emit_string(const Value& value, bool escapes) {
  constexpr size_t kLarge = 65536;
  std::string_view text = value.as_string();
  if (text.size() > kLarge) {
    charge_bytes(text.size());
  }
  if (escapes) {
    std::string escaped;
    append_escaped(interpreter_, value, escaped);
    out_.append(escaped.data(), escaped.size());
    return false;
  }
  size_t begin = out_.size();
  out_.append(text.data(), text.size());
  const Trace* trace = ValueAccess::has_cell(value) ? trace_of(value) : nullptr;
  if (trace) {
    append_trace(*trace, begin);
  }
  return trace != nullptr;
}

void Machine::emit_unchanged(Activation& activation, const Value& value) {
  if (value.is_string()) {
    emit_value(activation, value, EscapeMode::Off);
  } else {
    bad_parts_.emplace_back(pieces_.size(), value.type_name());
  }
}

void Machine::check_parts(const Capture& from) {
  if (bad_parts_.size() > from.bad_parts) {
    auto [pieces, type] = std::move(bad_parts_[from.bad_parts]);
    bad_parts_.clear();
    raise("TypeError", fmt::format("sequence item {}: expected str instance, {} found",
                                   pieces - from.pieces, type));
  }
}

void Machine::append_trace(const Trace& trace, size_t begin) {
  for (SpanPiece piece : trace.pieces) {
    piece.begin += static_cast<uint32_t>(begin);
    pieces_.append(piece);
  }
  for (const auto& pool : trace.pools) {
    bool is_known = pool == records_ || std::find(foreign_records_.begin(), foreign_records_.end(),
                                                  pool) != foreign_records_.end();
    if (!is_known) {
      foreign_records_.push_back(pool);
    }
  }
}

std::vector<SpanPiece> Machine::pieces_since(const Capture& from) const {
  std::vector<SpanPiece> own(pieces_.begin() + from.pieces, pieces_.end());
  if (from.text != 0) {
    for (SpanPiece& piece : own) {
      piece.begin -= static_cast<uint32_t>(from.text);
    }
  }
  return own;
}

std::vector<std::shared_ptr<const RecordPool>> Machine::record_pools() const {
  std::vector<std::shared_ptr<const RecordPool>> pools(foreign_records_);
  if (records_) {
    pools.push_back(records_);
  }
  return pools;
}

void Machine::drop_text(size_t text, size_t pieces) {
  out_.cut(text);
  pieces_.cut(pieces);
}

Value Machine::take_text(const Capture& from, bool is_markup) {
  // Short strings lie in their handle and have no room for a trace.
  constexpr size_t kShort = 14;
  check_parts(from);
  std::string_view written = written_since(from.text);
  Value value;
  if (written.size() <= kShort) {
    value = is_markup ? Value::markup(written) : Value::string(written);
  } else {
    check_size();
    auto trace = std::make_unique<Trace>();
    trace->pieces = pieces_since(from);
    trace->pools = record_pools();
    value = string_with_trace(std::string(written), is_markup, trace.release());
  }
  drop_text(from.text, from.pieces);
  return value;
}

Value Machine::end_capture(bool is_markup) {
  Capture capture = captures_.back();
  captures_.pop_back();
  return take_text(capture, is_markup);
}

void Machine::note_native(const Value& value) {
  if (native_count_++ == 0) {
    native_value_ = value;
  }
}

}  // namespace weft::jinja
