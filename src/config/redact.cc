#include "config/redact.h"

#include <algorithm>

#include "base/strings.h"

namespace weft::config {
namespace {

constexpr std::string_view kHarmlessKeys[] = {"type",
                                              "host",
                                              "port",
                                              "user",
                                              "dbname",
                                              "database",
                                              "schema",
                                              "threads",
                                              "target",
                                              "outputs",
                                              "role",
                                              "search_path",
                                              "sslmode",
                                              "sslcert",
                                              "sslkey",
                                              "sslrootcert",
                                              "connect_timeout",
                                              "retries",
                                              "keepalives_idle",
                                              "application_name",
                                              "autocommit",
                                              "embedded",
                                              "statement_timeout_ms",
                                              "lock_timeout_ms"};

/// Words beside which nothing is shown, whatever the key is.
constexpr std::string_view kTellingWords[] = {"pass", "secret", "token", "key:", "://"};

bool is_harmless(std::string_view key) {
  key = base::trim(key);
  return std::find(std::begin(kHarmlessKeys), std::end(kHarmlessKeys), key) !=
         std::end(kHarmlessKeys);
}

/// The first byte of the line that may not be shown; its size when all may.
size_t visible_part(std::string_view line) {
  std::string_view content = base::trim(line);
  if (content.empty())
    return line.size();
  size_t colon = line.find(':');
  if (colon == std::string_view::npos)
    return 0;
  std::string lowered = base::to_lower(line);
  bool is_telling =
      std::any_of(std::begin(kTellingWords), std::end(kTellingWords),
                  [&](std::string_view word) { return lowered.find(word) != std::string::npos; });
  bool has_value = !base::trim(line.substr(colon + 1)).empty();
  // A dash may start a password as well as a list.
  bool is_plain_key = content[0] != '-' &&
                      line.substr(0, colon).find_first_of("{}[]\"'#,") == std::string_view::npos;
  if (!is_plain_key)
    return 0;
  if (!has_value)
    return line.size();
  return is_harmless(line.substr(0, colon)) && !is_telling ? line.size() : colon + 1;
}

}  // namespace

std::string redact_profile(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::string_view rest = text;
  while (!rest.empty()) {
    size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    size_t visible = visible_part(line);
    out += line.substr(0, visible);
    for (char c : line.substr(visible))
      out += c == ' ' || c == '\r' || c == '\t' ? c : '*';
    if (end < rest.size())
      out += '\n';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

void redact_message(diag::Diagnostic& diagnostic) {
  std::string out;
  bool inside = false;
  for (char c : diagnostic.message) {
    if (c == '`') {
      if (!inside)
        out += "`...";
      else
        out += c;
      inside = !inside;
    } else if (!inside) {
      out += c;
    }
  }
  diagnostic.message = std::move(out);
  diagnostic.note.clear();
  diagnostic.legacy_text.clear();
}

}  // namespace weft::config
