// --inline of show and compile: text of the command line as a query that may ref() anything.
#pragma once

#include "cli/session.h"

namespace weft::cli {

/// The text of --inline, if it was given.
std::optional<std::string> inline_text(const Session& session);

/// Renders the text and puts in the ephemeral models it reads. `scope` is what `get_show_sql` and
/// its kin are called in afterwards.
diag::Result<compile::Query> compile_inline(Session& session, context::Worker& worker,
                                            const std::string& text, context::NodeScope& scope);

/// The result of an inline query: sql_operation.<project>.inline_query.
manifest::RunResult inline_result(const Session& session, const std::string& sql);

/// Text that is the command's answer: shown also when quiet.
void answer(Session& session, const char* event, const char* code, std::string text);

/// True when the node's name stands in a word of --select, or when that is true of none of the
/// selected: what was only selected along with others is not shown.
bool is_asked_for(const Session& session, const graph::NodeSet& selected, manifest::NodeId id);

}  // namespace weft::cli
