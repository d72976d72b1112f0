#include "parse/yaml_render.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "config/config_functions.h"
#include "context/scope.h"

namespace weft::parse {
namespace {

bool is_among(std::string_view key, std::initializer_list<std::string_view> known) {
  return std::find(known.begin(), known.end(), key) != known.end();
}

bool is_test_or_description(std::string_view key) {
  return is_among(key, {"tests", "data_tests", "description"});
}

/// By dbt's SchemaYamlRenderer: at these places of an item, whatever its kind.
bool is_kept(const std::string_view* path, size_t size) {
  if (size == 0)
    return false;
  if (is_test_or_description(path[0]) || path[0] == "loaded_at_query")
    return true;
  if (size == 2 && (is_test_or_description(path[1]) || path[1] == "loaded_at_query"))
    return true;
  if (size >= 2 && path[0] == "config" &&
      is_among(path[1], {"pre_hook", "post_hook", "loaded_at_query"}))
    return true;
  if (size == 5 && path[4] == "description")
    return true;
  if (size >= 3 && is_test_or_description(path[2]) &&
      is_among(path[0], {"versions", "columns", "dimensions", "measures", "entities", "metrics"}))
    return true;
  if (size >= 5 && path[0] == "versions" && path[2] == "columns" && is_test_or_description(path[4]))
    return true;
  return size >= 4 && path[0] == "derived_semantics" &&
         is_among(path[1], {"dimensions", "entities"}) && is_test_or_description(path[3]);
}

/// The value of `filter`, or an item of its list.
bool is_filter(const PropertyPath& path) {
  return path.back() == "filter" || (path.size() > 1 && path[path.size() - 2] == "filter");
}

class YamlRender {
 public:
  YamlRender(context::Worker& worker, std::string_view section, const std::string& package,
             PropertyPath path)
      : worker_(worker), section_(section), package_(package), path_(std::move(path)) {}

  diag::Result<base::Data> render(const yaml::Node& node) {
    if (node.is_mapping()) {
      base::DataMap made;
      for (const yaml::Entry& entry : node.entries) {
        diag::Result<base::Data> value = render_at(entry.key, *entry.value);
        if (!value)
          return value;
        made.set(entry.key, std::move(*value));
      }
      return base::Data(std::move(made));
    }
    if (node.is_sequence()) {
      base::DataList made;
      made.reserve(node.items.size());
      for (const yaml::Node* item : node.items) {
        diag::Result<base::Data> value = render_at("", *item);
        if (!value)
          return value;
        made.push_back(std::move(*value));
      }
      return base::Data(std::move(made));
    }
    if (node.is_string() && !is_rendered_later(section_, path_))
      return render_yaml_text(worker_, node.text, node.span, package_);
    return yaml::to_data(node);
  }

 private:
  diag::Result<base::Data> render_at(std::string_view key, const yaml::Node& node) {
    path_.push_back(key);
    diag::Result<base::Data> value = render(node);
    path_.pop_back();
    return value;
  }

  context::Worker& worker_;
  std::string_view section_;
  const std::string& package_;
  PropertyPath path_;
};

/// What a template without tags gives: Jinja leaves the last line end out.
std::string without_last_line_end(std::string_view text) {
  if (base::ends_with(text, "\n"))
    text.remove_suffix(1);
  if (base::ends_with(text, "\r"))
    text.remove_suffix(1);
  return std::string(text);
}

/// The error of a template, in dbt's words.
diag::Diagnostic failed(diag::Diagnostic error, const std::string& text, diag::Span span) {
  constexpr std::string_view kHeadline = "Compilation Error\n  ";
  error.span = span;
  std::string inner = base::starts_with(error.legacy_text, kHeadline)
                          ? error.legacy_text.substr(kHeadline.size())
                      : error.legacy_text.empty() ? error.message
                                                  : "";
  if (!inner.empty())
    error.legacy_text = fmt::format("{}Could not render {}: {}", kHeadline, text, inner);
  if (error.code == diag::Code::JinjaUndefined)
    error.hint =
        "values in YAML know var(), env_var(), target and dbt's plain functions, but no "
        "refs and no macros";
  return error;
}

}  // namespace

bool is_rendered_later(std::string_view section, const PropertyPath& path) {
  const std::string_view* keys = path.data();
  const size_t size = path.size();
  if (size == 0)
    return false;
  if (section == "sources") {
    if (is_among(path[0], {"description", "loaded_at_query"}))
      return true;
    if (path[0] == "config")
      return size >= 2 && path[1] == "loaded_at_query";
    return path[0] == "tables" && size > 2 && is_kept(keys + 2, size - 2);
  }
  if (section == "macros" && path[0] == "arguments")
    return is_kept(keys + 1, size - 1);
  if (section == "saved_queries" && size > 1 && path[0] == "query_params" && path[1] == "where")
    return true;
  const bool has_metrics = section == "metrics" || path[0] == "metrics";
  if (has_metrics && section != "macros" && section != "saved_queries" && is_filter(path))
    return true;
  return is_kept(keys, size);
}

diag::Result<base::Data> render_yaml_text(context::Worker& worker, const std::string& text,
                                          diag::Span span, const std::string& package) {
  if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos &&
      text.find("{#") == std::string::npos)
    return base::Data(without_last_line_end(text));
  diag::SourceId source = worker.shared().sources.add("yaml", text);
  auto code = worker.shared().jinja.compile(source, "yaml");
  if (auto* error = std::get_if<jinja::Error>(&code))
    return failed(jinja::to_diagnostic(*error), text, span);
  context::NodeScope scope;
  scope.package_name = package;
  scope.is_property = true;
  diag::Result<jinja::Value> value = worker.render_native(*std::get<0>(code), scope);
  if (!value)
    return failed(std::move(value.error()), text, span);
  if (std::optional<jinja::Error> error = config::unconverted(text, *value))
    return failed(jinja::to_diagnostic(*error), text, span);
  return value->to_data();
}

diag::Result<base::Data> render_yaml(context::Worker& worker, const yaml::Node& node,
                                     std::string_view section, const std::string& package,
                                     const PropertyPath& path) {
  return YamlRender(worker, section, package, path).render(node);
}

}  // namespace weft::parse
