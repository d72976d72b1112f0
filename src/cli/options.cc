#include "cli/options.h"

namespace weft::cli {
namespace {

using enum OptionKind;

constexpr OptionSpec kOptions[] = {
    {"project_dir", Text, "project-dir", 0, "DIR", "folder that holds dbt_project.yml"},
    {"profiles_dir", Text, "profiles-dir", 0, "DIR", "folder that holds profiles.yml"},
    {"profile", Text, "profile", 0, "NAME", "profile to use instead of the project's"},
    {"target", Text, "target", 't', "NAME", "output of the profile to use"},
    {"embedded", Switch, "embedded", 0, "", "use weft's own private PostgreSQL; needs no profile"},
    {"vars", Yaml, "vars", 0, "YAML", "variables as a YAML mapping: '{cutoff: 2024-01-01}'"},
    {"threads", Integer, "threads", 0, "N", "number of nodes that run at once"},
    {"target_path", Text, "target-path", 0, "DIR", "where artifacts go instead of target/"},
    {"log_path", Text, "log-path", 0, "DIR", "where dbt.log goes instead of logs/"},
    {"log_level", Text, "log-level", 0, "LEVEL", "debug, info, warn, error or none on the console"},
    {"log_level_file", Text, "log-level-file", 0, "LEVEL", "the same for the log file"},
    {"log_format", Text, "log-format", 0, "FORMAT", "text, debug, json or default on the console"},
    {"log_format_file", Text, "log-format-file", 0, "FORMAT", "the same for the log file"},
    {"log_file_max_bytes", Integer, "log-file-max-bytes", 0, "N",
     "size at which the log starts anew"},
    {"debug", Switch, "debug", 'd', "", "show every statement and step"},
    {"quiet", Switch, "quiet", 'q', "", "show errors and results only"},
    {"fail_fast", Switch, "fail-fast", 'x', "", "stop at the first failure"},
    {"warn_error", Switch, "warn-error", 0, "", "treat warnings as errors"},
    {"warn_error_options", Yaml, "warn-error-options", 0, "YAML",
     "which warnings are errors: {error: [..], warn: [..], silence: [..]}"},
    {"use_colors", Switch, "use-colors", 0, "", "colours on the console"},
    {"printer_width", Integer, "printer-width", 0, "N", "width of result lines"},
    {"print", Switch, "print", 0, "", "show what print() of macros writes"},
    {"write_json", Switch, "write-json", 0, "", "write artifacts"},
    {"partial_parse", Switch, "partial-parse", 0, "", "reuse what was parsed before"},
    {"populate_cache", Switch, "populate-cache", 0, "",
     "read the database's relations at the start"},
    {"cache_selected_only", Switch, "cache-selected-only", 0, "",
     "only those of selected nodes' schemas"},
    {"version_check", Switch, "version-check", 0, "", "check require-dbt-version"},
    {"introspect", Switch, "introspect", 0, "", "let macros ask the database while compiling"},
    {"indirect_selection", Text, "indirect-selection", 0, "MODE",
     "eager, cautious, buildable or empty"},
    {"defer", Switch, "defer", 0, "", "read what is not selected from the state's relations"},
    {"defer_state", Text, "defer-state", 0, "DIR", "artifacts to defer to"},
    {"favor_state", Switch, "favor-state", 0, "", "defer even where a relation exists"},
    {"state", Text, "state", 0, "DIR", "artifacts of an earlier run to compare with"},
    {"static_parser", Switch, "static-parser", 0, "", "", true},
    {"use_experimental_parser", Switch, "use-experimental-parser", 0, "", "", true},
    {"use_v2_parser", Switch, "use-v2-parser", 0, "", "", true},
    {"send_anonymous_usage_stats", Switch, "send-anonymous-usage-stats", 0, "", "", true},
    {"hints_enabled", Switch, "hints-enabled", 0, "", "", true},
    {"macro_debugging", Switch, "macro-debugging", 0, "", "", true},
    {"single_threaded", Switch, "single-threaded", 0, "", "", true},
    {"use_fast_test_edges", Switch, "use-fast-test-edges", 0, "", "", true},
    {"log_cache_events", Switch, "log-cache-events", 0, "", "", true},
    {"manage_state", Switch, "manage-state", 0, "", "", true},
    {"show_all_deprecations", Switch, "show-all-deprecations", 0, "",
     "show each deprecated use, not the first of its kind alone"},
    {"show_resource_report", Switch, "show-resource-report", 0, "",
     "show time and memory at the end"},
    {"upload_to_artifacts_ingest_api", Switch, "upload-to-artifacts-ingest-api", 0, "", "", true},
    {"record_timing_info", Text, "record-timing-info", 'r', "FILE", "", true},
    {"partial_parse_file_path", Text, "partial-parse-file-path", 0, "FILE",
     "the earlier parse to reuse; see docs/partial-parsing.md"},
    {"partial_parse_file_diff", Switch, "partial-parse-file-diff", 0, "", "", true},
    {"maximum_seed_size_mib", Integer, "maximum-seed-size-mib", 0, "N",
     "a larger seed is compared by its path, not its content; 0 for no limit"},
    {"use_colors_file", Switch, "use-colors-file", 0, "", "", true},
    {"select", Words, "select models model", 's', "SELECTOR", "nodes to work on"},
    {"exclude", Words, "exclude", 0, "SELECTOR", "nodes to leave out"},
    {"selector", Text, "selector", 0, "NAME", "a selector of selectors.yml"},
    {"resource_types", Words, "resource-type resource-types", 0, "TYPE",
     "kinds of nodes to work on"},
    {"exclude_resource_types", Words, "exclude-resource-type exclude-resource-types", 0, "TYPE",
     "kinds of nodes to leave out"},
    {"full_refresh", Switch, "full-refresh", 'f', "",
     "rebuild incremental models and seeds from nothing"},
    {"empty", Switch, "empty", 0, "", "build everything without rows"},
    {"store_failures", Switch, "store-failures", 0, "", "keep the failing rows of tests in tables"},
    {"show", Switch, "show", 0, "", "show a sample of the loaded rows"},
    {"event_time_start", Text, "event-time-start", 0, "TIME",
     "begin of the window of microbatch models"},
    {"event_time_end", Text, "event-time-end", 0, "TIME", "its end"},
    {"sample", Text, "sample", 0, "WINDOW", "only rows of this time window"},
    {"export_saved_queries", Switch, "export-saved-queries", 0, "", "", true},
    {"inline", Text, "inline", 0, "SQL", "SQL or Jinja to use instead of a node"},
    {"inline_direct", Text, "inline-direct", 0, "SQL", "SQL that is sent as it is"},
    {"limit", Integer, "limit", 0, "N", "rows to show, -1 for all"},
    {"output", Text, "output", 'o', "FORMAT",
     "json, name, path, selector or text; the file of source freshness"},
    {"inject_ephemeral_ctes", Switch, "inject-ephemeral-ctes", 0, "",
     "put ephemeral models into the queries that read them"},
    {"output_keys", Words, "output-keys", 0, "KEY", "keys of the JSON output"},
    {"args", Yaml, "args", 0, "YAML", "arguments of the macro"},
    {"sql", Text, "sql", 0, "SQL", "a statement to run instead of a macro"},
    {"compile", Switch, "compile", 0, "", "compile before the catalog is read"},
    {"empty_catalog", Switch, "empty-catalog", 0, "", "do not ask the database"},
    {"static", Switch, "static", 0, "", "write the site as one file too"},
    {"host", Text, "host", 0, "HOST", "address to listen on"},
    {"port", Integer, "port", 0, "N", "port to listen on"},
    {"browser", Switch, "browser open", 0, "", "", true},
    {"lock", Switch, "lock", 0, "", "write package-lock.yml only"},
    {"add_package", Text, "add-package", 0, "NAME@VERSION", "add a package to packages.yml first"},
    {"source", Text, "source", 0, "KIND", "where the added package comes from: hub, git or local"},
    {"upgrade", Switch, "upgrade", 0, "", "ignore package-lock.yml"},
    {"connection", Switch, "connection", 0, "", "test the connection only"},
    {"config_dir", Switch, "config-dir", 0, "", "show where profiles.yml is looked for"},
    {"skip_profile_setup", Switch, "skip-profile-setup", 's', "", "do not ask for a profile"},
    {"skip_debug", Switch, "skip-debug", 0, "", "", true},
    {"clean_project_files_only", Switch, "clean-project-files-only", 0, "",
     "refuse paths outside of the project"},
    {"batch", Switch, "batch", 0, "", "one JSON case a line on standard input"},
    {"context", Text, "context", 0, "JSON", "variables of the template"},
};

// clang-format off: the texts below stand as --help shows them.
constexpr CommandSpec kCommands[] = {
    {"init", "", "make a new project", "skip_profile_setup skip_debug", "[NAME]",
     R"(Makes a folder with a small project that builds on weft's own PostgreSQL.

  weft init shop
  cd shop && weft build
)"},
    {"debug", "", "check project, profile and connection", "connection config_dir", "", ""},
    {"deps", "", "install the packages of packages.yml", "lock upgrade add_package source", "", ""},
    {"clean", "", "remove the folders listed under clean-targets", "clean_project_files_only", "",
     ""},
    {"parse", "", "read the project and write manifest.json", "", "", ""},
    {"ls", "list", "list the selected nodes",
     "select exclude selector resource_types exclude_resource_types output output_keys", "",
     R"(  weft ls --select +orders        the model and all that it needs
  weft ls --select tag:daily --output json
)"},
    {"compile", "", "turn models into SQL under target/compiled",
     "select exclude selector resource_types exclude_resource_types full_refresh empty inline "
     "output inject_ephemeral_ctes",
     "", ""},
    {"clone", "", "make views of another environment's relations",
     "select exclude selector resource_types exclude_resource_types full_refresh", "",
     R"(  weft clone --state prod-artifacts --select +orders
)"},
    {"source freshness", "source snapshot-freshness", "check how old the rows of sources are",
     "select exclude selector output", "",
     R"(  weft source freshness --select source:shop

The result is target/sources.json.
)"},
    {"show", "", "run a query and show its first rows",
     "select exclude selector full_refresh inline inline_direct limit output", "",
     R"(  weft show --select orders
  weft show --inline "select count(*) from {{ ref('orders') }}"
)"},
    {"seed", "", "load CSV and JSON files into tables",
     "select exclude selector full_refresh show empty", "", ""},
    {"run", "", "build models",
     "select exclude selector full_refresh empty event_time_start event_time_end sample", "", ""},
    {"snapshot", "", "record how rows change over time", "select exclude selector empty", "", ""},
    {"test", "", "check data tests and unit tests",
     "select exclude selector resource_types exclude_resource_types store_failures", "", ""},
    {"build", "", "seeds, models, snapshots and their tests in order",
     "select exclude selector resource_types exclude_resource_types full_refresh empty "
     "store_failures show event_time_start event_time_end sample export_saved_queries",
     "",
     R"(  weft build                      everything
  weft build --select staging+    a folder and what depends on it
  weft build --embedded           on weft's own PostgreSQL, without a profile
)"},
    {"run-operation", "", "call a macro, or run one statement", "args sql", "[MACRO]",
     R"(  weft run-operation grant_access --args '{role: reader}'
)"},
    {"retry", "", "repeat what failed in the last run", "full_refresh", "",
     R"(  weft build || weft retry        under the flags of that run; --threads and --vars may change
)"},
    {"docs generate", "", "write the documentation site",
     "select exclude selector compile empty_catalog static", "", ""},
    {"docs serve", "", "serve the documentation site on this machine", "host port browser", "", ""},
    {"db", "", "weft's own PostgreSQL: start, stop, status, psql, reset", "", "ACTION",
     R"(  weft db start | stop | status
  weft db psql      opens psql on the project's database
  weft db reset     removes all of its data
)"},
    {"jinja", "", "render a template, or standard input, with a JSON context", "batch context",
     "[TEMPLATE]", ""},
    {"completion", "", "print a completion script for bash or zsh", "", "SHELL",
     R"(  source <(weft completion bash)
)"},
};
// clang-format on

constexpr std::string_view kFirstCommandOption = "select";

}  // namespace

std::span<const OptionSpec> option_specs() { return kOptions; }
std::span<const CommandSpec> command_specs() { return kCommands; }

const OptionSpec* find_option(std::string_view name) {
  for (const OptionSpec& option : kOptions) {
    if (option.name == name)
      return &option;
  }
  return nullptr;
}

bool is_global_option(std::string_view name) {
  const OptionSpec* option = find_option(name);
  return option != nullptr && option < find_option(kFirstCommandOption);
}

}  // namespace weft::cli
