#include "docs/compact_json.h"

#include <cmath>

#include "base/json.h"
#include "base/strings.h"

namespace weft::docs {
namespace {

std::string repaired(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto bad = base::find_invalid_utf8(text);
    out += text.substr(0, bad.value_or(text.size()));
    if (!bad)
      break;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(*bad + 1);
  }
  return out;
}

}  // namespace

void CompactJson::separate() {
  if (need_comma_)
    out_ += ',';
  need_comma_ = true;
}

void CompactJson::open(char bracket) {
  separate();
  out_ += bracket;
  need_comma_ = false;
}

void CompactJson::close(char bracket) {
  out_ += bracket;
  need_comma_ = true;
}

void CompactJson::key(std::string_view name) {
  text(name);
  out_ += ':';
  need_comma_ = false;
}

void CompactJson::text(std::string_view value) {
  separate();
  if (base::find_invalid_utf8(value)) {
    base::append_json_string(out_, repaired(value));
  } else {
    base::append_json_string(out_, value);
  }
}

void CompactJson::number(int64_t value) {
  separate();
  out_ += std::to_string(value);
}

void CompactJson::real(double value) {
  separate();
  out_ += std::isfinite(value) ? base::format_float(value) : "0";
}

void CompactJson::null() { raw("null"); }

void CompactJson::raw(std::string_view json) {
  separate();
  out_ += json;
}

}  // namespace weft::docs
