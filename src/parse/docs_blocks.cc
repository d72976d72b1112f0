// {% docs name %} blocks of Markdown files.
#include <fmt/format.h>

#include "base/strings.h"
#include "jinja/blocks.h"
#include "parse/state.h"

namespace weft::parse {
namespace {

constexpr std::string_view kOverview =
    "# Welcome\n\nThis is the documentation of your project: its models, tests, sources and how "
    "they "
    "depend on each other.\n\nWrite a docs block called `__overview__` in any Markdown file of the "
    "project to say here what it is about.\n";

void add_doc(State& state, const ProjectFile& file, const jinja::Block& block) {
  std::string_view text = state.input.sources.get(block.body.source).text;
  manifest::DocBlock doc;
  doc.name = block.header;
  doc.package_name = state.project_of(file).name;
  doc.path = file.path;
  doc.original_file_path = file.original_file_path;
  doc.unique_id = fmt::format("doc.{}.{}", doc.package_name, doc.name);
  doc.block_contents =
      std::string(base::trim(text.substr(block.body.begin, block.body.end - block.body.begin)));
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
