// A result as `results` of on-run-end hooks holds it.
#pragma once

#include "jinja/value.h"
#include "manifest/artifacts.h"

namespace weft::run {

/// `result.status`, `result.node.name`, …, and `result.to_dict()` for all of it. `manifest` must
/// outlive the call only.
jinja::Value result_value(const manifest::Manifest& manifest, const manifest::RunResult& result);

}  // namespace weft::run
