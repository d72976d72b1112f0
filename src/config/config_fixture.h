// What the tests of this module share: a project in memory with an environment.
#pragma once

#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/env.h"
#include "base/files.h"
#include "config/project.h"
#include "diag/render.h"
#include "diag/sink.h"

namespace weft::config {

struct Fixture {
  Fixture() = default;
  Fixture(std::initializer_list<std::pair<const std::string, std::string>> content)
      : files(content) {}

  base::MemoryFiles files;
  base::FixedClock clock{0};
  base::CancelToken cancel;
  base::Env env{
      files, clock, cancel, {}, "/p", "/home/u", [](std::string_view) {}, [](std::string_view) {}};
  diag::Sources sources;
  diag::Sink sink;
  base::DataMap vars;

  RenderContext context() { return RenderContext{env, vars}; }

  /// The error of a result as text.
  template <typename T>
  std::string error(const diag::Result<T>& result) {
    return result.ok() ? "no error" : diag::render_text(result.error(), sources);
  }
  /// All reported so far as text.
  std::string reported() {
    std::string text;
    for (const diag::Diagnostic& d : sink.take())
      text += diag::render_text(d, sources);
    return text;
  }
};

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace weft::config
