#include "parse/yaml_render.h"

#include "context/scope.h"

namespace weft::parse {

bool is_rendered_later(const std::vector<std::string_view>& path) {
  if (path.empty())
    return false;
  std::string_view last = path.back();
  if (last == "description" || last == "tests" || last == "data_tests" || last == "unit_tests" ||
      last == "loaded_at_query")
    return true;
  bool in_config = path.size() > 1 && path[path.size() - 2] == "config";
  if (in_config && (last == "pre_hook" || last == "pre-hook" || last == "post_hook" ||
                    last == "post-hook" || last == "where"))
    return true;
  bool in_metrics = path.front() == "metrics" || path.front() == "saved_queries" ||
                    path.front() == "semantic_models";
  return in_metrics && (last == "filter" || last == "where" || last == "expr");
}

diag::Result<base::Data> render_yaml_text(context::Worker& worker, const std::string& text,
                                          diag::Span span, const std::string& package) {
  if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos)
    return base::Data(text);
  diag::SourceId source = worker.shared().sources.add("yaml", text);
  auto code = worker.shared().jinja.compile(source, "yaml");
  auto placed = [&](diag::Diagnostic error) {
    error.span = span;
    return error;
  };
  if (auto* error = std::get_if<jinja::Error>(&code))
    return placed(jinja::to_diagnostic(*error));
  context::NodeScope scope;
  scope.package_name = package;
  diag::Result<jinja::Value> value = worker.render_native(*std::get<0>(code), scope);
  if (!value)
    return placed(std::move(value.error()));
  return value->to_data();
}

diag::Result<base::Data> render_yaml(context::Worker& worker, const yaml::Node& node,
                                     std::vector<std::string_view>& path,
                                     const std::string& package) {
  if (is_rendered_later(path))
    return yaml::to_data(node);
  if (node.is_mapping()) {
    base::DataMap made;
    for (const yaml::Entry& entry : node.entries) {
      path.push_back(entry.key);
      diag::Result<base::Data> value = render_yaml(worker, *entry.value, path, package);
      path.pop_back();
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
      diag::Result<base::Data> value = render_yaml(worker, *item, path, package);
      if (!value)
        return value;
      made.push_back(std::move(*value));
    }
    return base::Data(std::move(made));
  }
  if (node.is_string())
    return render_yaml_text(worker, node.text, node.span, package);
  return yaml::to_data(node);
}

}  // namespace weft::parse
