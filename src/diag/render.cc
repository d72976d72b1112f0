#include "diag/render.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"
#include "diag/excerpt.h"

namespace weft::diag {
namespace {

struct Style {
  std::string_view start, end;
};

class TextRenderer {
 public:
  TextRenderer(const Sources& sources, const RenderOptions& options)
      : sources_(sources), options_(options) {}

  std::string render(const Diagnostic& d) {
    choose_gutter(d);
    headline(d);
    if (d.span.valid())
      excerpt(d.span, d.note, '^', d.severity() == Severity::Error ? kRed : kYellow);
    else if (!d.note.empty())
      tagged("note: ", d.note);
    for (const Label& label : d.labels) {
      if (label.span.valid())
        excerpt(label.span, label.text, '-', kBlue);
      else
        tagged("note: ", label.text);
    }
    if (d.database)
      database(d);
    for (const TrailStep& step : d.trail)
      trail_step(step);
    if (!d.hint.empty())
      tagged("hint: ", d.hint);
    return std::move(out_);
  }

 private:
  static constexpr Style kBold{"\x1b[1m", "\x1b[0m"};
  static constexpr Style kRed{"\x1b[1;31m", "\x1b[0m"};
  static constexpr Style kYellow{"\x1b[1;33m", "\x1b[0m"};
  static constexpr Style kBlue{"\x1b[1;34m", "\x1b[0m"};

  void put(Style style, std::string_view text) {
    if (options_.colors)
      out_ += style.start;
    out_ += text;
    if (options_.colors)
      out_ += style.end;
  }

  /// All excerpts of one message share the width of the line numbers.
  void choose_gutter(const Diagnostic& d) {
    auto widen = [&](Span span) {
      if (!span.valid())
        return;
      uint32_t line = sources_.get(span.source).place(span.begin).line;
      gutter_ = std::max(gutter_, fmt::formatted_size("{}", line));
    };
    widen(d.span);
    for (const Label& label : d.labels)
      widen(label.span);
  }

  void headline(const Diagnostic& d) {
    bool is_error = d.severity() == Severity::Error;
    put(is_error ? kRed : kYellow, fmt::format("{}[{}{:04}]", is_error ? "error" : "warning",
                                               is_error ? 'E' : 'W', static_cast<int>(d.code)));
    out_ += ": ";
    put(kBold, options_.only_first_line ? printable(first_line(d.message), false)
                                        : indented(d.message, 2));
    out_ += '\n';
  }

  static std::string_view first_line(std::string_view text) {
    text = base::trim(text);
    return text.substr(0, text.find('\n'));
  }

  std::string where(Span span) const {
    const SourceText& source = sources_.get(span.source);
    Place place = source.place(span.begin);
    return fmt::format("{}:{}:{}", printable(source.path, false), place.line, place.column);
  }

  void excerpt(Span span, std::string_view note, char mark, Style style) {
    const SourceText& source = sources_.get(span.source);
    out_ += fmt::format("  {}\n", where(span));
    Excerpt shown = make_excerpt(source, span, mark, options_.width);
    out_ += fmt::format("{:>{}} | {}", shown.line, gutter_, shown.text);
    out_.erase(out_.find_last_not_of(' ') + 1);
    out_ += fmt::format("\n{:>{}} | ", "", gutter_);
    size_t blanks = shown.marks.find_first_not_of(' ');
    out_.append(blanks, ' ');
    std::string marks = shown.marks.substr(blanks);
    if (!note.empty())
      marks += " " + indented(note, gutter_ + 3 + blanks + marks.size() + 1);
    put(style, marks);
    out_ += '\n';
  }

  void tagged(std::string_view tag, std::string_view text) {
    put(kBold, tag);
    out_ += indented(text, tag.size());
    out_ += '\n';
  }

  void database(const Diagnostic& d) {
    const DatabaseError& error = *d.database;
    if (!error.message.empty() && d.message.find(error.message) == std::string::npos)
      tagged("server: ", error.message);
    if (!error.sqlstate.empty())
      tagged("sqlstate: ", error.sqlstate);
    if (!error.detail.empty())
      tagged("detail: ", error.detail);
    if (!error.context.empty())
      tagged("context: ", error.context);
    if (!error.hint.empty() && error.hint != d.hint)
      tagged("server hint: ", error.hint);
  }

  void trail_step(const TrailStep& step) {
    out_ += "  in " + printable(step.text, false);
    if (step.span.valid())
      out_ += " at " + where(step.span);
    out_ += '\n';
  }

  /// Safe text whose further lines stand under the first.
  static std::string indented(std::string_view text, size_t indent) {
    while (base::ends_with(text, "\n"))
      text.remove_suffix(1);
    return base::replace_all(printable(text, true), "\n", "\n" + std::string(indent, ' '));
  }

  const Sources& sources_;
  const RenderOptions& options_;
  std::string out_;
  size_t gutter_ = 1;
};

void write_place(base::JsonWriter& json, Span span, const Sources& sources) {
  if (!span.valid()) {
    for (const char* key : {"file", "line", "column", "end_line", "end_column"}) {
      json.key(key);
      json.null();
    }
    return;
  }
  const SourceText& source = sources.get(span.source);
  Place begin = source.place(span.begin), end = source.place(std::max(span.begin, span.end));
  json.member("file", std::string_view(source.path));
  json.member("line", int64_t{begin.line});
  json.member("column", int64_t{begin.column});
  json.member("end_line", int64_t{end.line});
  json.member("end_column", int64_t{end.column});
}

template <typename Items>
void write_steps(base::JsonWriter& json, std::string_view key, const Items& items,
                 const Sources& sources) {
  json.key(key);
  json.begin_array();
  for (const auto& item : items) {
    json.begin_object();
    json.member("text", std::string_view(item.text));
    write_place(json, item.span, sources);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string render_text(const Diagnostic& diagnostic, const Sources& sources,
                        const RenderOptions& options) {
  return TextRenderer(sources, options).render(diagnostic);
}

std::string render_json(const Diagnostic& diagnostic, const Sources& sources) {
  std::string out;
  base::JsonWriter json(out);
  bool is_error = diagnostic.severity() == Severity::Error;
  json.begin_object();
  json.member("code", std::string_view(fmt::format("{}{:04}", is_error ? 'E' : 'W',
                                                   static_cast<int>(diagnostic.code))));
  json.member("name", code_info(diagnostic.code).name);
  json.member("severity", is_error ? "error" : "warning");
  json.member("message", std::string_view(diagnostic.message));
  write_place(json, diagnostic.span, sources);
  json.member("note", std::string_view(diagnostic.note));
  write_steps(json, "labels", diagnostic.labels, sources);
  json.member("hint", std::string_view(diagnostic.hint));
  write_steps(json, "trail", diagnostic.trail, sources);
  json.key("database");
  if (const auto& error = diagnostic.database) {
    json.begin_object();
    json.member("sqlstate", std::string_view(error->sqlstate));
    json.member("message", std::string_view(error->message));
    json.member("detail", std::string_view(error->detail));
    json.member("hint", std::string_view(error->hint));
    json.member("context", std::string_view(error->context));
    json.member("position", int64_t{error->position});
    json.end_object();
  } else {
    json.null();
  }
  json.end_object();
  return out;
}

}  // namespace weft::diag
