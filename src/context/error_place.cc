#include "context/error_place.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::context {
namespace {

/// The files of weft's own macros. Made anew for each error: errors are few.
std::unordered_set<diag::SourceId> builtin_sources(const manifest::Manifest& manifest) {
  std::unordered_set<diag::SourceId> made;
  for (const manifest::Macro& macro : manifest.macros) {
    if (macro.package_name == kBuiltinPackage || macro.package_name == kPostgresPackage)
      made.insert(macro.span.source);
  }
  return made;
}

/// The first line of the node's file, as far as it says something.
diag::Span first_line(const manifest::Node& node, const diag::Sources& sources) {
  diag::Span span = node.source_span.valid() ? node.source_span : node.patch_span;
  if (!span.valid())
    return span;
  const std::string& text = sources.get(span.source).text;
  size_t end = std::min(text.find_first_of("\r\n", span.begin), text.size());
  span.end = std::max(span.begin, std::min(span.end, static_cast<uint32_t>(end)));
  return span;
}

/// Byte offset of the 1-based code point `position`.
size_t byte_offset(std::string_view sql, int position) {
  return base::utf8_prefix(sql, static_cast<size_t>(std::max(position, 1) - 1)).size();
}

/// End of the word or token that starts at `at`.
size_t token_end(std::string_view sql, size_t at) {
  size_t end = at;
  auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || static_cast<unsigned char>(c) >= 0x80;
  };
  while (end < sql.size() && is_word(sql[end]))
    ++end;
  return end == at ? std::min(at + 1, sql.size()) : end;
}

/// Where the model's own text made the failing piece of `sql`; false when it did not.
bool place_in_model(const NodeScope& scope, diag::Diagnostic& error, std::string_view sql,
                    size_t at) {
  if (scope.compiled_spans == nullptr || scope.node == nullptr || scope.node->compiled_code.empty())
    return false;
  const std::string& compiled = scope.node->compiled_code;
  size_t inside = sql.find(compiled);
  if (inside == std::string_view::npos || at < inside || at >= inside + compiled.size())
    return false;
  auto begin = static_cast<uint32_t>(at - inside);
  auto end = static_cast<uint32_t>(token_end(compiled, begin));
  error.span = scope.compiled_spans->origin(begin, end, false);
  for (diag::TrailStep& step : scope.compiled_spans->trail(begin))
    error.trail.push_back(std::move(step));
  return error.span.valid();
}

}  // namespace

void point_at_user_text(diag::Diagnostic& diagnostic, const Shared& shared,
                        const manifest::Node* node) {
  std::unordered_set<diag::SourceId> builtin = builtin_sources(shared.manifest);
  auto is_users = [&](const diag::Span& span) {
    return span.valid() && !builtin.contains(span.source);
  };
  // The step of a call by weft itself has no name.
  std::erase_if(diagnostic.trail, [](const diag::TrailStep& step) { return step.text.empty(); });
  if (!is_users(diagnostic.span)) {
    auto step = std::find_if(diagnostic.trail.begin(), diagnostic.trail.end(),
                             [&](const diag::TrailStep& at) { return is_users(at.span); });
    diag::Span better;
    if (step != diagnostic.trail.end()) {
      better = step->span;
      diagnostic.trail.erase(diagnostic.trail.begin(), step + 1);
    } else if (node != nullptr) {
      better = first_line(*node, shared.sources);
    }
    if (!better.valid())
      return;
    diagnostic.span = better;
    // Variables of weft's macros mean nothing here.
    diagnostic.note.clear();
  }
  std::erase_if(diagnostic.trail,
                [&](const diag::TrailStep& step) { return !is_users(step.span); });
}

void place_database_error(diag::Diagnostic& error, const NodeScope& scope, diag::Sources& sources,
                          std::string_view sql) {
  if (!error.database || error.database->position <= 0)
    return;
  size_t at = byte_offset(sql, error.database->position);
  if (place_in_model(scope, error, sql, at))
    return;
  // A hook's or a macro's statement: it is in no file, so it is shown as it was sent.
  diag::SourceId source = sources.add("the statement", std::string(sql));
  diag::Span span{source, static_cast<uint32_t>(at), static_cast<uint32_t>(token_end(sql, at))};
  error.labels.push_back({span, "refused by the server"});
}

void point_at_test_entry(diag::Diagnostic& diagnostic, const diag::Sources& sources,
                         const manifest::Node& test) {
  // Rendered under the test's name.
  auto is_test_text = [&](const diag::Span& span) {
    return span.valid() && sources.get(span.source).path == test.name;
  };
  if (!diagnostic.span.valid() || is_test_text(diagnostic.span)) {
    diagnostic.span = test.patch_span;
    diagnostic.note.clear();
  } else if (diagnostic.span != test.patch_span) {
    diagnostic.labels.push_back({test.patch_span, "the test is declared here"});
  }
  std::erase_if(diagnostic.trail,
                [&](const diag::TrailStep& step) { return is_test_text(step.span); });
}

std::string undefined_hint(std::string_view message, const Shared& shared,
                           const std::vector<std::string>& known) {
  constexpr std::string_view kTail = "' is undefined";
  size_t end = message.find(kTail);
  if (!base::starts_with(message, "'") || end == std::string_view::npos)
    return "";
  std::string name(message.substr(1, end - 1));
  std::vector<std::string> candidates = known;
  for (const manifest::Macro& macro : shared.manifest.macros)
    candidates.push_back(macro.name);
  bool is_test = base::starts_with(name, "test_");
  if (std::optional<std::string> near = base::nearest(name, candidates)) {
    if (is_test && base::starts_with(*near, "test_"))
      return fmt::format("did you mean the test `{}`?", near->substr(5));
    return fmt::format("did you mean `{}`?", *near);
  }
  return is_test ? "a generic test is a macro of the project or of a package in packages.yml"
                 : "define it, or install the package that has it with `weft deps`";
}

}  // namespace weft::context
