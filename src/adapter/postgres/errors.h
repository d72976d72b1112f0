// From what PostgreSQL and libpq say to diagnostics.
#pragma once

#include <string>
#include <string_view>

#include "config/profile.h"
#include "diag/diagnostic.h"

struct pg_result;

namespace weft::adapter::postgres {

/// The failure of a statement. `sql` is what was sent, `prefix` the bytes of it that are weft's
/// own: the position is moved so that it counts behind them.
diag::Diagnostic statement_error(const pg_result* result, std::string_view sql, size_t prefix);

/// Why no session came about, from libpq's message in its verbose form (which has the SQLSTATE).
diag::Diagnostic connect_error(const config::Credentials& credentials, std::string_view message);

/// A diagnostic of weft's own about the database.
diag::Diagnostic plain_error(diag::Code code, std::string message, std::string hint = {});

/// The SQLSTATE of a database error; empty when there is none.
std::string_view sqlstate_of(const diag::Diagnostic& diagnostic);
/// True for states that pass by themselves: lost connections, restarts, no free connection.
bool is_transient(std::string_view sqlstate);

}  // namespace weft::adapter::postgres
