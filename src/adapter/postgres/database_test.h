// What the database tests of this module share.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "adapter/adapter.h"
#include "adapter/relation.h"
#include "support/temp_postgres.h"

namespace weft::adapter {

/// Remembers what it is told, and counts the statements.
class RecordingObserver final : public QueryObserver {
 public:
  void on_query(std::string_view, std::string_view sql) override {
    std::lock_guard lock(mutex);
    queries.emplace_back(sql);
  }
  void on_result(std::string_view, std::string_view tag, double) override {
    std::lock_guard lock(mutex);
    ends.emplace_back(tag);
  }
  void on_failure(std::string_view, std::string_view message) override {
    std::lock_guard lock(mutex);
    ends.emplace_back("failed: " + std::string(message));
  }
  void on_notice(std::string_view, std::string_view text) override {
    std::lock_guard lock(mutex);
    notices.emplace_back(text);
  }
  std::mutex mutex;
  /// `ends` has one for each of `queries`, but for ROLLBACK, which nobody waits for.
  std::vector<std::string> queries, notices, ends;
};

/// An adapter on the shared test server, with a schema of its own.
class TestDatabase {
 public:
  explicit TestDatabase(test::TempPostgres& server, config::Credentials credentials);
  explicit TestDatabase(test::TempPostgres& server) : TestDatabase(server, server.credentials()) {}
  ~TestDatabase();

  /// Runs and commits; fails the test when the server refuses.
  void run(const std::string& sql);
  /// The rows of a query as "a|b;c|d", nulls as "-".
  std::string rows(const std::string& sql);
  Relation relation(const std::string& name, RelationType type = RelationType::Table) const;

  RecordingObserver observer;
  std::string schema;
  std::unique_ptr<Adapter> adapter;
  std::unique_ptr<Connection> connection;
};

/// `text` with "$S" replaced by the schema.
std::string in_schema(const std::string& text, const std::string& schema);

/// Makes the build relation of `target` from a query, and publishes it.
diag::Status rebuild(TestDatabase& database, Connection& connection, const std::string& target,
                     const std::string& query, const PublishContext& context = {});

}  // namespace weft::adapter
