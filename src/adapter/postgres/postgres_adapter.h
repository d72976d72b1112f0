// The adapter for a server whose credentials are known.
#pragma once

#include <memory>

#include "adapter/adapter.h"

namespace weft::adapter::postgres {

/// Connects to nothing yet. `env` and the observer must outlive the adapter.
std::unique_ptr<Adapter> make_adapter(config::Credentials credentials,
                                      const AdapterOptions& options, const base::Env& env);

}  // namespace weft::adapter::postgres
