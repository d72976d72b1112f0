#include "config/profile.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "config/config_render.h"
#include "config/fields.h"
#include "config/redact.h"

namespace weft::config {
namespace {

using base::Data;
using base::DataMap;
using diag::Code;
using diag::Diagnostic;

constexpr std::string_view kKnownKeys[] = {"type",
                                           "host",
                                           "user",
                                           "password",
                                           "pass",
                                           "port",
                                           "dbname",
                                           "database",
                                           "schema",
                                           "threads",
                                           "connect_timeout",
                                           "keepalives_idle",
                                           "role",
                                           "search_path",
                                           "sslmode",
                                           "sslcert",
                                           "sslkey",
                                           "sslrootcert",
                                           "application_name",
                                           "autocommit",
                                           "retries",
                                           "embedded",
                                           "statement_timeout_ms",
                                           "lock_timeout_ms"};

constexpr int kMaxThreads = 1000;

/// profiles.yml as read: the tree points into a text without passwords, so that no message shows
/// one.
struct ProfilesFile {
  std::string path;
  yaml::Document document;
};

diag::Result<ProfilesFile> read_profiles(const std::string& path, const base::Env& env,
                                         diag::Sources& sources, diag::Sink& sink) {
  auto text = env.files.read(path);
  if (!text)
    return make_error(Code::FileUnreadable,
                      fmt::format("`{}` cannot be read: {}", path, text.error.message));
  diag::SourceId shown = sources.add(path, redact_profile(*text));
  // The tree is made from the real text in a table of its own; its places fit the redacted one,
  // which has the same length, once they name that.
  diag::Sources private_sources;
  diag::SourceId real = private_sources.add(path, std::move(*text));
  diag::Sink warnings;
  auto document = yaml::parse(real, private_sources, warnings);
  auto move_span = [&](diag::Span& span) {
    if (span.valid())
      span.source = shown;
  };
  auto move_all = [&](Diagnostic& d) {
    move_span(d.span);
    for (diag::Label& label : d.labels)
      move_span(label.span);
  };
  for (Diagnostic& warning : warnings.take()) {
    move_all(warning);
    sink.report(std::move(warning));
  }
  if (!document) {
    move_all(document.error());
    redact_message(document.error());
    return std::move(document.error());
  }
  for (yaml::Node& node : document->nodes) {
    move_span(node.span);
    for (yaml::Entry& entry : node.entries)
      move_span(entry.key_span);
  }
  return ProfilesFile{path, std::move(*document)};
}

std::vector<std::string> keys_of(const yaml::Node& mapping) {
  std::vector<std::string> keys;
  for (const yaml::Entry& entry : mapping.entries)
    keys.push_back(entry.key);
  return keys;
}

/// "`a`, `b`", for lists of what there is.
std::string quoted(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names)
    out += fmt::format("{}`{}`", out.empty() ? "" : ", ", name);
  return out;
}

std::string near_or_list(const std::string& name, const std::vector<std::string>& known,
                         std::string_view what) {
  if (auto near = base::nearest(name, known))
    return fmt::format("did you mean `{}`?", *near);
  if (known.empty())
    return fmt::format("it has no {}", what);
  return fmt::format("it has the {} {}", what, quoted(known));
}

diag::Result<const yaml::Node*> find_profile(const ProfilesFile& file, const std::string& name) {
  const yaml::Node* root = file.document.root;
  if (!root || !root->is_mapping() || root->entries.empty())
    return make_error(Code::ProfileMissing, fmt::format("`{}` holds no profile", file.path), {},
                      fmt::format("add a profile named `{}`", name));
  const yaml::Entry* entry = root->find_entry(name);
  if (!entry) {
    std::vector<std::string> known = keys_of(*root);
    known.erase(std::remove(known.begin(), known.end(), "config"), known.end());
    Diagnostic d = make_error(Code::ProfileMissing,
                              fmt::format("there is no profile `{}` in `{}`", name, file.path), {},
                              near_or_list(name, known, "profiles"));
    d.legacy_text = fmt::format("Could not find profile named '{}'", name);
    return d;
  }
  if (!entry->value->is_mapping())
    return make_error(Code::ProfileInvalid, fmt::format("the profile `{}` is no mapping", name),
                      entry->key_span, "it needs `target` and `outputs`");
  return entry->value;
}

diag::Result<std::string> choose_target(const yaml::Node& profile, const ProfileRequest& request,
                                        ConfigRenderer& renderer) {
  if (!request.target_name.empty())
    return request.target_name;
  const yaml::Node* target = profile.find("target");
  if (!target || target->is_null())
    return std::string("default");
  auto rendered = renderer.render(*target);
  if (!rendered)
    return std::move(rendered.error());
  return base::python_str(*rendered);
}

diag::Result<const yaml::Entry*> find_output(const yaml::Node& profile, const std::string& name,
                                             const std::string& target) {
  const yaml::Entry* outputs = profile.find_entry("outputs");
  if (!outputs || !outputs->value->is_mapping()) {
    Diagnostic d =
        make_error(Code::ProfileInvalid, fmt::format("the profile `{}` has no `outputs`", name),
                   outputs ? outputs->key_span : diag::Span());
    d.legacy_text = fmt::format("outputs not specified in profile '{}'", name);
    return d;
  }
  const yaml::Entry* output = outputs->value->find_entry(target);
  if (!output) {
    std::vector<std::string> known = keys_of(*outputs->value);
    Diagnostic d = make_error(Code::TargetMissing,
                              fmt::format("the profile `{}` has no target `{}`", name, target),
                              outputs->key_span, near_or_list(target, known, "targets"));
    std::string listed;
    for (const std::string& each : known)
      listed += fmt::format("\n - {}", each);
    d.legacy_text = fmt::format(
        "The profile '{}' does not have a target named '{}'. The valid target "
        "names for this profile are:{}",
        name, target, listed);
    return d;
  }
  if (!output->value->is_mapping())
    return make_error(Code::ProfileInvalid,
                      fmt::format("the target `{}` of profile `{}` is no mapping", target, name),
                      output->key_span);
  return output;
}

/// Renders the output key by key: a password that is no valid Jinja is taken as it is.
diag::Result<DataMap> render_output(const yaml::Node& output, ConfigRenderer& renderer) {
  DataMap values;
  for (const yaml::Entry& entry : output.entries) {
    auto value = renderer.render(*entry.value);
    bool is_password = entry.key == "password" || entry.key == "pass";
    if (!value && !is_password) {
      value.error().note.clear();
      return std::move(value.error());
    }
    values.set(entry.key, value ? std::move(*value) : yaml::to_data(*entry.value));
  }
  return values;
}

/// The value of a key that has a second name; both at once is an error.
std::string aliased(Fields& fields, std::string_view key, std::string_view alias) {
  if (fields.has(key) && fields.has(alias))
    fields.fail(make_error(Code::ProfileInvalid,
                           fmt::format("`{}` and `{}` are both set and mean the same", key, alias),
                           fields.key_span(alias), "remove one of the two"));
  return fields.text(fields.has(key) ? key : alias);
}

int number(Fields& fields, std::string_view key, int fallback, int least, int most) {
  int64_t value = fields.integer(key, fallback);
  if (value < least || value > most) {
    fields.fail(fields.wrong(key, fmt::format("a number from {} to {}", least, most)));
    return fallback;
  }
  return static_cast<int>(value);
}

void require_keys(const Credentials& c, Fields& fields, const std::string& target,
                  diag::Span place) {
  std::vector<std::string> missing;
  if (c.host.empty())
    missing.emplace_back("host");
  if (c.user.empty())
    missing.emplace_back("user");
  if (!fields.has("password") && !fields.has("pass"))
    missing.emplace_back("password");
  if (!fields.has("port"))
    missing.emplace_back("port");
  if (c.database.empty())
    missing.emplace_back("dbname");
  if (c.schema.empty())
    missing.emplace_back("schema");
  if (missing.empty())
    return;
  Diagnostic d =
      make_error(Code::ProfileInvalid,
                 fmt::format("the target `{}` lacks {}", target, quoted(missing)), place);
  d.legacy_text = fmt::format("'{}' is a required property", missing[0]);
  fields.fail(std::move(d));
}

Credentials read_credentials(Fields& fields) {
  Credentials c;
  constexpr int kLarge = 1'000'000'000;
  c.host = fields.text("host");
  c.user = fields.text("user");
  c.password = aliased(fields, "password", "pass");
  c.database = aliased(fields, "database", "dbname");
  c.schema = fields.text("schema");
  c.role = fields.text("role");
  c.search_path = fields.text("search_path");
  c.port = number(fields, "port", 5432, 1, 65535);
  c.connect_timeout_s = number(fields, "connect_timeout", 10, 0, kLarge);
  c.keepalives_idle_s = number(fields, "keepalives_idle", 0, 0, kLarge);
  c.retries = number(fields, "retries", 1, 0, kLarge);
  c.sslmode = fields.text("sslmode");
  c.sslcert = fields.text("sslcert");
  c.sslkey = fields.text("sslkey");
  c.sslrootcert = fields.text("sslrootcert");
  c.application_name = fields.text("application_name", "dbt");
  c.autocommit = fields.boolean("autocommit", false);
  c.embedded = fields.boolean("embedded", false);
  c.statement_timeout_ms = number(fields, "statement_timeout_ms", 0, 0, kLarge);
  c.lock_timeout_ms = number(fields, "lock_timeout_ms", 0, 0, kLarge);
  return c;
}

Data or_null(const std::string& text) { return text.empty() ? Data() : Data(text); }

DataMap target_of(const Profile& profile) {
  const Credentials& c = profile.credentials;
  return DataMap{{"host", or_null(c.host)},
                 {"port", c.port},
                 {"user", or_null(c.user)},
                 {"database", or_null(c.database)},
                 {"dbname", or_null(c.database)},
                 {"schema", or_null(c.schema)},
                 {"connect_timeout", c.connect_timeout_s},
                 {"role", or_null(c.role)},
                 {"search_path", or_null(c.search_path)},
                 {"keepalives_idle", c.keepalives_idle_s},
                 {"sslmode", or_null(c.sslmode)},
                 {"sslcert", or_null(c.sslcert)},
                 {"sslkey", or_null(c.sslkey)},
                 {"sslrootcert", or_null(c.sslrootcert)},
                 {"application_name", or_null(c.application_name)},
                 {"retries", c.retries},
                 {"autocommit", c.autocommit},
                 {"type", "postgres"},
                 {"threads", profile.threads},
                 {"name", profile.target_name},
                 {"target_name", profile.target_name},
                 {"profile_name", profile.name}};
}

/// What --embedded and a bare `embedded: true` need.
void fill_embedded(Credentials& c) {
  c.embedded = true;
  if (c.user.empty())
    c.user = "weft";
  if (c.database.empty())
    c.database = "weft";
  if (c.schema.empty())
    c.schema = "public";
}

Profile embedded_profile(const ProfileRequest& request) {
  Profile profile;
  profile.name = request.profile_name.empty() ? "embedded" : request.profile_name;
  profile.target_name = request.target_name.empty() ? "embedded" : request.target_name;
  profile.threads = request.threads > 0 ? request.threads : 4;
  fill_embedded(profile.credentials);
  profile.target = target_of(profile);
  return profile;
}

Diagnostic no_profile_name(const std::string& path) {
  Diagnostic d = make_error(
      Code::ProfileMissing, "dbt_project.yml names no profile", {},
      fmt::format("add a line like `profile: my_profile`, with a profile of `{}`", path));
  d.legacy_text = "dbt cannot run because no profile was specified for this dbt project.";
  return d;
}

Diagnostic no_file(const ProfileRequest& request, const std::string& path) {
  Diagnostic d = make_error(
      Code::ProfileMissing,
      fmt::format("there is no `{}` to read the profile `{}` from", path, request.profile_name), {},
      "write one, name its folder with --profiles-dir, or use --embedded, which needs "
      "none");
  d.legacy_text = fmt::format("Could not find profile named '{}'", request.profile_name);
  return d;
}

}  // namespace

std::string profiles_directory(const ProfileRequest& request, const base::Env& env) {
  if (!request.profiles_dir.empty())
    return base::absolute_path(request.profiles_dir, env.working_directory);
  for (const std::string& folder : {env.working_directory, request.project_root}) {
    if (!folder.empty() && env.files.exists(base::join_path(folder, "profiles.yml")))
      return folder;
  }
  return base::join_path(env.home_directory, ".dbt");
}

diag::Result<Profile> load_profile(const ProfileRequest& request, const RenderContext& context,
                                   diag::Sources& sources, diag::Sink& sink) {
  if (request.embedded)
    return embedded_profile(request);
  std::string path = base::join_path(profiles_directory(request, context.env), "profiles.yml");
  if (request.profile_name.empty())
    return no_profile_name(path);
  if (!context.env.files.exists(path))
    return no_file(request, path);
  auto file = read_profiles(path, context.env, sources, sink);
  if (!file)
    return std::move(file.error());
  auto node = find_profile(*file, request.profile_name);
  if (!node)
    return std::move(node.error());
  RenderContext secret_context = context;
  secret_context.secrets_allowed = true;
  ConfigRenderer renderer(secret_context, sources);
  auto target = choose_target(**node, request, renderer);
  if (!target)
    return std::move(target.error());
  auto output = find_output(**node, request.profile_name, *target);
  if (!output)
    return std::move(output.error());
  auto values = render_output(*(*output)->value, renderer);
  if (!values)
    return std::move(values.error());

  Fields fields((*output)->value, *values, Code::ProfileInvalid,
                fmt::format("target `{}`", *target));
  Profile profile;
  profile.name = request.profile_name;
  profile.target_name = *target;
  std::string type = fields.text("type");
  if (type != "postgres") {
    Diagnostic d = fields.wrong("type", "`postgres`");
    if (!d.span.valid())
      d.span = (*output)->key_span;
    d.hint = "weft runs on PostgreSQL only";
    return d;
  }
  profile.threads = number(fields, "threads", 1, 1, kMaxThreads);
  if (request.threads > 0)
    profile.threads = std::min(request.threads, kMaxThreads);
  profile.credentials = read_credentials(fields);
  if (profile.credentials.embedded)
    fill_embedded(profile.credentials);
  else
    require_keys(profile.credentials, fields, *target, (*output)->key_span);
  if (fields.error())
    return *fields.error();
  fields.warn_unknown(kKnownKeys, sink);
  profile.target = target_of(profile);
  return profile;
}

}  // namespace weft::config
