// The parts of an environment that the machine works with.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "jinja/code.h"
#include "jinja/compiler.h"
#include "jinja/environment.h"
#include "jinja/lexer.h"

namespace weft::jinja {

struct EnvironmentAccess {
  /// The compiled template of the loader; compiled once and kept. TemplateNotFound is an error.
  static std::variant<std::shared_ptr<const Template>, Error> load(const Environment& environment,
                                                                   std::string_view name);
  static bool exists(const Environment& environment, std::string_view name);
  static const FunctionFinder& functions(const Environment& environment);
  /// Gives a filter that has been added a quick way; gone when the filter is replaced.
  static void add_quick_filter(Environment& environment, std::string_view name, QuickFilter quick);
};

struct Environment::Impl : FunctionFinder {
  Impl(Options given, diag::Sources& all)
      : options(std::move(given)), sources(all), rules(options) {}

  const NamedFunction* filter(std::string_view name) const override;
  const NamedFunction* test(std::string_view name) const override;

  using Functions = std::unordered_map<std::string_view, std::unique_ptr<NamedFunction>>;

  Options options;
  diag::Sources& sources;
  LexerRules rules;
  Functions filters;
  Functions tests;
  mutable std::mutex mutex;
  mutable std::unordered_map<std::string, std::shared_ptr<const Template>> loaded;
};

}  // namespace weft::jinja
