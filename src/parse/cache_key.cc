#include "parse/cache_key.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/strings.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

/// Flags that say where the result goes, what is shown or what is done with it later. Any other may
/// change what is parsed. Templates that ask for a flag are rendered anew by every command.
constexpr std::array<std::string_view, 62> kFlagsOfNoUse = {
    "cache_selected_only",
    "compile",
    "defer",
    "defer_state",
    "empty",
    "empty_catalog",
    "event_time_end",
    "event_time_start",
    "exclude",
    "exclude_resource_types",
    "export_saved_queries",
    "fail_fast",
    "favor_state",
    "full_refresh",
    "host",
    "include_saved_query",
    "indirect_selection",
    "inject_ephemeral_ctes",
    "inline",
    "inline_direct",
    "introspect",
    "limit",
    "log_cache_events",
    "log_file_max_bytes",
    "log_format",
    "log_format_file",
    "log_level",
    "log_level_file",
    "log_path",
    "macro_debugging",
    "models",
    "no_print",
    "output",
    "output_keys",
    "partial_parse",
    "partial_parse_file_diff",
    "partial_parse_file_path",
    "populate_cache",
    "port",
    "print",
    "printer_width",
    "profile",
    "profiles_dir",
    "project_dir",
    "quiet",
    "record_timing_info",
    "resource_types",
    "sample",
    "select",
    "selector",
    "send_anonymous_usage_stats",
    "show",
    "show_resource_report",
    "single_threaded",
    "state",
    "static",
    "target",
    "target_path",
    "threads",
    "use_colors",
    "use_colors_file",
    "write_json",
};

bool is_of_use(std::string_view flag) {
  return std::find(kFlagsOfNoUse.begin(), kFlagsOfNoUse.end(), flag) == kFlagsOfNoUse.end();
}

Data texts(const std::vector<std::string>& list) {
  DataList made;
  for (const std::string& text : list)
    made.emplace_back(text);
  return Data(std::move(made));
}

std::string hashed(DataMap values) {
  return base::sha256_hex(base::to_json(Data(std::move(values)), true));
}

DataMap of_trees(const config::ConfigTrees& trees) {
  DataMap made;
  made.set("models", Data(trees.models));
  made.set("seeds", Data(trees.seeds));
  made.set("snapshots", Data(trees.snapshots));
  made.set("analyses", Data(trees.analyses));
  made.set("sources", Data(trees.sources));
  made.set("data_tests", Data(trees.data_tests));
  made.set("unit_tests", Data(trees.unit_tests));
  made.set("functions", Data(trees.functions));
  made.set("metrics", Data(trees.metrics));
  made.set("semantic_models", Data(trees.semantic_models));
  made.set("saved_queries", Data(trees.saved_queries));
  made.set("exposures", Data(trees.exposures));
  return made;
}

Data of_quoting(const config::Quoting& quoting) {
  DataList made;
  for (const std::optional<bool>& part :
       {quoting.database, quoting.schema, quoting.identifier, quoting.column})
    made.push_back(part ? Data(*part) : Data());
  return Data(std::move(made));
}

/// The file as written, and what became of it: variables and vars may stand in it.
DataMap of_project(const ParseInput& input, const config::Project& project) {
  DataMap made;
  made.set(
      "text",
      Data(project.source.valid() ? base::sha256_hex(input.sources.get(project.source).text) : ""));
  made.set("version", Data(project.version));
  made.set("root", Data(project.root));
  made.set("paths", Data(DataList{texts(project.model_paths), texts(project.seed_paths),
                                  texts(project.test_paths), texts(project.analysis_paths),
                                  texts(project.macro_paths), texts(project.snapshot_paths),
                                  texts(project.function_paths), texts(project.docs_paths)}));
  made.set("quoting", of_quoting(project.quoting));
  made.set("hooks", Data(DataList{texts(project.on_run_start), texts(project.on_run_end)}));
  DataList dispatch;
  for (const config::DispatchRule& rule : project.dispatch)
    dispatch.push_back(Data(DataList{Data(rule.macro_namespace), texts(rule.search_order)}));
  made.set("dispatch", Data(std::move(dispatch)));
  made.set("trees", Data(of_trees(project.trees)));
  made.set("unrendered", Data(of_trees(project.unrendered)));
  made.set("vars", Data(project.vars));
  made.set("visible_vars", Data(input.vars.visible(project.name)));
  made.set("restrict_access", Data(project.restrict_access));
  return made;
}

std::string of_flags(const ParseInput& input) {
  DataMap made;
  for (const auto& [name, value] : input.flags.all()) {
    if (is_of_use(name))
      made.set(name, value);
  }
  return hashed(std::move(made));
}

std::string of_profile(const ParseInput& input) {
  const config::Credentials& credentials = input.profile.credentials;
  DataMap made;
  made.set("name", Data(input.profile.name));
  made.set("database", Data(credentials.database));
  made.set("schema", Data(credentials.schema));
  made.set("embedded", Data(credentials.embedded));
  DataMap target = input.profile.target;
  target.erase("threads");
  made.set("target", Data(std::move(target)));
  return hashed(std::move(made));
}

/// Flags that templates or checks may ask for, and the number of threads, which `target` has.
std::string of_command(const ParseInput& input) {
  DataMap made;
  made.set("flags", Data(of_flags(input)));
  made.set("threads", Data(static_cast<int64_t>(input.profile.threads)));
  return hashed(std::move(made));
}

}  // namespace

std::string variable_hash(const std::optional<std::string>& value) {
  return value ? base::sha256_hex("=" + *value) : "";
}

std::vector<KeyPart> cache_key(const ParseInput& input) {
  std::vector<KeyPart> key;
  DataMap vars = input.cli_vars;
  key.push_back({"vars", base::sha256_hex(hashed(std::move(vars)) + input.profile.target_name)});
  key.push_back({"command", of_command(input)});
  key.push_back({"profile", of_profile(input)});
  key.push_back({"project " + input.root.name, hashed(of_project(input, input.root))});
  for (const config::Project& package : input.packages)
    key.push_back({"project " + package.name, hashed(of_project(input, package))});
  return key;
}

std::string key_difference(const std::vector<KeyPart>& old, const std::vector<KeyPart>& now) {
  if (old == now)
    return "";
  auto find = [](const std::vector<KeyPart>& key, std::string_view name) -> const KeyPart* {
    auto found = std::find_if(key.begin(), key.end(),
                              [&](const KeyPart& part) { return part.name == name; });
    return found == key.end() ? nullptr : &*found;
  };
  for (const KeyPart& part : now) {
    const KeyPart* before = find(old, part.name);
    if (before == nullptr)
      return "a project dependency has been added";
    if (before->hash == part.hash)
      continue;
    if (part.name == "profile")
      return "profile has changed";
    if (part.name == "command")
      return std::string(kOtherCommand);
    return part.name == "vars" ? "config vars, config profile, or config target have changed"
                               : "a project config has changed";
  }
  return "a project config has changed";
}

}  // namespace weft::parse
