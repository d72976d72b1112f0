// make_postgres_adapter() stands here because it may have to start the embedded server first.
#include <utility>

#include "adapter/adapter.h"
#include "adapter/embedded/server.h"
#include "adapter/postgres/postgres_adapter.h"

namespace weft::adapter {

diag::Result<std::unique_ptr<Adapter>> make_postgres_adapter(const config::Profile& profile,
                                                             const AdapterOptions& options,
                                                             const base::Env& env) {
  config::Credentials credentials = profile.credentials;
  if (credentials.embedded) {
    diag::Result<config::Credentials> started =
        embedded::start(options.state_directory, credentials, env);
    if (!started)
      return started.error();
    credentials = std::move(*started);
  }
  return postgres::make_adapter(std::move(credentials), options, env);
}

}  // namespace weft::adapter
