#include "fuzz/harness.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <utility>

#include "jinja/text.h"

/// Most of an execution would else go to stacks that are noted for each allocation, and to the
/// caches that freed memory is kept out of for too long.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "malloc_context_size=6:quarantine_size_mb=8";
}

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

std::optional<std::string> load(std::string_view name) {
  if (name == "base") {
    return "<{% block head %}h{{ n }}{% endblock %}|{% for i in [1, 2] %}{% block cell scoped %}"
           "{{ i }}{% endblock %}{% endfor %}>\n";
  }
  if (name == "lib") {
    return "{% set version = 7 %}{% macro hi(who, mark='!') %}hi {{ who ~ mark }}{{ caller() if "
           "caller }}{% endmacro %}{% macro wrap() %}<{{ caller(1) }}>{% endmacro %}";
  }
  return name == "part" ? std::optional<std::string>("part {{ n }}{{ local|default('-') }}")
                        : std::nullopt;
}

Value row() {
  Value row = Value::dict();
  row.set_item("name", Value::string("ann"));
  row.set_item("qty", Value::integer(3));
  return row;
}

Value table() {
  Value table = Value::dict();
  table.set_item("alpha", Value::integer(1));
  table.set_item(Value::integer(2), Value::none());
  return table;
}

using MakeValue = Value (*)();
constexpr std::pair<std::string_view, MakeValue> kValues[] = {
    {"n", [] { return Value::integer(7); }},
    {"f", [] { return Value::floating(2.5); }},
    {"big", [] { return Value::big_integer("123456789012345678901234567890"); }},
    {"dec", [] { return Value::decimal("1.10"); }},
    {"s", [] { return Value::string("Hello wörld"); }},
    {"html", [] { return Value::string("<p>a &amp; b</p>"); }},
    {"safe", [] { return Value::markup("<b>x</b>"); }},
    {"flag", [] { return Value::boolean(true); }},
    {"nums",
     [] {
       return Value::list({Value::integer(3), Value::integer(1), Value::floating(2)});
     }},
    {"rows",
     [] {
       Value shared = row();
       return Value::list({shared, shared});
     }},
    {"table", table},
    {"pair",
     [] {
       return Value::tuple({Value::string("a"), Value::integer(1)});
     }},
    {"group",
     [] {
       return Value::set({Value::integer(1), Value::string("b")});
     }},
    {"day",
     [] {
       return Value::date({2024, 2, 29});
     }},
    {"stamp",
     [] {
       return Value::date_time({{2023, 12, 31}, {23, 59, 58, 250000}, std::nullopt, ""});
     }},
    {"delta",
     [] {
       return Value::time_delta({-1, 3600'000'000});
     }},
};

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

jinja::Options options_of(const Input& input,
                          std::function<std::optional<std::string>(std::string_view)> load_own) {
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
  // Far more than the steps take, so that a busy machine ends no render.
  options.budget.time = std::chrono::seconds(60);
  options.loader = [load_own = std::move(load_own)](std::string_view name) {
    std::optional<std::string> shared = load(name);
    return shared ? shared : load_own(name);
  };
  return options;
}

std::optional<Value> FuzzNames::lookup(jinja::Interpreter&, std::string_view name) {
  for (const auto& [known, value] : values_) {
    if (known == name) {
      return value;
    }
  }
  for (const auto& [known, make] : kValues) {
    if (known == name) {
      return values_.emplace_back(known, make()).second;
    }
  }
  return std::nullopt;
}

Setup::Setup(const Input& input)
    : environment(options_of(input,
                             [this](std::string_view name) {
                               bool is_own = name == "self" || name == own_name();
                               return is_own ? std::optional(text) : std::nullopt;
                             }),
                  sources),
      interpreter(environment) {}

Setup& shared_setup(const Input& input) {
  // Texts pile up in a setup, so it is made anew now and then; an input that asks for itself gets
  // one of its own.
  constexpr int kMostUses = 500;
  static std::map<std::pair<uint8_t, uint8_t>, std::unique_ptr<Setup>> all;
  // The bits that options_of looks at.
  constexpr uint8_t kFlags = 63, kKinds = 11;
  std::unique_ptr<Setup>& setup = all[{input.flags & kFlags, input.kinds & kKinds}];
  bool is_alone = input.text.find("self") != std::string::npos;
  if (!setup || is_alone || ++setup->uses > kMostUses) {
    setup = std::make_unique<Setup>(input);
  }
  setup->text = input.text;
  if (is_alone) {
    setup->uses = kMostUses;
  }
  return *setup;
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
