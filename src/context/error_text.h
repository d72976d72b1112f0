// What dbt says of a failed template: its headline, the message and the chain of macros.
#pragma once

#include <string>

#include "context/shared.h"
#include "diag/diagnostic.h"
#include "jinja/error.h"

namespace weft::context {

/// dbt's text for `error`, which `diagnostic` was made of, while `node` was rendered (null: no
/// node). A text that the diagnostic brings is kept, but the node is put into its headline when
/// templates run, as dbt does with each compilation error that passes a node.
std::string error_text(const jinja::Error& error, const diag::Diagnostic& diagnostic,
                       const Shared& shared, const manifest::Node* node);

}  // namespace weft::context
