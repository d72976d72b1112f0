#include "config/flags.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "base/paths.h"
#include "base/strings.h"
#include "config/written_flags.h"
#include "yaml/document.h"

namespace weft::config {
namespace {

using base::Data;
using diag::Code;
using diag::Diagnostic;
using Type = FlagSpec::Type;

Diagnostic invalid(std::string message, std::string hint = {}) {
  Diagnostic d;
  d.code = Code::FlagInvalid;
  d.message = std::move(message);
  d.hint = std::move(hint);
  return d;
}

const FlagSpec* find_spec(std::string_view name) {
  for (const FlagSpec& spec : flag_specs()) {
    if (spec.name == name)
      return &spec;
  }
  return nullptr;
}

std::vector<std::string> choices_of(const FlagSpec& spec) {
  std::vector<std::string> choices;
  if (!spec.choices.empty()) {
    for (std::string_view choice : base::split(spec.choices, '|'))
      choices.emplace_back(choice);
  }
  return choices;
}

std::optional<bool> bool_word(std::string_view text) {
  std::string word = base::to_lower(base::trim(text));
  for (std::string_view yes : {"1", "true", "t", "yes", "y", "on"}) {
    if (word == yes)
      return true;
  }
  for (std::string_view no : {"0", "false", "f", "no", "n", "off"}) {
    if (word == no)
      return false;
  }
  return std::nullopt;
}

diag::Result<Data> check_choice(const FlagSpec& spec, std::string_view text,
                                std::string_view where) {
  std::vector<std::string> choices = choices_of(spec);
  for (const std::string& choice : choices) {
    if (base::equal_ignoring_case(choice, text))
      return Data(choice);
  }
  std::string hint = "use one of: " + base::join(choices, ", ");
  return invalid(fmt::format("{} is `{}`, which is none of the values it may have", where, text),
                 std::move(hint));
}

/// The text of an environment variable as the flag's type.
diag::Result<Data> read_text(const FlagSpec& spec, std::string_view text, std::string_view where,
                             diag::Sources& sources) {
  switch (spec.type) {
    case Type::Bool: {
      auto value = bool_word(text);
      if (!value)
        return invalid(fmt::format("{} is `{}`, which is neither true nor false", where, text),
                       "use one of: true, false, 1, 0, yes, no, on, off");
      return Data(*value);
    }
    case Type::Int: {
      auto value = base::parse_int(base::trim(text));
      if (!value)
        return invalid(fmt::format("{} is `{}`, which is no whole number", where, text));
      return Data(*value);
    }
    case Type::Choice:
      return check_choice(spec, text, where);
    case Type::List: {
      base::DataList list;
      for (std::string_view word : base::split_words(text)) {
        auto item =
            spec.choices.empty() ? diag::Result<Data>(Data(word)) : check_choice(spec, word, where);
        if (!item)
          return item;
        list.push_back(*item);
      }
      return Data(std::move(list));
    }
    case Type::Yaml: {
      auto value = yaml::parse_data(text, where, sources);
      if (!value)
        return value;
      if (!value->is_map() && !value->is_null())
        return invalid(fmt::format("{} is `{}`, which is no YAML mapping", where, text));
      return value;
    }
    case Type::String:
      break;
  }
  return Data(text);
}

/// A value of a `flags:` mapping, which YAML has typed already.
diag::Result<Data> read_setting(const FlagSpec& spec, const Data& value, std::string_view file) {
  std::string where = fmt::format("the flag `{}` of {}", spec.name, file);
  auto wrong = [&](std::string_view wanted) {
    return invalid(
        fmt::format("{} is `{}`, and {} is expected", where, base::python_str(value), wanted));
  };
  switch (spec.type) {
    case Type::Bool:
      if (value.is_bool())
        return value;
      if (value.is_string()) {
        if (auto word = bool_word(value.as_string()))
          return Data(*word);
      }
      return wrong("true or false");
    case Type::Int:
      if (value.is_int())
        return value;
      return wrong("a whole number");
    case Type::Choice:
      if (value.is_string())
        return check_choice(spec, value.as_string(), where);
      return wrong("a word");
    case Type::Yaml:
      if (value.is_map())
        return value;
      return wrong("a mapping");
    default:
      return value;
  }
}

std::string engine_name(std::string_view variable) {
  if (base::starts_with(variable, "DBT_ENGINE_"))
    return std::string(variable);
  return "DBT_ENGINE_" + std::string(variable.substr(4));
}

/// The variable that sets the flag, and its text; DBT_ENGINE_X wins over DBT_X, both over an old
/// name.
std::optional<std::pair<std::string, std::string_view>> variable_of(const FlagSpec& spec,
                                                                    const base::Env& env) {
  std::vector<std::string> names;
  for (std::string_view variable : {spec.variable, spec.old_variable}) {
    if (variable.empty())
      continue;
    names.push_back(engine_name(variable));
    names.emplace_back(variable);
  }
  for (std::string& name : names) {
    auto text = env.variable(name);
    // An empty variable counts as not set, as in click.
    if (text && !text->empty())
      return std::pair(std::move(name), *text);
  }
  return std::nullopt;
}

class Resolver {
 public:
  Resolver(const base::Env& env, diag::Sources& sources, const yaml::Node* written)
      : env_(env), sources_(sources), written_(written) {}

  diag::Status defaults() {
    for (const FlagSpec& spec : flag_specs()) {
      auto value = base::parse_json(spec.default_json);
      flags.set(spec.name, std::get<Data>(value), FlagOrigin::Default);
    }
    return diag::Done{};
  }

  diag::Status settings(const base::DataMap& map, FlagOrigin origin, std::string_view file) {
    for (const base::DataEntry& entry : map) {
      const FlagSpec* spec = find_spec(entry.key);
      // Unknown keys are for newer versions; project.cc warns about them.
      if (!spec || !spec->in_project || entry.value.is_null())
        continue;
      auto value = read_setting(*spec, entry.value, file);
      if (!value)
        return placed(std::move(value.error()), entry.key, origin);
      flags.set(entry.key, *value, origin);
    }
    return diag::Done{};
  }

  diag::Status user_settings() {
    std::string path = base::join_path(env_.home_directory, ".dbt/user_settings.yml");
    auto text = env_.files.read(path);
    if (!text)
      return diag::Done{};
    auto data = yaml::parse_data(*text, path, sources_);
    if (!data)
      return std::move(data.error());
    const Data* map = data->get("flags");
    if (!map || !map->is_map())
      return diag::Done{};
    return settings(map->as_map(), FlagOrigin::User, path);
  }

  diag::Status environment() {
    for (const FlagSpec& spec : flag_specs()) {
      auto variable = variable_of(spec, env_);
      if (!variable)
        continue;
      std::string where = fmt::format("the environment variable `{}`", variable->first);
      auto value = read_text(spec, variable->second, where, sources_);
      if (!value)
        return std::move(value.error());
      bool is_inverted = spec.name == "print" && base::ends_with(variable->first, "NO_PRINT");
      flags.set(spec.name, is_inverted ? Data(!value->as_bool()) : *value, FlagOrigin::Environment);
    }
    if (auto track = env_.variable("DO_NOT_TRACK"); track && bool_word(*track) == true)
      flags.set("send_anonymous_usage_stats", false, FlagOrigin::Environment);
    return diag::Done{};
  }

  void command_line(const base::DataMap& values) {
    for (const base::DataEntry& entry : values)
      flags.set(entry.key, entry.value, FlagOrigin::CommandLine);
  }

  /// The console's setting holds for the log file, too, unless that has its own.
  void pair_up() {
    for (std::string_view name : {"use_colors", "log_level", "log_format"}) {
      std::string twin = std::string(name) + "_file";
      if (flags.origin(name) != FlagOrigin::Default && flags.origin(twin) == FlagOrigin::Default)
        flags.set(twin, *flags.find(name), flags.origin(name));
    }
  }

  diag::Status warnings();

  Flags flags;

 private:
  diag::Status names_of(const base::DataMap& options, std::string_view key, std::string_view old,
                        std::vector<std::string>& names);

  /// The error at the flag's line of dbt_project.yml, if it was set there.
  Diagnostic placed(Diagnostic error, std::string_view flag, FlagOrigin origin) const {
    const yaml::Entry* entry =
        origin == FlagOrigin::Project && written_ != nullptr ? written_->find_entry(flag) : nullptr;
    if (entry != nullptr)
      error.span = entry->key_span;
    return error;
  }

  const base::Env& env_;
  diag::Sources& sources_;
  const yaml::Node* written_;
};

bool means_all(const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(),
                     [](const std::string& name) { return name == "all" || name == "*"; });
}

diag::Status Resolver::names_of(const base::DataMap& options, std::string_view key,
                                std::string_view old, std::vector<std::string>& names) {
  const Data* value = options.find(key);
  const Data* old_value = old.empty() ? nullptr : options.find(old);
  if (value && old_value)
    return invalid(
        fmt::format("Only `{}` or `{}` can be specified in `warn_error_options`, not both", old,
                    key),
        fmt::format("keep `{}`; `{}` is its old name", key, old));
  if (!value)
    value = old_value;
  if (!value || value->is_null())
    return diag::Done{};
  if (value->is_string()) {
    names.push_back(value->as_string());
    return diag::Done{};
  }
  if (!value->is_list())
    return invalid(fmt::format("`{}` of warn_error_options is `{}`, and a list is expected", key,
                               base::python_str(*value)));
  for (const Data& item : value->as_list())
    names.push_back(base::python_str(item));
  return diag::Done{};
}

diag::Status Resolver::warnings() {
  WarnErrorOptions& options = flags.warn_error_options;
  const Data* value = flags.find("warn_error_options");
  bool given = value && value->is_map() && !value->as_map().empty();
  if (given) {
    const base::DataMap& map = value->as_map();
    for (auto status : {names_of(map, "error", "include", options.error),
                        names_of(map, "warn", "exclude", options.warn),
                        names_of(map, "silence", "", options.silence)}) {
      if (!status)
        return placed(std::move(status.error()), "warn_error_options",
                      flags.origin("warn_error_options"));
    }
  }
  bool both_given = flags.origin("warn_error") == FlagOrigin::CommandLine &&
                    flags.origin("warn_error_options") == FlagOrigin::CommandLine;
  if (both_given)
    return invalid("`--warn-error` and `--warn-error-options` are both given",
                   "use one of the two");
  // The stronger of the two settings wins: `--warn-error` overrides options of the project.
  bool flag_is_stronger = flags.origin("warn_error") <= flags.origin("warn_error_options");
  options.error_all =
      means_all(options.error) || (flags.get_bool("warn_error") && (flag_is_stronger || !given));
  return diag::Done{};
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool Flags::get_bool(std::string_view name) const {
  const Data* value = find(name);
  return value && value->truthy();
}

int64_t Flags::get_int(std::string_view name) const {
  const Data* value = find(name);
  return value && value->is_int() ? value->as_int() : 0;
}

std::string Flags::get_string(std::string_view name) const {
  const Data* value = find(name);
  return value && !value->is_null() ? base::python_str(*value) : std::string();
}

std::vector<std::string> Flags::get_list(std::string_view name) const {
  std::vector<std::string> result;
  const Data* value = find(name);
  if (!value || value->is_null())
    return result;
  if (!value->is_list())
    return {base::python_str(*value)};
  for (const Data& item : value->as_list())
    result.push_back(base::python_str(item));
  return result;
}

const Data* Flags::find(std::string_view name) const { return values_.find(name); }

FlagOrigin Flags::origin(std::string_view name) const {
  for (const auto& [flag, origin] : origins_) {
    if (flag == name)
      return origin;
  }
  return FlagOrigin::Default;
}

void Flags::set(std::string_view name, Data value, FlagOrigin origin) {
  values_.set(name, std::move(value));
  for (auto& entry : origins_) {
    if (entry.first == name) {
      entry.second = origin;
      return;
    }
  }
  if (origin != FlagOrigin::Default)
    origins_.emplace_back(name, origin);
}

WarningAction warning_action(const WarnErrorOptions& options, std::string_view event,
                             bool is_deprecation) {
  std::vector<std::string_view> names{event};
  if (is_deprecation)
    names.push_back("Deprecations");
  for (std::string_view name : names) {
    if (contains(options.silence, name))
      return WarningAction::Silence;
    if (contains(options.warn, name))
      return WarningAction::Warn;
    if (contains(options.error, name))
      return WarningAction::Error;
  }
  if (means_all(options.silence))
    return WarningAction::Silence;
  if (means_all(options.warn))
    return WarningAction::Warn;
  return options.error_all || means_all(options.error) ? WarningAction::Error : WarningAction::Warn;
}

diag::Result<Flags> resolve_flags(const base::DataMap& command_line, const base::Env& env,
                                  const base::DataMap& project_flags, diag::Sources& sources) {
  return resolve_written_flags(command_line, env, project_flags, sources, nullptr);
}

diag::Result<Flags> resolve_written_flags(const base::DataMap& command_line, const base::Env& env,
                                          const base::DataMap& project_flags,
                                          diag::Sources& sources, const yaml::Node* written) {
  Resolver resolver(env, sources, written);
  // The weakest come first, and each of the others replaces what is there.
  if (auto status = resolver.defaults(); !status)
    return std::move(status.error());
  if (auto status = resolver.user_settings(); !status)
    return std::move(status.error());
  if (auto status = resolver.settings(project_flags, FlagOrigin::Project, "dbt_project.yml");
      !status)
    return std::move(status.error());
  if (auto status = resolver.environment(); !status)
    return std::move(status.error());
  resolver.command_line(command_line);
  resolver.pair_up();
  if (auto status = resolver.warnings(); !status)
    return std::move(status.error());
  return std::move(resolver.flags);
}

void share_flag_variables(base::Env& env) {
  constexpr std::string_view kOld = "DBT_", kNew = "DBT_ENGINE_";
  for (const FlagSpec& spec : flag_specs()) {
    if (!base::starts_with(spec.variable, kOld))
      continue;
    std::string old_name(spec.variable);
    std::string new_name = std::string(kNew) + old_name.substr(kOld.size());
    if (std::optional<std::string_view> value = env.variable(new_name))
      env.variables.insert_or_assign(old_name, std::string(*value));
    else if (std::optional<std::string_view> old_value = env.variable(old_name))
      env.variables.insert_or_assign(new_name, std::string(*old_value));
  }
}

}  // namespace weft::config
