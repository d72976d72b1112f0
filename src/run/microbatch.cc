#include "run/microbatch.h"

#include <algorithm>

#include <fmt/format.h>

#include "run/batches.h"

namespace weft::run {
namespace {

using manifest::Node;

/// What the model's configuration and the command line say of its batches.
struct Settings {
  BatchSize size = BatchSize::Day;
  std::optional<int64_t> begin, start, end;
  int64_t lookback = 1;
};

diag::Diagnostic bad_model(const NodeRun& run, std::string message, std::string hint) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::ConfigInvalid;
  diagnostic.message = std::move(message);
  diagnostic.span = run.node().source_span;
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

std::optional<int64_t> time_option(const NodeRun& run, std::string_view name) {
  return parse_event_time(run.context.shared.flags.get_string(name));
}

diag::Result<Settings> read_settings(const NodeRun& run) {
  const manifest::Config& config = run.manifest().config_of(run.node());
  const std::string& name = run.node().name;
  Settings made;
  std::optional<BatchSize> size = parse_batch_size(config.text("batch_size"));
  if (!size) {
    return bad_model(run, fmt::format("microbatch model `{}` has no `batch_size`", name),
                     "one of hour, day, month, year");
  }
  made.size = *size;
  made.begin = parse_event_time(config.text("begin"));
  if (const base::Data* lookback = config.find("lookback"); lookback && lookback->is_int())
    made.lookback = lookback->as_int();
  made.start = time_option(run, "event_time_start");
  made.end = time_option(run, "event_time_end");
  if (const std::optional<TimeWindow>& sample = run.context.shared.sample) {
    made.start = sample->start;
    made.end = sample->end;
  }
  if (!made.start && !made.begin) {
    return bad_model(run, fmt::format("microbatch model `{}` has no `begin`", name),
                     "the time from which it is built, such as '2024-01-01'");
  }
  return made;
}

/// The model's relation as it stands in the database.
diag::Result<std::optional<adapter::Relation>> existing_relation(NodeRun& run) {
  adapter::Adapter& adapter = *run.context.shared.adapter;
  const Node& node = run.node();
  if (adapter.cache().knows_schema(node.schema))
    return adapter.cache().find(node.schema, node.alias);
  diag::Result<std::vector<adapter::Relation>> all =
      adapter.list_relations(*run.lane.connection, node.schema);
  if (!all)
    return all.error();
  for (adapter::Relation& relation : *all) {
    if (relation.identifier == node.alias)
      return std::optional(std::move(relation));
  }
  return std::optional<adapter::Relation>();
}

diag::Result<bool> is_incremental(NodeRun& run) {
  diag::Result<std::optional<adapter::Relation>> relation = existing_relation(run);
  if (!relation)
    return relation.error();
  if (!*relation || (*relation)->type != adapter::RelationType::Table)
    return false;
  const base::Data* own = run.manifest().config_of(run.node()).find("full_refresh");
  if (own != nullptr && !own->is_null())
    return !own->truthy();
  return !run.context.shared.flags.get_bool("full_refresh");
}

int64_t start_time(const Settings& settings, int64_t end, bool incremental) {
  if (settings.start)
    return truncate_time(*settings.start, settings.size);
  if (!incremental)
    return truncate_time(*settings.begin, settings.size);
  // A batch that would begin at the end has no rows yet: one more is looked back.
  bool is_border = end == truncate_time(end, settings.size);
  return offset_time(end, settings.size, -(settings.lookback + (is_border ? 1 : 0)));
}

/// The failed batches of the earlier run, for retry.
std::vector<TimeWindow> failed_before(const base::Data& earlier) {
  std::vector<TimeWindow> made;
  const base::Data* failed = earlier.get("failed");
  if (failed == nullptr || !failed->is_list())
    return made;
  for (const base::Data& pair : failed->as_list()) {
    if (!pair.is_list() || pair.as_list().size() != 2)
      continue;
    std::optional<int64_t> start = parse_event_time(pair.as_list()[0].string_or(""));
    std::optional<int64_t> end = parse_event_time(pair.as_list()[1].string_or(""));
    if (start && end)
      made.push_back({*start, *end});
  }
  return made;
}

base::Data windows_data(std::vector<TimeWindow> windows) {
  std::sort(windows.begin(), windows.end(),
            [](const TimeWindow& a, const TimeWindow& b) { return a.start < b.start; });
  base::DataList made;
  for (const TimeWindow& window : windows) {
    made.emplace_back(
        base::DataList{base::Data(iso_utc(window.start)), base::Data(iso_utc(window.end))});
  }
  return base::Data(std::move(made));
}

/// One run of a model's batches.
class BatchRun {
 public:
  BatchRun(NodeRun& run, const RunRequest& request, BatchSize size, bool incremental)
      : run_(run), request_(request), size_(size), incremental_(incremental) {}

  void run(const std::vector<TimeWindow>& windows) {
    for (size_t i = 0; i < windows.size(); ++i)
      one(windows, i);
  }

  /// The batches of either kind, and what they mean for the model.
  void finish(const base::Data* earlier) {
    size_t good = good_.size(), all = good + bad_.size();
    manifest::RunResult& result = run_.result;
    result.status = bad_.empty() ? "success" : good == 0 ? "error" : "partial success";
    result.message = bad_.empty() ? "SUCCESS"
                     : good == 0  ? "ERROR"
                                  : fmt::format("PARTIAL SUCCESS ({}/{})", good, all);
    result.failures = 0;
    base::DataMap batches;
    base::Data successful = windows_data(good_);
    const base::Data* before = earlier == nullptr ? nullptr : earlier->get("successful");
    if (before != nullptr && before->is_list()) {
      for (const base::Data& window : before->as_list())
        successful.as_list().push_back(window);
    }
    batches.set("successful", std::move(successful));
    batches.set("failed", windows_data(bad_));
    result.batch_results = base::Data(std::move(batches));
  }

 private:
  void one(const std::vector<TimeWindow>& windows, size_t index) {
    BatchStep step = step_of(windows, index);
    Listener& listener = run_.context.listener;
    const Node& node = run_.node();
    NodeRun batch{run_.context, run_.lane, run_.id, {}, {}, {}, &step};
    batch.result.unique_id = node.unique_id;
    bool cancelled = run_.context.shared.env.cancel.is_cancelled();
    if (first_failed_ || cancelled) {
      batch.result.status = "skipped";
    } else {
      listener.batch_started(index + 1, windows.size(), step.label, node);
      run_step(batch, request_);
    }
    bool succeeded = batch.result.status == "success";
    first_failed_ = first_failed_ || (index == 0 && !succeeded);
    (succeeded ? good_ : bad_).push_back(windows[index]);
    listener.batch_finished(index + 1, windows.size(), step.label, node, batch.result);
  }

  BatchStep step_of(const std::vector<TimeWindow>& windows, size_t index) const {
    const TimeWindow& window = windows[index];
    BatchStep made;
    made.batch = {batch_id(window.start, size_), window};
    made.label = batch_label(window.start, size_);
    made.config = run_.manifest().config_of(run_.node()).values;
    if (index != 0)
      made.config.set("pre-hook", base::Data(base::DataList{}));
    if (index + 1 != windows.size())
      made.config.set("post-hook", base::Data(base::DataList{}));
    made.is_incremental = index != 0 || incremental_;
    return made;
  }

  NodeRun& run_;
  const RunRequest& request_;
  BatchSize size_;
  bool incremental_;
  bool first_failed_ = false;
  std::vector<TimeWindow> good_, bad_;
};

diag::Status run_all(NodeRun& run, const RunRequest& request) {
  diag::Result<Settings> settings = read_settings(run);
  if (!settings)
    return settings.error();
  diag::Result<bool> incremental = is_incremental(run);
  if (!incremental)
    return incremental.error();
  auto found = request.earlier_batches.find(run.node().unique_id);
  const base::Data* earlier = found == request.earlier_batches.end() ? nullptr : &found->second;
  std::vector<TimeWindow> windows;
  if (earlier != nullptr)
    windows = failed_before(*earlier);
  if (windows.empty()) {
    earlier = nullptr;
    int64_t now = settings->end.value_or(run.context.shared.run_started_at);
    int64_t end = ceil_time(now, settings->size);
    windows = batches_between(start_time(*settings, end, *incremental), end, settings->size);
  }
  BatchRun batches(run, request, settings->size, *incremental);
  batches.run(windows);
  batches.finish(earlier);
  return diag::Done{};
}

}  // namespace

bool is_microbatch(const RunContext& context, const Node& node) {
  if (node.type != manifest::ResourceType::Model)
    return false;
  const manifest::Config& config = context.project.manifest.config_of(node);
  if (config.text("materialized") != "incremental" ||
      config.text("incremental_strategy") != "microbatch")
    return false;
  return context.shared.flags.get_bool(
             "require_batched_execution_for_custom_microbatch_strategy") ||
         context.shared.macros.is_builtin(context.shared.root.name,
                                          "get_incremental_microbatch_sql");
}

void run_batches(NodeRun& run, const RunRequest& request) {
  base::Clock& clock = run.context.shared.env.clock;
  int64_t started = clock.now_us(), steady = clock.steady_ns();
  if (diag::Status done = run_all(run, request); !done) {
    run.result.status = "error";
    run.result.message = result_message(done.error(), run.node());
    run.context.listener.diagnostic(done.error(), &run.node());
  }
  // The row is the model's own again, not that of its last batch.
  Node& node = run.context.project.manifest.node(run.id);
  node.compiled = false;
  node.compiled_code.clear();
  node.compiled_path.reset();
  node.build_path.reset();
  run.result.timing = {{"compile", started, started}, {"execute", started, clock.now_us()}};
  run.result.execution_time = static_cast<double>(clock.steady_ns() - steady) / 1e9;
}

}  // namespace weft::run
