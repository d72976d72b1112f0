// Output: one buffer for everything, with a piece of trace for each write. Captured text is cut off
// the end of the buffer again.
#include <charconv>
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
  // A loop calls the same macro from the same place again and again: one record says it all.
  const CallRecord* last = records_->last();
  if (last && last->outer == outer && last->macro.data() == macro.data() &&
      last->call_span.source == call_span.source && last->call_span.begin == call_span.begin &&
      last->call_span.end == call_span.end) {
    place.record = last;
    return;
  }
  CallRecord* record = records_->add();
  record->outer = outer;
  record->call_span = call_span;
  record->macro = macro;
  place.record = record;
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

void Machine::note_piece(const Activation& activation, size_t begin, CodeSpan span,
                         bool is_verbatim) {
  const TemplateCode& owner = *activation.function->owner;
  Piece piece;
  piece.begin = static_cast<uint32_t>(begin);
  piece.from = owner.base + span.begin;
  piece.to = owner.base + span.end;
  piece.source = owner.source.value << 1 | (is_verbatim ? 1u : 0u);
  piece.record = activation.record || !activation.outer
                     ? activation.record
                     : record_of(const_cast<Activation&>(activation));
  pieces_.push_back(piece);
}

void Machine::emit_text(const Activation& activation, const TextRef& text) {
  size_t begin = out_.size();
  if (is_native_ && captures_.empty() && !activation.outer) {
    note_native(Value::string(text.text));
  }
  out_.append(text.text);
  CodeSpan span{text.begin, text.begin + static_cast<uint32_t>(text.text.size())};
  note_piece(activation, begin, span, text.is_verbatim);
}

void Machine::emit_value(Activation& activation, const Value& value, EscapeMode mode) {
  if (is_native_ && captures_.empty() && !activation.outer) {
    note_native(value);
  }
  constexpr size_t kLarge = 65536;
  if (value.is_string() && value.as_string().size() > kLarge) {
    charge_bytes(value.as_string().size());
  }
  size_t begin = out_.size();
  bool escapes = escapes_now(activation, mode);
  if (value.kind() == Kind::Int) {
    char digits[24];
    auto end = std::to_chars(digits, digits + sizeof digits, value.as_int()).ptr;
    out_.append(digits, static_cast<size_t>(end - digits));
  } else if (value.kind() == Kind::Markup || (value.kind() == Kind::String && !escapes)) {
    out_.append(value.as_string());
    if (const Trace* trace = trace_of(value)) {
      append_trace(*trace, begin);
      return;
    }
  } else if (escapes) {
    append_escaped(interpreter_, value, out_);
  } else {
    append_str(interpreter_, value, out_);
  }
  if (out_.size() > begin) {
    size_t at = static_cast<size_t>(activation.at - activation.function->code.data());
    note_piece(activation, begin, activation.function->spans[at], false);
  }
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
  for (const Piece& piece : trace.pieces) {
    pieces_.push_back(piece);
    pieces_.back().begin += static_cast<uint32_t>(begin);
  }
}

void Machine::drop_text(size_t text, size_t pieces) {
  out_.resize(text);
  pieces_.resize(pieces);
}

Value Machine::take_text(const Capture& from, bool is_markup) {
  // Short strings lie in their handle and have no room for a trace.
  constexpr size_t kShort = 14;
  check_parts(from);
  size_t size = out_.size() - from.text;
  std::string_view written(out_.data() + from.text, size);
  Value value;
  if (size <= kShort) {
    value = is_markup ? Value::markup(written) : Value::string(written);
  } else {
    check_size();
    auto trace = std::make_unique<Trace>(records_);
    trace->pieces.assign(pieces_.begin() + static_cast<ptrdiff_t>(from.pieces), pieces_.end());
    for (Piece& piece : trace->pieces) {
      piece.begin -= static_cast<uint32_t>(from.text);
    }
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
