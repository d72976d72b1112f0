// A rollback that goes to the server with the next statement.
#include <string>

#include "adapter/postgres/database_test.h"

namespace weft::adapter {
namespace {

/// Whether another session may take the table's strongest lock at once.
bool is_free(TestDatabase& database, Connection& other) {
  diag::Result<QueryResult> locked =
      other.execute(in_schema("lock table $S.t in access exclusive mode nowait", database.schema));
  (void)other.rollback();
  return locked.ok();
}

}  // namespace

TEST_CASE("a rollback put off goes with the next statement", "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  Connection& connection = *database.connection;
  REQUIRE(connection.execute(in_schema("create table $S.gone (x int)", database.schema)));
  REQUIRE(connection.rollback_later());
  CHECK_FALSE(connection.in_transaction());
  QueryOptions fetch;
  fetch.fetch = true;
  auto answer = connection.execute(
      in_schema("select to_regclass('$S.gone') is null", database.schema), fetch);
  REQUIRE(answer.ok());
  CHECK(answer->response.message == "SELECT 1");
  CHECK(answer->table.rows.size() == 1);
  CHECK(connection.in_transaction());
  REQUIRE(connection.commit());
  const std::vector<std::string>& sent = database.observer.queries;
  size_t at = 0;
  while (at < sent.size() && sent[at] != "ROLLBACK")
    ++at;
  REQUIRE(at + 2 < sent.size());
  CHECK(sent[at + 1] == "BEGIN");
  CHECK(sent[at + 2].find("select to_regclass") == 0);
}

TEST_CASE("a rollback put off keeps its locks until settle()", "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run("create table $S.t (x int)");
  std::unique_ptr<Connection> other = database.adapter->connect("other");
  // Behind a commit statements would run outside of a transaction.
  REQUIRE(database.connection->rollback());
  REQUIRE(database.connection->execute(in_schema("select * from $S.t", database.schema)));
  REQUIRE(database.connection->rollback_later());
  CHECK_FALSE(is_free(database, *other));
  database.connection->settle();
  // The server is told, not waited for.
  bool free = false;
  for (int i = 0; i < 1000 && !free; ++i)
    free = is_free(database, *other);
  CHECK(free);
  CHECK(database.rows("select 1") == "1");
}

TEST_CASE("errors behind a rollback put off have their place and end the transaction",
          "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  Connection& connection = *database.connection;
  // The first is refused before anything of the text runs, the rollback included.
  for (std::string wrong : {"select 1 1", "select nope"}) {
    REQUIRE(connection.rollback());
    REQUIRE(connection.execute(in_schema("create table $S.gone (x int)", database.schema)));
    REQUIRE(connection.rollback_later());
    auto failed = connection.execute(wrong);
    REQUIRE_FALSE(failed.ok());
    CHECK(failed.error().database->position == (wrong == "select nope" ? 8 : 10));
    CHECK_FALSE(connection.in_transaction());
    CHECK(database.rows("select to_regclass('$S.gone')") == "-");
  }
  // What must stand alone still does.
  database.run("create table $S.t (x int)");
  REQUIRE(connection.rollback());
  REQUIRE(connection.execute("select 1"));
  REQUIRE(connection.rollback_later());
  CHECK(connection.query_catalog(in_schema("vacuum $S.t", database.schema)).ok());
}

}  // namespace weft::adapter
