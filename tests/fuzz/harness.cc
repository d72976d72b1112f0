#include "fuzz/harness.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "jinja/text.h"

namespace weft::fuzz {
namespace {

using jinja::Value;

/// The size of the UTF-8 sequence at `at`, or 0 when there is none.
size_t sequence_size(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(at);
  size_t size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (size == 0 || first > 0xf4 || at + size > text.size()) {
    return 0;
  }
  for (size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) {
      return 0;
    }
  }
  if (size == 1) {
    return 1;
  }
  unsigned char second = byte(at + 1);
  bool is_bad = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return is_bad ? 0 : size;
}

std::optional<std::string> load(std::string_view name, const std::string& itself) {
  if (name == "base") {
    return "<{% block head %}h{{ n }}{% endblock %}|{% for i in [1, 2] %}{% block cell scoped %}"
           "{{ i }}{% endblock %}{% endfor %}>\n";
  }
  if (name == "lib") {
    return "{% set version = 7 %}{% macro hi(who, mark='!') %}hi {{ who ~ mark }}{{ caller() if "
           "caller }}{% endmacro %}{% macro wrap() %}<{{ caller(1) }}>{% endmacro %}";
  }
  if (name == "part") {
    return "part {{ n }}{{ local|default('-') }}";
  }
  return name == "self" ? std::optional<std::string>(itself) : std::nullopt;
}

}  // namespace

Input read_input(const uint8_t* data, size_t size) {
  Input input;
  input.flags = size > 0 ? data[0] : 0;
  input.kinds = size > 1 ? data[1] : 0;
  std::string_view text;
  if (size > 2) {
    text = {reinterpret_cast<const char*>(data) + 2, size - 2};
  }
  for (size_t at = 0; at < text.size();) {
    size_t taken = sequence_size(text, at);
    input.text += taken == 0 ? std::string_view("?") : text.substr(at, taken);
    at += taken == 0 ? 1 : taken;
  }
  return input;
}

jinja::Options options_of(const Input& input) {
  jinja::Options options;
  options.trim_blocks = (input.flags & 1) != 0;
  options.lstrip_blocks = (input.flags & 2) != 0;
  options.keep_trailing_newline = (input.flags & 4) != 0;
  options.autoescape = (input.flags & 8) != 0;
  options.sandboxed = (input.flags & 16) != 0;
  if ((input.flags & 32) != 0) {
    options.line_statement_prefix = "%";
    options.line_comment_prefix = "##";
  }
  options.macro_annotations = (input.kinds & 8) != 0;
  options.undefined = static_cast<jinja::UndefinedKind>(input.kinds & 3);
  options.budget.steps = 20'000;
  options.budget.depth = 60;
  options.budget.bytes = 1 << 20;
  options.budget.time = std::chrono::milliseconds(2000);
  options.loader = [text = input.text](std::string_view name) { return load(name, text); };
  return options;
}

FuzzNames::FuzzNames() {
  Value row = Value::dict();
  row.set_item("name", Value::string("ann"));
  row.set_item("qty", Value::integer(3));
  Value table = Value::dict();
  table.set_item("alpha", Value::integer(1));
  table.set_item(Value::integer(2), Value::none());
  values_ = {
      {"n", Value::integer(7)},
      {"f", Value::floating(2.5)},
      {"big", Value::big_integer("123456789012345678901234567890")},
      {"dec", Value::decimal("1.10")},
      {"s", Value::string("Hello wörld")},
      {"html", Value::string("<p>a &amp; b</p>")},
      {"safe", Value::markup("<b>x</b>")},
      {"flag", Value::boolean(true)},
      {"nums", Value::list({Value::integer(3), Value::integer(1), Value::floating(2)})},
      {"rows", Value::list({row, row})},
      {"table", table},
      {"pair", Value::tuple({Value::string("a"), Value::integer(1)})},
      {"group", Value::set({Value::integer(1), Value::string("b")})},
      {"day", Value::date({2024, 2, 29})},
      {"stamp", Value::date_time({{2023, 12, 31}, {23, 59, 58, 250000}, std::nullopt, ""})},
      {"delta", Value::time_delta({-1, 3600'000'000})},
  };
}

std::optional<Value> FuzzNames::lookup(jinja::Interpreter&, std::string_view name) {
  for (const auto& [known, value] : values_) {
    if (known == name) {
      return value;
    }
  }
  return std::nullopt;
}

Setup::Setup(const Input& input) : environment(options_of(input), sources) {}

Setup& shared_setup(const Input& input) {
  // Texts pile up in a setup, so it is made anew now and then.
  constexpr int kMostUses = 500;
  struct Shared {
    std::unique_ptr<Setup> setup;
    int uses = 0;
  };
  static std::map<std::pair<uint8_t, uint8_t>, Shared> all;
  Shared& shared = all[{input.flags, input.kinds}];
  if (!shared.setup || ++shared.uses > kMostUses) {
    Input without_text = input;
    without_text.text.clear();
    shared.setup = std::make_unique<Setup>(without_text);
    shared.uses = 0;
  }
  return *shared.setup;
}

void report(std::string_view what, std::string_view detail) {
  std::fprintf(stderr, "fuzz: %.*s\n%.*s\n", static_cast<int>(what.size()), what.data(),
               static_cast<int>(detail.size()), detail.data());
  std::abort();
}

void check_error(const jinja::Error& error) {
  if (error.type.empty() || error.type == "InternalError") {
    report("an error of the engine itself", error.message);
  }
  jinja::to_diagnostic(error);
}

void check_spans(const jinja::Rendered& rendered, const diag::Sources& sources) {
  const auto& pieces = rendered.spans.pieces;
  if (!rendered.text.empty() && (pieces.empty() || pieces.front().begin != 0)) {
    report("the span map does not begin with the text", rendered.text);
  }
  for (size_t i = 0; i < pieces.size(); ++i) {
    size_t end = i + 1 < pieces.size() ? pieces[i + 1].begin : rendered.text.size();
    if (pieces[i].begin > end || end > rendered.text.size()) {
      report("pieces of the span map are out of order", rendered.text);
    }
    std::string_view source = sources.get(pieces[i].origin.source).text;
    if (pieces[i].origin.begin > pieces[i].origin.end || pieces[i].origin.end > source.size()) {
      report("a piece of the span map lies outside of its template", rendered.text);
    }
    std::string_view made =
        std::string_view(rendered.text).substr(pieces[i].begin, end - pieces[i].begin);
    if (pieces[i].is_verbatim && source.substr(pieces[i].origin.begin, made.size()) != made) {
      report("a verbatim piece differs from its template", made);
    }
  }
}

}  // namespace weft::fuzz
