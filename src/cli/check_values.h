// What the values of options must be, beyond their kind: folders that exist, times in order.
#pragma once

#include <optional>

#include "base/env.h"
#include "cli/command_line.h"
#include "context/scope.h"
#include "diag/diagnostic.h"

namespace weft::cli {

/// The first value that cannot be used, in click's words.
std::optional<UsageError> check_values(const CommandLine& line, const base::Env& env);

/// --sample: "3 days" up to `now`, or a mapping {'start': …, 'end': …}.
diag::Result<context::TimeWindow> read_sample(const std::string& text, int64_t now,
                                              diag::Sources& sources);

}  // namespace weft::cli
