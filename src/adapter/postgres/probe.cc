#include "adapter/postgres/probe.h"

#include <fmt/format.h>
#include <libpq-fe.h>

namespace weft::adapter::postgres {

ServerState probe(const config::Credentials& credentials) {
  std::string port = fmt::to_string(credentials.port);
  const char* names[] = {"host", "port", "user", "dbname", "connect_timeout", nullptr};
  const char* values[] = {credentials.host.c_str(),     port.c_str(), credentials.user.c_str(),
                          credentials.database.c_str(), "2",          nullptr};
  switch (PQpingParams(names, values, 0)) {
    case PQPING_OK:
      return ServerState::Answers;
    case PQPING_REJECT:
      return ServerState::Starting;
    default:
      return ServerState::Silent;
  }
}

diag::Result<RawRows> run_once(const config::Credentials& credentials, const std::string& sql,
                               const base::Env& env) {
  diag::Result<std::unique_ptr<Session>> session = Session::open(credentials, true, env);
  if (!session)
    return session.error();
  diag::Result<std::vector<ResultPtr>> results = (*session)->run(sql);
  if (!results)
    return results.error();
  return last_rows(*results);
}

}  // namespace weft::adapter::postgres
