// debug: checks profile, project, git and connection, and tells of all that fail.
#include <string_view>
#include <sys/utsname.h>

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "cli/commands.h"
#include "config/process.h"

namespace weft::cli {
namespace {

/// What is shown of a connection, in dbt's order.
constexpr std::string_view kConnectionKeys =
    "host port user database schema connect_timeout role search_path keepalives_idle sslmode "
    "sslcert sslkey sslrootcert application_name autocommit retries";

/// One check: what its line says, and what is wrong when it failed.
struct Check {
  std::string line;
  std::string problem;
  bool failed = false;
  /// It was told as the error that ends the command.
  bool ends_command = false;
};

void say(Session& session, std::string text) {
  base::DataMap data;
  data.set("msg", base::Data(text));
  session.log.write({"DebugCmdOut", "Z047", Level::Info, std::move(text), std::move(data), true});
}

/// The words of an error without dbt's headline.
std::string words_of(const diag::Diagnostic& error) {
  return error.legacy_text.empty() ? error.message : error.legacy_text;
}

/// "Linux-6.1.0-x86_64".
std::string system_name() {
  utsname names;
  if (uname(&names) != 0)
    return "unknown";
  return fmt::format("{}-{}-{}", names.sysname, names.release, names.machine);
}

std::string profiles_path(const Session& session) {
  config::ProfileRequest request = session.profile_request();
  std::string folder = request.profiles_dir.empty()
                           ? config::profiles_directory(request, session.env)
                           : request.profiles_dir;
  return folder + "/profiles.yml";
}

Check check_profile(Session& session) {
  config::ProfileRequest request = session.profile_request();
  if (request.profile_name.empty() && !request.embedded) {
    // Which of its profiles is meant is for dbt_project.yml to say, whose check fails.
    bool exists = session.env.files.exists(
        base::absolute_path(profiles_path(session), session.env.working_directory));
    return {exists ? "OK found" : "ERROR not found", "there is no profiles.yml", !exists};
  }
  diag::Result<config::Profile> loaded = session.read_profile();
  if (loaded) {
    session.profile = std::move(*loaded);
    return {"OK found and valid", "", false};
  }
  std::string path = profiles_path(session);
  if (!session.env.files.exists(base::absolute_path(path, session.env.working_directory))) {
    return {"ERROR not found",
            fmt::format("dbt looked for a profiles.yml file in {}, but did\nnot find one. For more "
                        "information on configuring your profile, consult the\ndocumentation:\n\n"
                        "https://docs.getdbt.com/docs/configure-your-profile",
                        path),
            true};
  }
  return {"ERROR invalid",
          "Profile loading failed for the following reason:\n" + words_of(loaded.error()), true};
}

/// The parts of dbt_project.yml that need the profile.
Check check_project(Session& session, bool was_read, const std::string& problem) {
  if (!was_read) {
    bool exists =
        session.env.files.exists(base::join_path(session.env.working_directory, "dbt_project.yml"));
    return {exists ? "ERROR invalid" : "ERROR not found",
            "Project loading failed for the following reason:\n" + problem, true};
  }
  config::RenderContext context = session.render_context();
  context.target = &session.profile.target;
  diag::Result<config::Project> full =
      config::load_project(session.project.root, true, context, session.sources, session.sink);
  diag::Status version = diag::Done{};
  if (full && session.flags.get_bool("version_check"))
    version = config::check_required_version(*full);
  if (full && version)
    return {"OK found and valid", "", false};
  const diag::Diagnostic& error = full ? version.error() : full.error();
  // What a template says against is no matter of this check alone.
  if (base::starts_with(error.legacy_text, "Compilation Error")) {
    session.console.fatal(error);
    return {"ERROR invalid", "", true, true};
  }
  return {"ERROR invalid", "Project loading failed for the following reason:\n" + words_of(error),
          true};
}

Check check_git(Session& session) {
  diag::Result<config::ProcessResult> run =
      config::run_process({"git", "--version"}, session.env.working_directory,
                          session.env.variables, session.env.cancel);
  if (run && run->exit_code == 0)
    return {"OK found", "", false};
  return {"ERROR", "Error from git --help: git cannot be run; packages from git need it", true};
}

Check check_connection(Session& session) {
  std::string lines = "Connection:\n";
  for (std::string_view key : base::split(kConnectionKeys, ' ')) {
    if (const base::Data* value = session.profile.target.find(key))
      lines += fmt::format("  {}: {}\n", key, python_str(*value));
  }
  say(session, lines);
  if (session.profile.credentials.embedded)
    say(session, "  server: weft's own, under .weft/");
  auto made = session.make_adapter();
  diag::Status tested = made ? diag::Status(diag::Done{}) : diag::Status(made.error());
  if (made) {
    auto connection = (*made)->connect("debug");
    auto answer = connection->query_catalog("select 1 as id");
    if (!answer)
      tested = answer.error();
  }
  say(session, fmt::format("  Connection test: [{}]\n", tested ? "OK connection ok" : "ERROR"));
  if (tested)
    return {"OK connection ok", "", false};
  std::string problem = fmt::format(
      "dbt was unable to connect to the specified database.\nThe database returned the following "
      "error:\n\n  >{}\n\nCheck your database credentials and try again.",
      words_of(tested.error()));
  if (!tested.error().hint.empty())
    problem += "\nhint: " + tested.error().hint;
  return {"ERROR", problem, true};
}

int report(Session& session, const std::vector<Check>& checks) {
  size_t failed = 0;
  for (const Check& check : checks)
    failed += check.failed ? 1 : 0;
  if (failed == 0) {
    say(session, "All checks passed!");
    return kSuccess;
  }
  say(session, fmt::format("{} check{} failed:", failed, failed == 1 ? "" : "s"));
  for (const Check& check : checks) {
    if (check.failed)
      say(session, check.problem + "\n");
  }
  return kNodeFailed;
}

}  // namespace

int cmd_debug(Session& session) {
  std::string problem;
  bool has_project = session.load_project(&problem);
  // A warning that counts as an error has ended the command.
  if (!has_project && problem.empty())
    return kUnhandled;
  std::string root = has_project ? session.project.root : session.env.working_directory;
  if (session.line.is_on("config_dir")) {
    say(session, config::profiles_directory(session.profile_request(), session.env));
    return kSuccess;
  }
  say(session, fmt::format("dbt version: {} (weft {})", config::kDbtVersion, config::kWeftVersion));
  say(session, "os info: " + system_name());
  Check profile = check_profile(session);
  std::string path = profiles_path(session);
  say(session, "Using profiles dir at " + path.substr(0, path.rfind('/')));
  say(session, "Using profiles.yml file at " + path);
  say(session, fmt::format("Using dbt_project.yml file at {}/dbt_project.yml", root));
  say(session, "adapter type: postgres");
  say(session, fmt::format("adapter version: {}", kPostgresVersion));
  Check project = check_project(session, has_project, problem);
  if (project.ends_command)
    return kUnhandled;
  std::vector<Check> checks = {profile, project};
  if (session.line.is_on("connection")) {
    say(session, "Skipping steps before connection verification");
  } else {
    say(session, "Configuration:");
    say(session, fmt::format("  profiles.yml file [{}]", profile.line));
    say(session, fmt::format("  dbt_project.yml file [{}]", project.line));
    checks.push_back(check_git(session));
    say(session, fmt::format("Required dependencies:\n - git [{}]\n", checks.back().line));
  }
  if (profile.failed || session.profile.name.empty())
    say(session, "Connection test skipped since no profile was found");
  else
    checks.push_back(check_connection(session));
  return report(session, checks);
}

}  // namespace weft::cli
