// NodeScope: the node that is rendered, and what its rendering leaves behind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "adapter/relation.h"
#include "base/data.h"
#include "jinja/span_map.h"
#include "jinja/value.h"
#include "manifest/manifest.h"

namespace weft::context {

/// What a node's text says of itself while it is parsed.
struct Capture {
  std::vector<manifest::RefCall> refs;
  std::vector<manifest::SourceCall> sources;
  std::vector<manifest::RefCall> functions;
  std::vector<std::vector<std::string>> metrics;
  /// All config() calls merged by dbt's rules.
  base::DataMap config;
  /// The same as dbt keeps it for comparison with other runs: keys with their first values as
  /// given.
  base::DataMap raw_config;
  /// Macros that were called, as (id), each once, in order of the first call.
  std::vector<manifest::MacroId> macros;
  /// Whoever renders takes care of texts that say something else in another command.
  bool may_be_changeable = false;
  /// The text is such a one: it asked for the time, flags, the invocation.
  bool is_changeable = false;
};

/// Result of a statement by name, as load_result gives it.
struct StatementResult {
  std::string name;
  jinja::Value value;
};

/// A stretch of time, its end not included. Microseconds since 1970, UTC.
struct TimeWindow {
  int64_t start = 0, end = 0;
};

/// One run of a microbatch model: the rows of this window are built.
struct Batch {
  /// The window's start with the precision of its size: "20240131", "20240131T07".
  std::string id;
  TimeWindow window;
};

/// A relation that is built to take the place of another.
struct BuildName {
  adapter::Relation build, target;
};

/// One node, hook or operation being rendered. Used by one thread.
struct NodeScope {
  /// Package whose macros a bare name means first.
  std::string package_name;
  /// Null for run-operation and for what has no node.
  const manifest::Node* node = nullptr;
  manifest::NodeId id;
  /// `this`; nothing where there is none.
  std::optional<adapter::Relation> relation;
  /// config.get(): the node's final configuration. Null while parsing.
  const base::DataMap* config = nullptr;
  /// Set while parsing.
  Capture* capture = nullptr;
  /// Names that only this render has: sql, pre_hooks, results, _dbt_generic_test_kwargs, ...
  std::vector<std::pair<std::string, jinja::Value>> extras;
  /// Execute: ephemeral models that the text reads, each once, in order.
  std::vector<manifest::NodeId> ephemerals;
  /// Execute: build relations made so far; texts for people show the target instead.
  std::vector<BuildName> builds;
  /// Execute: receives the macros that the text itself calls, while a node is compiled. May be
  /// null.
  std::vector<manifest::MacroId>* called_macros = nullptr;
  /// Execute: results of statements.
  std::vector<StatementResult> results;
  /// Execute: where each byte of the node's compiled code comes from; for errors of the database.
  const jinja::SpanMap* compiled_spans = nullptr;
  /// Execute: what write() and the main statement leave under target/run.
  std::string written;
  /// Execute: whether write() was called.
  bool has_written = false;
  /// Unit tests: replacements for ref() and source() by unique id, and stand-ins for macros, vars,
  /// env.
  struct UnitTestInputs {
    /// The unit test itself; `node` of the scope is the model it tests.
    const manifest::Node* test = nullptr;
    std::vector<std::pair<manifest::NodeId, std::string>> cte_by_node;
    std::optional<std::string> this_cte;
    /// Receives the names that the text asked for, each once, in order.
    mutable std::vector<std::string> used;
    const base::DataMap* macros = nullptr;
    const base::DataMap* vars = nullptr;
    const base::DataMap* env_vars = nullptr;
  };
  const UnitTestInputs* unit_test = nullptr;
  /// Execute: the batch of a microbatch model; refs are limited to its window.
  std::optional<Batch> batch;
  /// Refs are not checked against depends_on: hooks, operations, inline SQL.
  bool is_operation = false;
  /// A value of a properties file: of the names only those that need neither a node nor macros, and
  /// an unknown one cannot be called.
  bool is_property = false;
  /// Under --defer, what the command does not build is read from the state even where it exists
  /// here: foreign keys.
  bool prefers_state = false;
};

}  // namespace weft::context
