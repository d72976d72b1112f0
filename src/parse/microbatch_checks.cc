// What an incremental model needs that is built batch by batch.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "manifest/metadata_json.h"
#include "parse/checks.h"
#include "parse/contract.h"

namespace weft::parse {
namespace {

using base::Data;
using manifest::Config;

std::string_view python_type(const Data& value) {
  switch (value.kind()) {
    case Data::Kind::Null:
      return "<class 'NoneType'>";
    case Data::Kind::Bool:
      return "<class 'bool'>";
    case Data::Kind::Int:
      return "<class 'int'>";
    case Data::Kind::Float:
      return "<class 'float'>";
    case Data::Kind::String:
      return "<class 'str'>";
    case Data::Kind::List:
      return "<class 'list'>";
    case Data::Kind::Map:
      return "<class 'dict'>";
  }
  return "";
}

class MicrobatchChecker {
 public:
  MicrobatchChecker(State& state, const Node& node, const Config& config)
      : state_(state), node_(node), config_(config) {}

  void check() {
    if (check_event_time() && check_begin() && check_batch_size() && check_rest())
      check_inputs();
  }

 private:
  Data value(std::string_view key) const {
    const Data* found = config_.find(key);
    return found == nullptr ? Data() : *found;
  }

  bool fail(std::string_view key, std::string legacy, std::string hint) {
    diag::Diagnostic d;
    d.code = diag::Code::ConfigInvalid;
    Data given = value(key);
    d.message = given.is_null() ? fmt::format("microbatch model `{}` has no `{}`", node_.name, key)
                                : fmt::format("`{}` of microbatch model `{}` is `{}`", key,
                                              node_.name, python_str(given));
    d.span = place_of(node_);
    d.hint = std::move(hint);
    d.legacy_text = "Parsing Error\n  " + legacy;
    state_.report(std::move(d));
    return false;
  }

  bool check_event_time() {
    Data given = value("event_time");
    if (given.is_null()) {
      return fail("event_time",
                  fmt::format("Microbatch model '{}' must provide an 'event_time' (string) config "
                              "that indicates the name of the event time column.",
                              node_.name),
                  "set it to the name of the column that holds the time");
    }
    if (given.is_string())
      return true;
    return fail("event_time",
                fmt::format("Microbatch model '{}' must provide an 'event_time' config of type "
                            "string, but got: {}.",
                            node_.name, python_type(given)),
                "set it to the name of the column that holds the time");
  }

  bool check_begin() {
    const char* hint = "set it to a time such as 2024-01-01";
    Data given = value("begin");
    if (given.is_null()) {
      return fail("begin",
                  fmt::format("Microbatch model '{}' must provide a 'begin' (datetime) config that "
                              "indicates the earliest timestamp the microbatch model should be "
                              "built from.",
                              node_.name),
                  hint);
    }
    if (!given.is_string()) {
      return fail("begin",
                  fmt::format("Microbatch model '{}' must provide a 'begin' config of type "
                              "datetime, but got: {}.",
                              node_.name, python_type(given)),
                  hint);
    }

    if (manifest::parse_iso_time(deprecation_date(given.as_string())))
      return true;
    return fail("begin",
                fmt::format("Microbatch model '{}' must provide a 'begin' config of valid datetime "
                            "(ISO format), but got: {}.",
                            node_.name, given.as_string()),
                hint);
  }

  bool check_batch_size() {
    constexpr std::array<std::string_view, 4> kSizes = {"hour", "day", "month", "year"};
    Data given = value("batch_size");
    if (std::find(kSizes.begin(), kSizes.end(), given.string_or("")) != kSizes.end())
      return true;
    return fail("batch_size",
                fmt::format("Microbatch model '{}' must provide a 'batch_size' config that is one "
                            "of ['hour', 'day', 'month', 'year'], but got: {}.",
                            node_.name, python_str(given)),
                "use one of: hour, day, month, year");
  }

  bool check_rest() {
    Data lookback = value("lookback"), concurrent = value("concurrent_batches");
    if (!lookback.is_int() && !lookback.is_bool() && !lookback.is_null()) {
      return fail("lookback",
                  fmt::format("Microbatch model '{}' must provide the optional 'lookback' config "
                              "as type int, but got: {}).",
                              node_.name, python_type(lookback)),
                  "set it to a number of batches");
    }
    if (!concurrent.is_bool() && !concurrent.is_null()) {
      return fail("concurrent_batches",
                  fmt::format("Microbatch model '{}' optional 'concurrent_batches' config must be "
                              "of type `bool` if specified, but got: {}).",
                              node_.name, python_type(concurrent)),
                  "set it to true or false");
    }
    return true;
  }

  /// At least one input should be cut to the batch's time.
  void check_inputs() {
    const manifest::Manifest& manifest = state_.manifest();
    bool has_event_time = false;
    for (NodeId id : node_.depends_on) {
      const Node& input = manifest.node(id);
      const Data* time =
          input.config.valid() ? manifest.config_of(input).find("event_time") : nullptr;
      if (time == nullptr || !time->truthy())
        continue;
      has_event_time = true;
      if (!time->is_string())
        report_input(input, *time);
    }
    if (has_event_time)
      return;
    diag::Diagnostic d;
    d.code = diag::Code::NoEventTimeInput;
    d.message = fmt::format("no input of microbatch model `{}` has an `event_time`", node_.name);
    d.span = place_of(node_);
    d.note = "every batch reads all rows of its inputs";
    d.hint = "set `event_time` on the model or source it reads";
    d.legacy_text = fmt::format(
        "The microbatch model '{}' has no 'ref' or 'source' input with an 'event_time' "
        "configuration. \nThis means no filtering can be applied and can result in unexpected "
        "duplicate records in the resulting microbatch model.",
        node_.name);
    d.event_data.set("model_name", Data(node_.name));
    state_.report(std::move(d));
  }

  void report_input(const Node& input, const Data& time) {
    diag::Diagnostic d;
    d.code = diag::Code::ConfigInvalid;
    d.message = fmt::format("`event_time` of `{}`, an input of microbatch model `{}`, is `{}`",
                            input.name, node_.name, python_str(time));
    d.span = place_of(input);
    d.hint = "set it to the name of the column that holds the time";
    d.legacy_text = fmt::format(
        "Parsing Error\n  Microbatch model '{}' depends on an input node '{}' with an 'event_time' "
        "config of invalid (non-string) type: {}.",
        node_.name, input.name, python_type(time));
    state_.report(std::move(d));
  }

  State& state_;
  const Node& node_;
  const Config& config_;
};

/// A project's own strategy macro runs as any incremental model does, unless the flag says
/// otherwise.
bool runs_in_batches(const State& state) {
  if (state.input.flags.get_bool("require_batched_execution_for_custom_microbatch_strategy"))
    return true;
  const context::MacroTable& macros = *state.result->macros;
  return macros.is_builtin(state.input.root.name, "get_incremental_microbatch_sql");
}

}  // namespace

void check_microbatch(State& state) {
  const manifest::Manifest& manifest = state.manifest();
  bool in_batches = runs_in_batches(state), has_any = false;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const Node& node = manifest.nodes[i];
    if (node.type != ResourceType::Model || manifest.is_disabled(NodeId(i)))
      continue;
    const Config& config = manifest.config_of(node);
    if (config.text("materialized") != "incremental" ||
        config.text("incremental_strategy") != "microbatch")
      continue;
    has_any = true;
    if (in_batches)
      MicrobatchChecker(state, node, config).check();
  }
  if (!has_any || in_batches)
    return;
  diag::Diagnostic d;
  d.code = diag::Code::MicrobatchMacro;
  d.message = "the project's own microbatch strategy runs outside of batches";
  d.hint =
      "set `require_batched_execution_for_custom_microbatch_strategy` under `flags` of "
      "dbt_project.yml";
  d.legacy_text =
      "The use of a custom microbatch macro outside of batched execution is deprecated. To use it "
      "with batched execution, set "
      "`flags.require_batched_execution_for_custom_microbatch_strategy` to `True` in "
      "`dbt_project.yml`. In the future this will be the default behavior.";
  state.report(std::move(d));
}

}  // namespace weft::parse
