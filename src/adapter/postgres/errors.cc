#include "adapter/postgres/errors.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

using diag::Code;
using diag::Diagnostic;

/// A server says what it has to say in its own encoding until it knows the client's, and always
/// when its databases have none.
std::string as_utf8(std::string_view text) {
  std::string made;
  while (std::optional<size_t> bad = base::find_invalid_utf8(text)) {
    made += text.substr(0, *bad);
    made += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[*bad]));
    text.remove_prefix(*bad + 1);
  }
  return made + std::string(text);
}

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : as_utf8(text);
}

/// What the server says as psql shows it, without the severity: the message, the line of the
/// statement, detail, hint, context.
std::string whole_text(const PGresult* result) {
  const std::string whole = as_utf8(base::trim(PQresultErrorMessage(result)));
  std::string_view text = whole;
  std::string severity = field(result, PG_DIAG_SEVERITY) + ":  ";
  if (base::starts_with(text, severity))
    text.remove_prefix(severity.size());
  return std::string(text);
}

Code code_of(std::string_view sqlstate) {
  if (sqlstate == "57014")
    return Code::QueryCancelled;
  if (base::starts_with(sqlstate, "08") || sqlstate == "57P01" || sqlstate == "57P02" ||
      sqlstate == "57P03" || sqlstate == "57P05" || sqlstate == "25P03")
    return Code::ConnectionLost;
  return Code::DatabaseFailed;
}

/// Where the server was looked for, in words.
std::string place_of(const config::Credentials& credentials) {
  if (credentials.host.empty())
    return "the local socket";
  if (credentials.host[0] == '/')
    return fmt::format("the socket folder `{}`, port {}", credentials.host, credentials.port);
  return fmt::format("`{}`, port {}", credentials.host, credentials.port);
}

struct ServerRefusal {
  std::string sqlstate, message;
};

/// Finds "FATAL:  28P01: password …" in libpq's verbose text. The severity may be in any language,
/// the SQLSTATE between the colons is not.
std::optional<ServerRefusal> find_refusal(std::string_view text) {
  for (std::string_view line : base::split(text, '\n')) {
    for (size_t at = line.find(":  "); at != std::string_view::npos;
         at = line.find(":  ", at + 1)) {
      std::string_view rest = line.substr(at + 3);
      if (rest.size() < 7 || rest[5] != ':')
        continue;
      bool is_state = std::all_of(rest.begin(), rest.begin() + 5, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
      });
      if (is_state)
        return ServerRefusal{std::string(rest.substr(0, 5)),
                             std::string(base::trim(rest.substr(6)))};
    }
  }
  return std::nullopt;
}

Diagnostic refused_by_server(const config::Credentials& credentials, ServerRefusal refusal) {
  Diagnostic diagnostic;
  diagnostic.code = Code::ConnectionFailed;
  if (base::starts_with(refusal.sqlstate, "28")) {
    diagnostic.code = Code::AuthenticationFailed;
    diagnostic.message = fmt::format("the server at {} does not accept user `{}`: {}",
                                     place_of(credentials), credentials.user, refusal.message);
    diagnostic.hint = refusal.sqlstate == "28P01"
                          ? "check `user` and `password` of the profile's target"
                          : "check `user` of the profile's target and the server's pg_hba.conf";
  } else if (refusal.sqlstate == "3D000") {
    diagnostic.message = fmt::format("database `{}` does not exist on the server at {}",
                                     credentials.database, place_of(credentials));
    diagnostic.hint = fmt::format("check `dbname` of the profile's target, or make it: createdb {}",
                                  credentials.database);
  } else if (refusal.sqlstate == "53300") {
    diagnostic.message = fmt::format("the server at {} has no free connection: {}",
                                     place_of(credentials), refusal.message);
    diagnostic.hint = "use fewer `threads`, or raise the server's max_connections";
  } else {
    diagnostic.message = fmt::format("the server at {} refuses the connection: {}",
                                     place_of(credentials), refusal.message);
  }
  diag::DatabaseError database;
  database.sqlstate = std::move(refusal.sqlstate);
  database.text = database.message = std::move(refusal.message);
  diagnostic.database = std::move(database);
  return diagnostic;
}

/// What libpq says of the last address it tried, without its own "connection to server … failed:"
/// and its guesses.
std::string reason_of(std::string_view message) {
  constexpr std::string_view kMark = " failed: ";
  std::string reason;
  for (std::string_view line : base::split(message, '\n')) {
    line = base::trim(line);
    bool is_guess = base::starts_with(line, "Is the server running") ||
                    base::starts_with(line, "This probably means the server") ||
                    base::starts_with(line, "before or while processing");
    if (line.empty() || is_guess)
      continue;
    if (size_t mark = line.find(kMark); mark != std::string_view::npos) {
      reason.clear();
      line.remove_prefix(mark + kMark.size());
    }
    if (!reason.empty())
      reason += "; ";
    reason += line;
  }
  return reason;
}

}  // namespace

Diagnostic plain_error(Code code, std::string message, std::string hint) {
  Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

Diagnostic statement_error(const PGresult* result, std::string_view sql, size_t prefix) {
  diag::DatabaseError database;
  database.sqlstate = field(result, PG_DIAG_SQLSTATE);
  database.text = whole_text(result);
  database.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (database.message.empty())
    database.message = database.text;
  database.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  database.hint = field(result, PG_DIAG_MESSAGE_HINT);
  database.context = field(result, PG_DIAG_CONTEXT);
  int position = std::atoi(field(result, PG_DIAG_STATEMENT_POSITION).c_str());
  int own = static_cast<int>(base::utf8_length(sql.substr(0, prefix)));
  database.position = std::max(0, position - own);

  Diagnostic diagnostic;
  diagnostic.code = code_of(database.sqlstate);
  diagnostic.message = database.message;
  diagnostic.hint = database.hint;
  diagnostic.database = std::move(database);
  return diagnostic;
}

Diagnostic connect_error(const config::Credentials& credentials, std::string_view raw_message) {
  const std::string message = as_utf8(raw_message);
  if (std::optional<ServerRefusal> refusal = find_refusal(message))
    return refused_by_server(credentials, std::move(*refusal));
  std::string reason = reason_of(message);
  if (reason.find("no password supplied") != std::string::npos) {
    return plain_error(Code::AuthenticationFailed,
                       fmt::format("the server at {} asks for a password of user `{}`",
                                   place_of(credentials), credentials.user),
                       "set `password` in the profile's target, PGPASSWORD or ~/.pgpass");
  }
  std::string hint =
      "is the server running there? `weft debug` shows what is tried; a target with "
      "`embedded: true` needs no server";
  if (reason.find("translate host name") != std::string::npos)
    hint = "check `host` of the profile's target";
  else if (reason.find("SSL") != std::string::npos || reason.find("sslmode") != std::string::npos ||
           reason.find("certificate") != std::string::npos)
    hint = "check `sslmode` and the certificates of the profile's target";
  return plain_error(
      Code::ConnectionFailed,
      fmt::format("no PostgreSQL server can be reached at {}: {}", place_of(credentials), reason),
      hint);
}

std::string_view sqlstate_of(const Diagnostic& diagnostic) {
  return diagnostic.database ? std::string_view(diagnostic.database->sqlstate) : std::string_view();
}

bool is_transient(std::string_view sqlstate) {
  return base::starts_with(sqlstate, "08") || sqlstate == "57P01" || sqlstate == "57P02" ||
         sqlstate == "57P03" || sqlstate == "53300";
}

}  // namespace weft::adapter::postgres
