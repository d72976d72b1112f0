#include "config/project.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "base/unicode.h"
#include "config/config_render.h"
#include "config/deprecations.h"
#include "config/fields.h"
#include "config/semver.h"

namespace weft::config {
namespace {

using base::Data;
using base::DataMap;
using diag::Code;
using diag::Diagnostic;

constexpr std::string_view kFileName = "dbt_project.yml";

constexpr std::string_view kKnownKeys[] = {"name",
                                           "version",
                                           "config-version",
                                           "profile",
                                           "model-paths",
                                           "seed-paths",
                                           "test-paths",
                                           "analysis-paths",
                                           "macro-paths",
                                           "snapshot-paths",
                                           "function-paths",
                                           "docs-paths",
                                           "asset-paths",
                                           "osi-paths",
                                           "source-paths",
                                           "data-paths",
                                           "target-path",
                                           "log-path",
                                           "packages-install-path",
                                           "clean-targets",
                                           "quoting",
                                           "on-run-start",
                                           "on-run-end",
                                           "require-dbt-version",
                                           "dispatch",
                                           "models",
                                           "seeds",
                                           "snapshots",
                                           "analyses",
                                           "sources",
                                           "tests",
                                           "data_tests",
                                           "unit_tests",
                                           "functions",
                                           "metrics",
                                           "semantic-models",
                                           "saved-queries",
                                           "exposures",
                                           "vars",
                                           "query-comment",
                                           "restrict-access",
                                           "dbt-cloud",
                                           "packages",
                                           "flags",
                                           "project-root",
                                           "anchors"};

/// Names that templates use for something else.
constexpr std::string_view kReservedNames[] = {"adapter",
                                               "api",
                                               "column",
                                               "config",
                                               "context",
                                               "database",
                                               "env",
                                               "env_var",
                                               "exceptions",
                                               "execute",
                                               "flags",
                                               "fromjson",
                                               "fromyaml",
                                               "graph",
                                               "invocation_id",
                                               "load_agate_table",
                                               "load_result",
                                               "log",
                                               "model",
                                               "modules",
                                               "post_hooks",
                                               "pre_hooks",
                                               "ref",
                                               "render",
                                               "return",
                                               "run_started_at",
                                               "schema",
                                               "source",
                                               "sql",
                                               "sql_now",
                                               "store_result",
                                               "store_raw_result",
                                               "target",
                                               "this",
                                               "tojson",
                                               "toyaml",
                                               "try_or_compiler_error",
                                               "var",
                                               "write"};

Diagnostic invalid(std::string message, diag::Span span = {}, std::string hint = {}) {
  return make_error(Code::ProjectInvalid, std::move(message), span, std::move(hint));
}

/// How the file is called in messages: short for the root, with its folder for a package.
std::string shown_path(const std::string& root, const base::Env& env) {
  std::string path = base::join_path(root, kFileName);
  std::string relative = base::relative_path(path, env.working_directory);
  return base::starts_with(relative, "../") ? std::string(kFileName) : relative;
}

/// dbt renders hooks, the query comment and vars only when they are used.
bool stays_raw(const std::vector<std::string_view>& path) {
  std::string first = dashed(path[0]);
  if (first == "on-run-start" || first == "on-run-end" || first == "query-comment" ||
      first == "vars" || first == "flags")
    return true;
  bool has_hooks = first == "models" || first == "seeds" || first == "snapshots" ||
                   first == "tests" || first == "data-tests";
  if (!has_hooks)
    return false;
  return std::any_of(path.begin(), path.end(), [](std::string_view key) {
    while (base::starts_with(key, "+") || base::starts_with(key, " "))
      key.remove_prefix(1);
    std::string name = dashed(key);
    return name == "pre-hook" || name == "post-hook";
  });
}

bool is_identifier(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9'))
    return false;
  for (size_t at = 0; at < name.size();) {
    base::DecodedChar c = base::decode_utf8(name, at);
    bool is_ascii_word = (c.value >= 'a' && c.value <= 'z') || (c.value >= 'A' && c.value <= 'Z') ||
                         (c.value >= '0' && c.value <= '9') || c.value == '_';
    if (!c.valid || (c.value < 0x80 && !is_ascii_word) || !base::is_printable(c.value))
      return false;
    at += c.length;
  }
  return true;
}

void check_name(const Project& project, Fields& fields) {
  if (!fields.has("name") || project.name.empty()) {
    fields.fail(invalid(fmt::format("{} has no `name`", kFileName), fields.key_span("name"),
                        "add a line like: name: my_project"));
    return;
  }
  diag::Span span = fields.value_span("name");
  if (!is_identifier(project.name)) {
    std::string fixed;
    for (char c : project.name)
      fixed += is_identifier(std::string("_") + c) ? c : '_';
    fields.fail(invalid(fmt::format("the project's name `{}` is not made of letters, digits and "
                                    "underscores, starting with a letter",
                                    project.name),
                        span, fmt::format("call it `{}`", fixed)));
    return;
  }
  if (std::find(std::begin(kReservedNames), std::end(kReservedNames), project.name) !=
      std::end(kReservedNames))
    fields.fail(invalid(
        fmt::format("the project's name `{}` is a word of the template language", project.name),
        span, "choose another name"));
}

/// A folder that is read or written; all of them stay within the project.
std::string checked_path(const Project& project, Fields& fields, std::string_view key,
                         const std::string& path) {
  bool is_reading = key != "target-path" && key != "log-path" && key != "packages-install-path";
  std::string whole = base::absolute_path(path, project.root);
  if (path.find('\0') != std::string::npos)
    fields.fail(
        invalid(fmt::format("`{}` holds a path with a NUL character", key), fields.key_span(key)));
  else if (is_reading && !base::is_inside(whole, project.root))
    fields.fail(invalid(fmt::format("`{}` names `{}`, which is outside of the project", key, path),
                        fields.key_span(key), "use a path within the project's folder"));
  std::string result = path;
  while (result.size() > 1 && result.back() == '/')
    result.pop_back();
  return result;
}

std::vector<std::string> path_list(const Project& project, Fields& fields, std::string_view key,
                                   std::vector<std::string> fallback) {
  std::vector<std::string> paths = fields.list(key, std::move(fallback));
  std::vector<std::string> result;
  for (const std::string& path : paths)
    result.push_back(checked_path(project, fields, key, path));
  return result;
}

/// A list of paths that has a former name.
std::vector<std::string> renamed_paths(const Project& project, Fields& fields, std::string_view key,
                                       std::string_view old_key,
                                       std::vector<std::string> fallback) {
  if (fields.has(key) && fields.has(old_key))
    fields.fail(invalid(fmt::format("`{}` and its old name `{}` are both set", key, old_key),
                        fields.key_span(old_key), fmt::format("keep `{}`", key)));
  return path_list(project, fields, fields.has(key) ? key : old_key, std::move(fallback));
}

void read_paths(Project& project, Fields& fields) {
  project.model_paths = renamed_paths(project, fields, "model-paths", "source-paths", {"models"});
  project.seed_paths = renamed_paths(project, fields, "seed-paths", "data-paths", {"seeds"});
  project.test_paths = path_list(project, fields, "test-paths", {"tests"});
  project.analysis_paths = path_list(project, fields, "analysis-paths", {"analyses"});
  project.macro_paths = path_list(project, fields, "macro-paths", {"macros"});
  project.snapshot_paths = path_list(project, fields, "snapshot-paths", {"snapshots"});
  project.function_paths = path_list(project, fields, "function-paths", {"functions"});
  std::vector<std::string> all;
  for (const auto* paths :
       {&project.model_paths, &project.seed_paths, &project.snapshot_paths, &project.analysis_paths,
        &project.macro_paths, &project.test_paths, &project.function_paths}) {
    for (const std::string& path : *paths) {
      if (std::find(all.begin(), all.end(), path) == all.end())
        all.push_back(path);
    }
  }
  project.docs_paths = path_list(project, fields, "docs-paths", std::move(all));
  project.asset_paths = path_list(project, fields, "asset-paths", {});
  project.target_path =
      checked_path(project, fields, "target-path", fields.text("target-path", "target"));
  project.log_path = checked_path(project, fields, "log-path", fields.text("log-path", "logs"));
  project.packages_install_path =
      checked_path(project, fields, "packages-install-path",
                   fields.text("packages-install-path", "dbt_packages"));
  project.clean_targets = fields.list("clean-targets", {project.target_path});
}

void read_quoting(Project& project, Fields& fields) {
  DataMap map = fields.map("quoting");
  Fields quoting(fields.node("quoting"), map, Code::ProjectInvalid, "quoting");
  auto read = [&](std::string_view key, std::optional<bool>& part) {
    if (const Data* value = quoting.find(key); value && !value->is_null())
      part = quoting.boolean(key, true);
  };
  read("database", project.quoting.database);
  read("schema", project.quoting.schema);
  read("identifier", project.quoting.identifier);
  read("column", project.quoting.column);
  if (quoting.error())
    fields.fail(*quoting.error());
}

void read_dispatch(Project& project, Fields& fields) {
  const Data* rules = fields.find("dispatch");
  if (!rules || rules->is_null())
    return;
  if (!rules->is_list()) {
    fields.fail(fields.wrong("dispatch", "a list"));
    return;
  }
  for (const Data& rule : rules->as_list()) {
    const Data* name = rule.get("macro_namespace");
    const Data* order = rule.get("search_order");
    if (!name || !order || !order->is_list()) {
      fields.fail(
          invalid("an entry of `dispatch` lacks `macro_namespace` or the list `search_order`",
                  fields.key_span("dispatch"),
                  "write: {macro_namespace: dbt_utils, search_order: [my_project, dbt_utils]}"));
      return;
    }
    DispatchRule result{base::python_str(*name), {}};
    for (const Data& package : order->as_list())
      result.search_order.push_back(base::python_str(package));
    project.dispatch.push_back(std::move(result));
  }
}

void read_query_comment(Project& project, Fields& fields) {
  const Data* value = fields.find("query-comment");
  if (!value)
    return;
  QueryComment& comment = project.query_comment;
  comment.is_custom = true;
  // Null, "" and false turn the comment off.
  if (!value->truthy())
    return;
  if (value->is_string()) {
    comment.comment = value->as_string();
    return;
  }
  if (!value->is_map()) {
    fields.fail(fields.wrong("query-comment", "text or a mapping"));
    return;
  }
  Fields parts(fields.node("query-comment"), value->as_map(), Code::ProjectInvalid,
               "query-comment");
  comment.append = parts.boolean("append", false);
  comment.job_label = parts.boolean("job-label", false);
  // Without a comment of its own the mapping only says where dbt's default comment goes.
  comment.is_custom = parts.has("comment");
  if (std::string text = parts.text("comment"); !text.empty())
    comment.comment = std::move(text);
  if (parts.error())
    fields.fail(*parts.error());
}

DataMap raw_tree(const Fields& fields, std::string_view key) {
  const yaml::Node* node = fields.node(key);
  if (!node || !node->is_mapping())
    return {};
  Data data = yaml::to_data(*node);
  return std::move(data.as_map());
}

void read_trees(Project& project, Fields& fields) {
  auto read = [&](std::string_view key, DataMap ConfigTrees::*tree) {
    project.trees.*tree = fields.map(key);
    project.unrendered.*tree = raw_tree(fields, key);
  };
  bool has_tests = fields.has("tests") && fields.find("tests")->truthy();
  bool has_data_tests = fields.has("data_tests") && fields.find("data_tests")->truthy();
  if (has_tests && has_data_tests) {
    Diagnostic d = invalid("`tests` and its new name `data_tests` are both set",
                           fields.key_span("tests"), "keep `data_tests`");
    d.legacy_text =
        "Runtime Error\n  Invalid project config: cannot have both 'tests' and 'data_tests' "
        "defined";
    fields.fail(std::move(d));
  }
  read("models", &ConfigTrees::models);
  read("seeds", &ConfigTrees::seeds);
  read("snapshots", &ConfigTrees::snapshots);
  read("analyses", &ConfigTrees::analyses);
  read("sources", &ConfigTrees::sources);
  read(fields.has("data_tests") ? "data_tests" : "tests", &ConfigTrees::data_tests);
  read("unit_tests", &ConfigTrees::unit_tests);
  read("functions", &ConfigTrees::functions);
  read("metrics", &ConfigTrees::metrics);
  read("semantic-models", &ConfigTrees::semantic_models);
  read("saved-queries", &ConfigTrees::saved_queries);
  read("exposures", &ConfigTrees::exposures);
}

/// `1.0`, or a semantic version.
bool is_project_version(std::string_view text) {
  const size_t suffix = std::min(text.find_first_of("-+"), text.size());
  std::vector<std::string_view> parts = base::split(text.substr(0, suffix), '.');
  if (parts.size() != 3 && (parts.size() != 2 || suffix != text.size()))
    return false;
  for (std::string_view part : parts) {
    if (part.empty() || part.find_first_not_of("0123456789") != std::string_view::npos ||
        (part.size() > 1 && part.front() == '0'))
      return false;
  }
  auto is_suffix_char = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '+';
  };
  text.remove_prefix(suffix);
  return text.size() != 1 && std::all_of(text.begin(), text.end(), is_suffix_char);
}

/// Keys that weft does not need, with values that dbt would refuse.
void check_unused_keys(Fields& fields) {
  auto refuse = [&](std::string_view key, const char* wanted) {
    Diagnostic d = fields.wrong(key, wanted);
    d.legacy_text = fmt::format(
        "Runtime Error\n  at path ['{}']: {} is not valid under any of the given schemas", key,
        python_repr(*fields.find(key)));
    fields.fail(std::move(d));
  };
  const base::Data* version = fields.find("version");
  if (version != nullptr && version->is_string() && !is_project_version(version->as_string()))
    refuse("version", "a version like `1.0` or `1.0.0`");
  const base::Data* cloud = fields.find("dbt-cloud");
  if (cloud != nullptr && !cloud->is_map() && !cloud->is_null())
    refuse("dbt-cloud", "a mapping");
}

void read_rest(Project& project, Fields& fields) {
  read_quoting(project, fields);
  read_dispatch(project, fields);
  read_query_comment(project, fields);
  read_trees(project, fields);
  project.on_run_start = fields.text_or_list("on-run-start");
  project.on_run_end = fields.text_or_list("on-run-end");
  project.require_dbt_version = split_bounds(fields.text_or_list("require-dbt-version"));
  project.restrict_access = fields.boolean("restrict-access", false);
  project.vars = fields.map("vars");
  if (int64_t version = fields.integer("config-version", 2); version != 2)
    fields.fail(invalid(fmt::format("`config-version` is {}, and only 2 is understood", version),
                        fields.value_span("config-version")));
  check_unused_keys(fields);
  fields.refuse_unknown(kKnownKeys);
}

struct ProjectFile {
  std::shared_ptr<const yaml::Document> document;
  diag::SourceId source;
};

diag::Result<ProjectFile> read_file(const std::string& root, const base::Env& env,
                                    diag::Sources& sources, diag::Sink& sink) {
  std::string path = base::join_path(root, kFileName);
  ProjectFile file;
  auto document = read_yaml(path, shown_path(root, env), env.files, sources, sink, &file.source);
  if (!document)
    return std::move(document.error());
  if (!*document) {
    Diagnostic d;
    d.code = Code::ProjectMissing;
    d.message = fmt::format("there is no `{}` in `{}`", kFileName, root);
    d.legacy_text = fmt::format("No {} found at expected path {}", kFileName, path);
    return d;
  }
  if (!(*document)->root || !(*document)->root->is_mapping())
    return invalid(fmt::format("{} holds no mapping", kFileName), {file.source, 0, 0},
                   "it starts with a line like: name: my_project");
  file.document = std::make_shared<const yaml::Document>(*std::move(*document));
  return file;
}

/// vars.yml and --vars together; the latter wins.
DataMap merged_vars(DataMap file_vars, const DataMap& cli_vars) {
  for (const base::DataEntry& entry : cli_vars)
    file_vars.set(entry.key, entry.value);
  return file_vars;
}

}  // namespace

diag::Result<std::string> find_project_root(const base::Env& env, std::string_view project_dir) {
  auto holds_project = [&](const std::string& folder) {
    return env.files.exists(base::join_path(folder, kFileName));
  };
  Diagnostic d;
  d.code = Code::ProjectMissing;
  if (!project_dir.empty()) {
    std::string folder = base::absolute_path(project_dir, env.working_directory);
    if (holds_project(folder))
      return folder;
    d.message = fmt::format("there is no `{}` in `{}`", kFileName, folder);
    d.hint = "--project-dir names the folder that holds it";
    d.legacy_text =
        "fatal: Invalid --project-dir flag. Not a dbt project. Missing dbt_project.yml file";
    return d;
  }
  for (std::string folder = base::normalize_path(env.working_directory);;) {
    if (holds_project(folder))
      return folder;
    std::string parent(base::folder_of(folder));
    if (parent.empty() || parent == folder)
      break;
    folder = std::move(parent);
  }
  d.message = fmt::format("there is no `{}` in `{}` or in any folder above it", kFileName,
                          env.working_directory);
  d.hint = "change to the project's folder, or name it with --project-dir";
  d.legacy_text =
      "fatal: Not a dbt project (or any of the parent directories). Missing dbt_project.yml file";
  return d;
}

diag::Result<DataMap> load_vars_file(const std::string& root, const base::Env& env,
                                     diag::Sources& sources, diag::Sink& sink) {
  auto document =
      read_yaml(base::join_path(root, "vars.yml"), "vars.yml", env.files, sources, sink);
  if (!document)
    return std::move(document.error());
  if (!*document || !(*document)->root)
    return DataMap();
  const yaml::Node* vars = (*document)->root->find("vars");
  if (!vars || vars->is_null())
    return DataMap();
  if (!vars->is_mapping())
    return invalid("`vars` of vars.yml is no mapping", vars->span);
  Data data = yaml::to_data(*vars);
  return std::move(data.as_map());
}

diag::Result<Project> load_project_partial(const std::string& root, const base::Env& env,
                                           diag::Sources& sources, diag::Sink& sink,
                                           const DataMap* cli_vars, jinja::Names* more) {
  diag::Sink ignored;
  auto file = read_file(root, env, sources, ignored);
  if (!file)
    return std::move(file.error());
  auto file_vars = load_vars_file(root, env, sources, ignored);
  if (!file_vars)
    return std::move(file_vars.error());
  DataMap vars = merged_vars(std::move(*file_vars), cli_vars ? *cli_vars : DataMap());
  RenderContext context{env, vars};
  context.more = more;
  ConfigRenderer renderer(context, sources);
  // Everything else may need the target, which is not known yet; paths seldom do.
  auto render = [&](bool with_paths) {
    return renderer.render(*file->document->root, [&](const auto& path) {
      std::string key = dashed(path[0]);
      bool is_path = base::ends_with(key, "-paths") || base::ends_with(key, "-path");
      return key != "profile" && !(with_paths && is_path);
    });
  };
  auto values = render(true);
  if (!values)
    values = render(false);
  if (!values)
    return std::move(values.error());
  Project project;
  project.root = root;
  project.document = file->document;
  project.source = file->source;
  Fields fields(file->document->root, values->as_map(), Code::ProjectInvalid,
                std::string(kFileName));
  project.name = fields.text("name");
  project.profile_name = fields.text("profile");
  project.flags = fields.map("flags");
  check_name(project, fields);
  read_paths(project, fields);
  if (fields.error())
    return *fields.error();
  report_old_paths(fields, sink);
  return project;
}

diag::Result<Project> load_project(const std::string& root, bool is_root,
                                   const RenderContext& context, diag::Sources& sources,
                                   diag::Sink& sink) {
  auto file = read_file(root, context.env, sources, sink);
  if (!file)
    return std::move(file.error());
  DataMap file_vars;
  if (is_root) {
    auto loaded = load_vars_file(root, context.env, sources, sink);
    if (!loaded)
      return std::move(loaded.error());
    file_vars = std::move(*loaded);
  }
  DataMap vars = is_root ? merged_vars(file_vars, context.cli_vars) : DataMap();
  RenderContext own_context{
      context.env, vars, context.target, false, context.secrets_read, context.variables_read,
      context.more};
  ConfigRenderer renderer(own_context, sources);
  auto values = renderer.render(*file->document->root, stays_raw);
  if (!values)
    return std::move(values.error());
  Project project;
  project.root = root;
  project.document = file->document;
  project.source = file->source;
  Fields fields(file->document->root, values->as_map(), Code::ProjectInvalid,
                shown_path(root, context.env));
  project.name = fields.text("name");
  project.version = fields.text("version");
  project.profile_name = fields.text("profile");
  project.flags = fields.map("flags");
  check_name(project, fields);
  read_paths(project, fields);
  read_rest(project, fields);
  if (!file_vars.empty() && !project.vars.empty()) {
    Diagnostic d = invalid("vars.yml and dbt_project.yml both set variables",
                           fields.key_span("vars"), "keep one of the two");
    d.legacy_text = "Variables cannot be defined in both vars.yml and dbt_project.yml.";
    fields.fail(std::move(d));
  }
  if (!file_vars.empty())
    project.vars = std::move(file_vars);
  if (fields.error())
    return *fields.error();
  // Those of the root were reported when its first part was read.
  if (!is_root)
    report_old_paths(fields, sink);
  return project;
}

diag::Status check_required_version(const Project& project) {
  auto installed = parse_version(kDbtVersion);
  for (const std::string& text : project.require_dbt_version) {
    auto bound = parse_bound(text);
    if (bound && satisfies(*installed, *bound))
      continue;
    Diagnostic d;
    d.code = Code::VersionMismatch;
    if (project.document && project.document->root) {
      for (const yaml::Entry& entry : project.document->root->entries) {
        if (dashed(entry.key) == "require-dbt-version")
          d.span = entry.key_span;
      }
    }
    if (!bound) {
      d.message = fmt::format("`{}` of require-dbt-version is no version", text);
      d.hint = "write it like: [\">=1.8.0\", \"<2.0.0\"]";
      return d;
    }
    d.message = fmt::format("the project `{}` asks for dbt {}, and this is {}", project.name, text,
                            kDbtVersion);
    d.hint = "change require-dbt-version, or run with --no-version-check";
    d.legacy_text = fmt::format(
        "This version of dbt is not supported with the '{0}' package.\n  Installed version of dbt: "
        "={1}\n  Required version of dbt for '{0}': [{2}]",
        project.name, kDbtVersion, base::join(project.require_dbt_version, ", "));
    return d;
  }
  return diag::Done{};
}

}  // namespace weft::config
