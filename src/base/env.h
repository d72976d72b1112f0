// Env: what a command gets from outside. Passed down from cli, so that nothing reads globals.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/files.h"

namespace weft::base {

/// All references must outlive the Env's users; main() owns what they point at.
struct Env {
  FileSystem& files;
  Clock& clock;
  CancelToken& cancel;
  /// The environment variables at start, plus what a .env file added.
  std::map<std::string, std::string, std::less<>> variables;
  /// Absolute path.
  std::string working_directory;
  std::string home_directory;
  /// Write to standard output and standard error. Safe to call from several threads.
  std::function<void(std::string_view)> out;
  std::function<void(std::string_view)> err;
  bool out_is_terminal = false;
  /// Columns of the terminal, 0 when unknown.
  int terminal_width = 0;

  /// The variable's value, or nothing when it is not set.
  std::optional<std::string_view> variable(std::string_view name) const {
    auto found = variables.find(name);
    if (found == variables.end())
      return std::nullopt;
    return std::string_view(found->second);
  }
};

}  // namespace weft::base
