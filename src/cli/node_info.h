// What JSON logs tell about a node beside each event of it: dbt's node_info and group.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/data.h"
#include "manifest/artifacts.h"
#include "manifest/manifest.h"

namespace weft::cli {

/// Remembers when nodes started and ended and how they fare. Safe to use from several threads.
class NodeLog {
 public:
  explicit NodeLog(base::Clock& clock) : clock_(clock) {}

  /// The manifest must outlive this; null for none.
  void set_manifest(const manifest::Manifest* manifest);
  void started(const manifest::Node& node);
  void set_status(const manifest::Node& node, std::string_view status);
  void finished(const manifest::Node& node, std::string_view status);

  /// {node_info: ...}, with the node's group where it has one and `with_group`.
  base::DataMap data(const manifest::Node& node, bool with_group = false) const;
  /// The same by unique id; empty for anything else.
  base::DataMap data(std::string_view unique_id) const;
  /// The time as events have it.
  std::string now() const;
  bool has_started(const manifest::Node& node) const;
  /// Name of the connection that this thread used before; empty when it is the same.
  static std::string former_connection(std::string_view name);

 private:
  struct State {
    std::string started_at, finished_at, status;
  };

  base::Data info(const manifest::Node& node) const;
  base::Data group(const manifest::Node& node) const;

  base::Clock& clock_;
  const manifest::Manifest* manifest_ = nullptr;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, State> states_;
};

/// dbt's run_result of a NodeFinished event.
base::Data run_result_data(const manifest::RunResult& result);

}  // namespace weft::cli
