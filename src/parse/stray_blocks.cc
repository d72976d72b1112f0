// Blocks of macro files that are neither macros nor materializations nor tests.
#include <fmt/format.h>

#include "base/parallel.h"
#include "base/strings.h"
#include "jinja/blocks.h"
#include "parse/checks.h"

namespace weft::parse {
namespace {

/// "set" of `{%- set x = 1 %}`; empty when the text is no block tag.
std::string_view block_word(std::string_view text) {
  if (!base::starts_with(text, "{%"))
    return {};
  text.remove_prefix(2);
  if (!text.empty() && (text.front() == '-' || text.front() == '+'))
    text.remove_prefix(1);
  text = base::trim(text);
  return text.substr(0, text.find_first_of(" \t\r\n%-("));
}

void report_stray(State& state, const ProjectFile& file, diag::Span span, std::string_view word) {
  diag::Diagnostic d;
  d.code = diag::Code::UnexpectedJinjaBlock;
  d.message = fmt::format("the block `{}` stands outside of a macro and does nothing", word);
  d.span = span;
  d.hint = "move it into a macro, or remove it";
  std::string legacy = fmt::format("Found unexpected '{}' block tag.", word);
  d.event_data.set("msg", base::Data(legacy));
  d.event_data.set("file", base::Data(file.original_file_path));
  d.legacy_text = fmt::format("{} in file `{}`", legacy, file.original_file_path);
  state.report(std::move(d));
}

}  // namespace

void report_stray_blocks(State& state) {
  static const std::vector<std::string> kWords = {"macro", "materialization", "test", "data_test"};
  base::parallel_for(state.files.size(), state.input.threads, [&](size_t, size_t i) {
    const ProjectFile& file = state.files[i];
    if (file.kind != FileKind::Macro && file.kind != FileKind::GenericTest)
      return;
    auto found = jinja::find_blocks(file.source, state.input.sources, kWords);
    const auto* blocks = std::get_if<jinja::FoundBlocks>(&found);
    // Errors of the file were reported when its macros were compiled.
    if (blocks == nullptr)
      return;
    std::string_view text = state.input.sources.get(file.source).text;
    for (diag::Span span : blocks->strays) {
      std::string_view word = block_word(text.substr(span.begin, span.end - span.begin));
      if (!word.empty())
        report_stray(state, file, span, word);
    }
  });
}

}  // namespace weft::parse
