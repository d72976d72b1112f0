// Running a child program: an argument list, no shell, no input.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "diag/diagnostic.h"

namespace weft::config {

struct ProcessResult {
  /// 128 + the signal when one ended the program.
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// Runs `arguments` (the program is looked up in PATH) in `folder` with exactly these environment
/// variables, and waits. The program reads nothing from standard input. Cancelling ends it. An
/// error means that it could not be started; at most 16 MB of each output are kept.
diag::Result<ProcessResult> run_process(
    const std::vector<std::string>& arguments, const std::string& folder,
    const std::map<std::string, std::string, std::less<>>& variables,
    const base::CancelToken& cancel);

}  // namespace weft::config
