// {% docs name %} blocks of Markdown files.
#include <fmt/format.h>

#include "base/strings.h"
#include "jinja/blocks.h"
#include "jinja/interpreter.h"
#include "parse/state.h"

namespace weft::parse {
namespace {

constexpr std::string_view kOverview =
    "# Welcome\n\nThis is the documentation of your project: its models, tests, sources and how "
    "they "
    "depend on each other.\n\nWrite a docs block called `__overview__` in any Markdown file of the "
    "project to say here what it is about.\n";

class NoNames final : public jinja::Names {
 public:
  std::optional<jinja::Value> lookup(jinja::Interpreter&, std::string_view) override {
    return std::nullopt;
  }
};

/// The text of a block. Its Jinja knows no names: it is there to show Jinja, or to leave remarks.
std::string contents_of(State& state, diag::Span body) {
  std::string_view text = state.input.sources.get(body.source).text;
  text = text.substr(body.begin, body.end - body.begin);
  bool has_jinja = false;
  for (std::string_view mark : {"{{", "{%", "{#"})
    has_jinja = has_jinja || text.find(mark) != std::string_view::npos;
  if (!has_jinja)
    return std::string(base::trim(text));
  const jinja::Environment& jinja = *state.result->jinja;
  auto code = jinja.compile(body.source, "docs", body.begin, body.end);
  if (auto* error = std::get_if<jinja::Error>(&code)) {
    state.report(jinja::to_diagnostic(*error));
    return std::string(base::trim(text));
  }
  NoNames names;
  jinja::Interpreter interpreter(jinja);
  interpreter.set_undefined(jinja::UndefinedKind::Default);
  auto rendered = interpreter.render(*std::get<0>(code), names);
  if (auto* error = std::get_if<jinja::Error>(&rendered)) {
    state.report(jinja::to_diagnostic(*error));
    return std::string(base::trim(text));
  }
  return std::string(base::trim(std::get<jinja::Rendered>(rendered).text));
}

void add_doc(State& state, const ProjectFile& file, const jinja::Block& block) {
  manifest::DocBlock doc;
  doc.name = block.header;
  doc.package_name = state.project_of(file).name;
  doc.path = file.path;
  doc.original_file_path = file.original_file_path;
  doc.unique_id = fmt::format("doc.{}.{}", doc.package_name, doc.name);
  doc.block_contents = contents_of(state, block.body);
  std::string key = doc.package_name + "." + doc.name;
  if (auto found = state.docs.find(key); found != state.docs.end()) {
    const manifest::DocBlock& other = state.manifest().docs[found->second];
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::DuplicateResource;
    diagnostic.message =
        fmt::format("two docs blocks of package `{}` are called `{}`", doc.package_name, doc.name);
    diagnostic.span = block.span;
    diagnostic.note = fmt::format("the other one stands in {}", other.original_file_path);
    diagnostic.legacy_text = fmt::format(
        "Compilation Error\n  dbt found two docs with the name \"{}\".\n  \n  Since these "
        "resources "
        "have the same name, dbt will be unable to find the correct resource\n  when looking for "
        "doc(\"{}\").",
        doc.name, doc.name);
    state.report(std::move(diagnostic));
    return;
  }
  state.docs.emplace(std::move(key), state.manifest().docs.size());
  state.manifest().docs.push_back(std::move(doc));
}

}  // namespace

void load_docs(State& state) {
  manifest::DocBlock overview;
  overview.name = "__overview__";
  overview.package_name = "dbt";
  overview.path = "overview.md";
  overview.original_file_path = "docs/overview.md";
  overview.unique_id = "doc.dbt.__overview__";
  overview.block_contents = std::string(kOverview);
  state.docs.emplace("dbt.__overview__", 0);
  state.manifest().docs.push_back(std::move(overview));
  const std::vector<std::string> words = {"docs"};
  for (const ProjectFile& file : state.files) {
    if (file.kind != FileKind::Docs)
      continue;
    auto found = jinja::find_blocks(file.source, state.input.sources, words);
    if (auto* error = std::get_if<jinja::Error>(&found)) {
      state.report(jinja::to_diagnostic(*error));
      continue;
    }
    for (const jinja::Block& block : std::get<jinja::FoundBlocks>(found).blocks)
      add_doc(state, file, block);
  }
}

}  // namespace weft::parse
