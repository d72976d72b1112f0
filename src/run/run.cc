#include "run/run.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include <fmt/format.h>

#include "base/thread_name.h"
#include "run/hooks.h"
#include "run/node_run.h"
#include "run/plan.h"
#include "run/query_comment.h"

namespace weft::run {
namespace {

using manifest::Node;
using manifest::ResourceType;
using manifest::RunResult;

bool has_relation(const RunContext& context, const Node& node) {
  switch (node.type) {
    case ResourceType::Model:
      return !node.is_ephemeral_model(context.project.manifest.config_of(node));
    case ResourceType::Seed:
    case ResourceType::Snapshot:
    case ResourceType::Function:
      return true;
    case ResourceType::Test:
      return node.relation_name.has_value();
    default:
      return false;
  }
}

/// Schemas that the selected nodes write to, and those of every relation of the project.
void find_schemas(const RunContext& context, const NodeSet& selected, std::vector<std::string>& own,
                  std::vector<std::string>& all) {
  std::set<std::string> own_set, all_set;
  const manifest::Manifest& manifest = context.project.manifest;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    NodeId id(i);
    const Node& node = manifest.nodes[i];
    if (manifest.is_disabled(id) || !has_relation(context, node))
      continue;
    all_set.insert(node.schema);
    if (selected.contains(id))
      own_set.insert(node.schema);
  }
  own.assign(own_set.begin(), own_set.end());
  all.assign(all_set.begin(), all_set.end());
}

/// The part of a run that its threads share.
class Scheduler {
 public:
  Scheduler(const RunContext& context, const RunRequest& request, std::vector<Lane>& lanes)
      : context_(context),
        request_(request),
        lanes_(lanes),
        plan_(context.project.manifest, context.graph, request.selected, request.tests_gate) {
    for (NodeId id : request.selected.members()) {
      if (counts(id))
        ++total_;
    }
  }

  size_t total() const { return total_; }

  std::vector<RunResult> run() {
    std::vector<std::thread> threads;
    for (Lane& lane : lanes_)
      threads.emplace_back([this, &lane] {
        base::set_thread_name(lane.worker->thread_name);
        work(lane);
      });
    std::thread watcher([this] { watch(); });
    for (std::thread& thread : threads)
      thread.join();
    {
      std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    watch_.notify_all();
    watcher.join();
    return std::move(results_);
  }

 private:
  /// Ephemeral models are part of the plan but have no line and no result of their own.
  bool counts(NodeId id) const {
    const Node& node = context_.project.manifest.node(id);
    return !node.is_ephemeral_model(context_.project.manifest.config_of(node));
  }

  /// Cancels statements when the command is interrupted or the first failure ends the run.
  void watch() {
    std::unique_lock lock(mutex_);
    while (!is_over_) {
      watch_.wait_for(lock, std::chrono::milliseconds(50));
      bool interrupted = context_.shared.env.cancel.is_cancelled();
      if ((interrupted || stop_) && !is_over_ && context_.shared.adapter != nullptr) {
        stop_ = true;
        lock.unlock();
        context_.shared.adapter->cancel_all();
        lock.lock();
      }
    }
  }

  void work(Lane& lane) {
    std::unique_lock lock(mutex_);
    bool is_settled = false;
    while (!plan_.is_done()) {
      std::optional<NodeId> id = plan_.next();
      if (!id) {
        if (running_ == 0)
          break;
        if (is_settled) {
          rest(lock);
          continue;
        }
        // The plan is looked at again, since the lock was away.
        settle(lane, lock);
        is_settled = true;
        continue;
      }
      NodeId because = plan_.skipped_because(*id);
      if (because.valid() || stop_) {
        skip(*id, because);
        continue;
      }
      size_t index = counts(*id) ? ++started_ : started_;
      ++running_;
      lock.unlock();
      RunResult result = run_one(lane, *id, index);
      is_settled = false;
      lock.lock();
      --running_;
      end(*id, std::move(result));
    }
    changed_.notify_all();
    settle(lane, lock);
  }

  /// A lane that pauses leaves nothing open on the server.
  static void settle(Lane& lane, std::unique_lock<std::mutex>& lock) {
    if (lane.connection == nullptr)
      return;
    lock.unlock();
    lane.connection->settle();
    lock.lock();
  }

  /// Waits until another lane's node has ended.
  void rest(std::unique_lock<std::mutex>& lock) {
    ++resting_;
    changed_.wait(lock);
    --resting_;
  }

  /// Wakes as many lanes as there are nodes for them; the lane that calls takes the next one
  /// itself.
  void wake() {
    if (resting_ == 0)
      return;
    if (plan_.is_done() || stop_) {
      changed_.notify_all();
      return;
    }
    size_t more = plan_.ready() > 0 ? plan_.ready() - 1 : 0;
    for (size_t i = 0; i < std::min(more, resting_); ++i)
      changed_.notify_one();
  }

  RunResult run_one(Lane& lane, NodeId id, size_t index) {
    const Node& node = context_.project.manifest.node(id);
    bool shown = counts(id);
    if (shown)
      context_.listener.node_started(index, total_, node);
    else
      context_.listener.ephemeral_started(node);
    // Between tests the end of the last one may wait for the next; other nodes may take their time.
    if (lane.connection != nullptr && node.type != ResourceType::Test)
      lane.connection->settle();
    RunResult result = run_node(context_, request_, lane, id);
    if (shown)
      context_.listener.node_finished(index, total_, node, result);
    else
      context_.listener.ephemeral_finished(node, result);
    return result;
  }

  void end(NodeId id, RunResult result) {
    bool failed = is_failure(result.status);
    bool is_test = context_.project.manifest.node(id).type == ResourceType::Test ||
                   context_.project.manifest.node(id).type == ResourceType::UnitTest;
    bool skips = failed && !(is_test && !request_.tests_gate) && !continues_on_error(id);
    if (skips)
      context_.listener.children_skipped(context_.project.manifest.node(id), result);
    plan_.finish(id, skips ? Effect::SkipChildren : Effect::None);
    // The failure of an ephemeral model is told by the results of those that read it.
    if (!counts(id) && failed)
      causes_.emplace(id, result);
    if (counts(id) || request_.ephemeral_results)
      results_.push_back(std::move(result));
    if (failed && request_.fail_fast) {
      stop_ = true;
      watch_.notify_all();
    }
    wake();
  }

  bool continues_on_error(NodeId id) const {
    const Node& node = context_.project.manifest.node(id);
    return node.type == ResourceType::Model &&
           context_.project.manifest.config_of(node).text("on_error") == "continue";
  }

  void skip(NodeId id, NodeId because) {
    const Node& node = context_.project.manifest.node(id);
    plan_.finish(id, Effect::None);
    if (counts(id)) {
      size_t index = ++started_;
      RunResult result;
      result.unique_id = node.unique_id;
      result.status = "skipped";
      result.thread_id = because.valid() ? base::thread_name() : "MainThread";
      result.relation_name = node.relation_name;
      if (!because.valid() && !context_.shared.env.cancel.is_cancelled()) {
        // As with dbt, what the first failure kept from running has a result and no line.
        result.message = "Skipping due to fail_fast";
        results_.push_back(std::move(result));
        wake();
        return;
      }
      auto cause = causes_.find(because);
      bool has_cause = because.valid() && cause != causes_.end();
      const Node* reason = has_cause ? &context_.project.manifest.node(because) : nullptr;
      if (reason != nullptr) {
        result.message = fmt::format(
            "Compilation Error in {}, caused by compilation error in referenced ephemeral model {}",
            node.unique_id, reason->unique_id);
      }
      context_.listener.node_skipped(index, total_, node, reason,
                                     has_cause ? &cause->second : nullptr);
      results_.push_back(std::move(result));
    }
    wake();
  }

  const RunContext& context_;
  const RunRequest& request_;
  std::vector<Lane>& lanes_;
  std::mutex mutex_;
  /// For lanes that rest, and for the watcher.
  std::condition_variable changed_, watch_;
  Plan plan_;
  std::vector<RunResult> results_;
  /// Results of failed ephemeral models.
  std::unordered_map<NodeId, RunResult> causes_;
  size_t total_ = 0, started_ = 0, running_ = 0, resting_ = 0;
  bool stop_ = false, is_over_ = false;
};

/// --no-introspect: templates are compiled without the database, as far as they don't ask it.
bool may_ask_database(const RunContext& context, Mode mode) {
  return mode != Mode::Compile || context.shared.flags.get_bool("introspect");
}

std::vector<Lane> make_lanes(const RunContext& context, Mode mode, size_t count) {
  std::vector<Lane> lanes(count);
  const bool asks = may_ask_database(context, mode);
  for (size_t i = 0; i < count; ++i) {
    if (context.shared.adapter != nullptr)
      lanes[i].connection = context.shared.adapter->connect(fmt::format("thread-{}", i + 1));
    lanes[i].worker = std::make_unique<context::Worker>(context.shared,
                                                        asks ? lanes[i].connection.get() : nullptr);
    lanes[i].worker->thread_name = fmt::format("Thread-{} (worker)", i + 1);
  }
  return lanes;
}

/// One connection before any node: schemas exist, the cache is full.
diag::Status prepare_database(const RunContext& context, const RunRequest& request, Lane& master) {
  if (context.shared.adapter == nullptr)
    return diag::Done{};
  std::vector<std::string> own, all;
  find_schemas(context, request.selected, own, all);
  for (const auto& [unique_id, relation] : request.clone_from) {
    const std::string& schema = relation.schema.value_or("");
    if (std::find(all.begin(), all.end(), schema) == all.end())
      all.push_back(schema);
  }
  adapter::Adapter& adapter = *context.shared.adapter;
  if (request.create_schemas && !own.empty()) {
    diag::Status created = adapter.create_schemas(*master.connection, own);
    if (!created)
      return created;
  }
  if (context.shared.flags.get_bool("populate_cache")) {
    bool only_selected = context.shared.flags.get_bool("cache_selected_only");
    diag::Status filled = adapter.fill_cache(*master.connection, only_selected ? own : all);
    if (!filled)
      return filled;
  }
  if (request.create_schemas)
    adapter.remove_leftovers(*master.connection, own);
  return diag::Done{};
}

/// What on-run-end hooks see: results of nodes and of failed hooks, and the schemas that were
/// written to with success.
Extras end_extras(const RunContext& context, const std::vector<RunResult>& results) {
  const manifest::Manifest& manifest = context.project.manifest;
  std::set<std::string> written;
  std::vector<RunResult> shown;
  for (const RunResult& result : results) {
    if (result.thread_id != "main" || result.status == "error")
      shown.push_back(result);
    NodeId id = manifest.find(result.unique_id);
    if (id.valid() && has_relation(context, manifest.node(id)) && !is_failure(result.status) &&
        result.status != "skipped")
      written.insert(manifest.node(id).schema);
  }
  std::vector<jinja::Value> schemas, pairs;
  jinja::Value database = jinja::Value::string(context.shared.profile.credentials.database);
  for (const std::string& schema : written) {
    schemas.push_back(jinja::Value::string(schema));
    pairs.push_back(jinja::Value::tuple({database, schemas.back()}));
  }
  return {{"results", results_value(manifest, shown)},
          {"schemas", jinja::Value::list(std::move(schemas))},
          {"database_schemas", jinja::Value::list(std::move(pairs))}};
}

void skip_all(const RunContext& context, const RunRequest& request,
              std::vector<RunResult>& results) {
  const manifest::Manifest& manifest = context.project.manifest;
  std::vector<NodeId> members;
  for (NodeId id : request.selected.members()) {
    if (!manifest.node(id).is_ephemeral_model(manifest.config_of(manifest.node(id))))
      members.push_back(id);
  }
  for (size_t i = 0; i < members.size(); ++i) {
    const Node& node = manifest.node(members[i]);
    RunResult result;
    result.unique_id = node.unique_id;
    result.status = "skipped";
    result.thread_id = "MainThread";
    context.listener.node_skipped(i + 1, members.size(), node, nullptr, nullptr);
    results.push_back(std::move(result));
  }
}

}  // namespace

bool is_failure(std::string_view status) {
  return status == "error" || status == "fail" || status == "runtime error" ||
         status == "partial success";
}

diag::Result<RunOutcome> run_nodes(const RunContext& context, const RunRequest& request) {
  base::Clock& clock = context.shared.env.clock;
  int64_t started = clock.steady_ns();
  size_t threads = std::max<size_t>(1, std::min(request.threads, request.selected.count() + 1));
  std::vector<Lane> lanes = make_lanes(context, request.mode, threads);
  Lane& master = lanes.front();
  if (diag::Status commented = set_query_comment(*master.worker, nullptr, "master"); !commented)
    return commented.error();
  if (diag::Status prepared = prepare_database(context, request, master); !prepared)
    return prepared.error();
  RunOutcome outcome;
  diag::Result<bool> begun = true;
  if (request.run_hooks)
    begun = run_hooks(context, master, "on-run-start", {}, outcome.results);
  if (!begun)
    return begun.error();
  Scheduler scheduler(context, request, lanes);
  context.listener.run_started(scheduler.total(), threads);
  if (*begun || !context.shared.flags.get_bool("skip_nodes_if_on_run_start_fails")) {
    for (RunResult& result : scheduler.run())
      outcome.results.push_back(std::move(result));
  } else {
    skip_all(context, request, outcome.results);
  }
  outcome.was_cancelled = context.shared.env.cancel.is_cancelled();
  bool ends_with_hooks =
      !hooks_of(context.project.manifest, "on-run-end", context.shared.root.name).empty();
  if (request.run_hooks && ends_with_hooks && !outcome.was_cancelled) {
    Extras extras = end_extras(context, outcome.results);
    diag::Result<bool> ended = run_hooks(context, master, "on-run-end", extras, outcome.results);
    if (!ended)
      outcome.fatal = ended.error();
  }
  outcome.elapsed = static_cast<double>(clock.steady_ns() - started) / 1e9;
  outcome.has_failures =
      std::any_of(outcome.results.begin(), outcome.results.end(), [](const RunResult& result) {
        // A skipped node tells of a failure, be it of an ephemeral model without result.
        return is_failure(result.status) || result.status == "skipped";
      });
  return outcome;
}

}  // namespace weft::run
