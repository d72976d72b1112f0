// Rendering of configuration values: YAML trees whose strings may hold Jinja.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "config/project.h"
#include "jinja/environment.h"
#include "jinja/interpreter.h"
#include "yaml/document.h"

namespace weft::config {

/// What RenderContext::variables_read holds for a variable that is not set (dbt's own word for it).
inline constexpr std::string_view kUnsetVariable = "DBT_DEFAULT_PLACEHOLDER";

/// Renders the strings of YAML trees as dbt does: a string that is one expression keeps its type.
/// Holds the Jinja environment and one interpreter: use from one thread.
class ConfigRenderer {
 public:
  /// `context` and `sources` must outlive the renderer.
  ConfigRenderer(const RenderContext& context, diag::Sources& sources);
  ~ConfigRenderer();

  /// The rendered value. Keys are not rendered. The error is at the YAML value that failed.
  /// `keep_raw` is asked with the path of keys ("models/proj/+post-hook") whether a subtree stays
  /// as written.
  diag::Result<base::Data> render(
      const yaml::Node& node,
      const std::function<bool(const std::vector<std::string_view>&)>& keep_raw = {});
  /// Renders one text; `span` is the value that a failure is shown at.
  diag::Result<base::Data> render_text(std::string_view text, diag::Span span);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::config
