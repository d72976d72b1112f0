// What Jinja in configuration files may call: var, env_var, target and a few plain functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/project.h"
#include "diag/source.h"
#include "jinja/environment.h"
#include "jinja/interpreter.h"

namespace weft::config {

/// The names of a render. `context` and `sources` must outlive it.
class ConfigNames final : public jinja::Names {
 public:
  ConfigNames(const RenderContext& context, diag::Sources& sources)
      : context_(context), sources_(sources) {}
  std::optional<jinja::Value> lookup(jinja::Interpreter& interpreter,
                                     std::string_view name) override;

  /// env_var(): a secret comes back as a placeholder, so that no filter can change or print it.
  jinja::Value env_var(jinja::Interpreter& interpreter, const jinja::Arguments& arguments);
  /// var().
  jinja::Value var(jinja::Interpreter& interpreter, const jinja::Arguments& arguments);
  const base::Data* find_var(std::string_view name) const { return context_.cli_vars.find(name); }
  diag::Sources& sources() const { return sources_; }

  /// Puts the values of secrets in the place of their placeholders.
  void reveal_secrets(base::Data& value) const;

 private:
  const RenderContext& context_;
  diag::Sources& sources_;
};

/// The error of a template that ends in `| as_bool }}` or `| as_number }}` and gave something else.
std::optional<jinja::Error> unconverted(std::string_view text, const jinja::Value& value);

/// The filters as_bool, as_number, as_native and as_text.
void add_config_filters(jinja::Environment& environment);

}  // namespace weft::config
