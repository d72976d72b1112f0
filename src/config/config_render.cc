#include "config/config_render.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "config/config_functions.h"
#include "jinja/error.h"
#include "yaml/document.h"

namespace weft::config {
namespace {

using base::Data;

/// Configuration is small; a template that needs more is a mistake or an attack.
constexpr uint64_t kMaxSteps = 5'000'000;
constexpr uint64_t kMaxBytes = 16u << 20;

jinja::Options options() {
  jinja::Options result;
  result.sandboxed = true;
  result.budget.steps = kMaxSteps;
  result.budget.bytes = kMaxBytes;
  return result;
}

bool has_template_marks(std::string_view text) {
  for (size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    char next = at + 1 < text.size() ? text[at + 1] : '\0';
    if (next == '{' || next == '%' || next == '#')
      return true;
  }
  return false;
}

/// Where the text of a scalar stands in its source letter for letter, or nothing: escapes, folding
/// and doubled quotes make it differ.
std::optional<uint32_t> verbatim_offset(const std::string& text, diag::Span span,
                                        const diag::Sources& sources) {
  if (!span.valid())
    return std::nullopt;
  std::string_view source = sources.get(span.source).text;
  for (uint32_t begin : {span.begin, span.begin + 1}) {
    if (begin <= source.size() && source.substr(begin, text.size()) == text)
      return begin;
  }
  return std::nullopt;
}

}  // namespace

struct ConfigRenderer::Impl {
  Impl(const RenderContext& context, diag::Sources& all_sources)
      : sources(all_sources), environment(options(), all_sources), names(context, all_sources) {
    add_config_filters(environment);
    interpreter.emplace(environment);
  }

  diag::Result<Data> render(std::string_view text, diag::Span span);
  diag::Diagnostic explain(const jinja::Error& error, diag::Span span, bool is_verbatim) const;
  std::optional<diag::Diagnostic> walk(
      const yaml::Node& node, std::vector<std::string_view>& path,
      const std::function<bool(const std::vector<std::string_view>&)>& keep_raw, Data& result);

  diag::Sources& sources;
  jinja::Environment environment;
  ConfigNames names;
  std::optional<jinja::Interpreter> interpreter;
};

diag::Diagnostic ConfigRenderer::Impl::explain(const jinja::Error& error, diag::Span span,
                                               bool is_verbatim) const {
  diag::Diagnostic d = jinja::to_diagnostic(error);
  // A text that was copied out of the file has no place of its own to show.
  if ((!is_verbatim || !d.span.valid()) && span.valid())
    d.span = span;
  d.trail.clear();
  return d;
}

diag::Result<Data> ConfigRenderer::Impl::render(std::string_view text, diag::Span span) {
  // Jinja drops one line end at the end of a template, and so it does where there is nothing to
  // render.
  if (!has_template_marks(text)) {
    if (base::ends_with(text, "\n"))
      text.remove_suffix(base::ends_with(text, "\r\n") ? 2 : 1);
    return Data(text);
  }
  std::string copy(text);
  std::optional<uint32_t> begin = verbatim_offset(copy, span, sources);
  diag::SourceId source = span.source;
  uint32_t end = 0;
  if (begin) {
    end = *begin + static_cast<uint32_t>(text.size());
  } else {
    std::string path = span.valid() ? sources.get(span.source).path : "configuration";
    source = sources.add(std::move(path), std::move(copy));
    end = static_cast<uint32_t>(text.size());
  }
  auto compiled = environment.compile(source, "configuration", begin.value_or(0), end);
  if (auto* error = std::get_if<jinja::Error>(&compiled))
    return explain(*error, span, begin.has_value());
  auto& code = std::get<std::shared_ptr<const jinja::Template>>(compiled);
  auto rendered = interpreter->render_native(*code, names);
  if (auto* error = std::get_if<jinja::Error>(&rendered))
    return explain(*error, span, begin.has_value());
  auto& value = std::get<jinja::Value>(rendered);
  if (std::optional<jinja::Error> error = unconverted(text, value))
    return explain(*error, span, begin.has_value());
  Data data = value.is_undefined() ? Data("") : value.to_data();
  names.reveal_secrets(data);
  return data;
}

std::optional<diag::Diagnostic> ConfigRenderer::Impl::walk(
    const yaml::Node& node, std::vector<std::string_view>& path,
    const std::function<bool(const std::vector<std::string_view>&)>& keep_raw, Data& result) {
  if (node.is_string()) {
    auto rendered = render(node.text, node.span);
    if (!rendered)
      return std::move(rendered.error());
    result = std::move(*rendered);
    return std::nullopt;
  }
  if (node.is_sequence()) {
    base::DataList list(node.items.size());
    for (size_t i = 0; i < list.size(); ++i) {
      if (auto error = walk(*node.items[i], path, keep_raw, list[i]))
        return error;
    }
    result = Data(std::move(list));
    return std::nullopt;
  }
  if (!node.is_mapping()) {
    result = yaml::to_data(node);
    return std::nullopt;
  }
  base::DataMap map;
  map.reserve(node.entries.size());
  for (const yaml::Entry& entry : node.entries) {
    path.push_back(entry.key);
    Data& value = map[entry.key];
    std::optional<diag::Diagnostic> error;
    if (keep_raw && keep_raw(path))
      value = yaml::to_data(*entry.value);
    else
      error = walk(*entry.value, path, keep_raw, value);
    path.pop_back();
    if (error)
      return error;
  }
  result = Data(std::move(map));
  return std::nullopt;
}

ConfigRenderer::ConfigRenderer(const RenderContext& context, diag::Sources& sources)
    : impl_(std::make_unique<Impl>(context, sources)) {}

ConfigRenderer::~ConfigRenderer() = default;

diag::Result<Data> ConfigRenderer::render(
    const yaml::Node& node,
    const std::function<bool(const std::vector<std::string_view>&)>& keep_raw) {
  std::vector<std::string_view> path;
  Data result;
  if (auto error = impl_->walk(node, path, keep_raw, result))
    return *std::move(error);
  return result;
}

diag::Result<Data> ConfigRenderer::render_text(std::string_view text, diag::Span span) {
  return impl_->render(text, span);
}

}  // namespace weft::config
