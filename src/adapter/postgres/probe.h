// Probe: short questions to a server that may not be there yet.
#pragma once

#include <cstdint>
#include <string>

#include "adapter/postgres/session.h"
#include "config/profile.h"

namespace weft::adapter::postgres {

enum class ServerState : uint8_t { Answers, Starting, Silent };

/// Looks once, without retries.
ServerState probe(const config::Credentials& credentials);

/// Connects, runs the statements, closes. The rows are those of the last statement that has any.
diag::Result<RawRows> run_once(const config::Credentials& credentials, const std::string& sql,
                               const base::Env& env);

}  // namespace weft::adapter::postgres
