// Statements behind which a commit is likely bring the transaction's number along.
#include <string>

#include "adapter/postgres/database_test.h"
#include "base/strings.h"

namespace weft::adapter {
namespace {

constexpr std::string_view kQuestion = "select pg_catalog.txid_current_if_assigned()";

QueryOptions before_commit() {
  QueryOptions options;
  options.commits_next = true;
  return options;
}

}  // namespace

TEST_CASE("a statement before a commit asks for the transaction's number, the commit does not",
          "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  Connection& connection = *database.connection;
  for (std::string ending : {";", ";  \n", " -- why;"}) {
    database.run("drop table if exists $S.t");
    database.observer.queries.clear();
    REQUIRE(connection.begin());
    auto made = connection.execute(
        in_schema("create table $S.t as select 1 as x" + ending, database.schema), before_commit());
    REQUIRE(made.ok());
    CHECK(made->response.message == "SELECT 1");
    CHECK(made->response.rows_affected == 1);
    REQUIRE(connection.commit());
    const std::vector<std::string>& sent = database.observer.queries;
    // The log shows the message whole, as the server got it.
    REQUIRE(sent.size() == 3);
    CHECK(sent[0] == "BEGIN");
    CHECK(base::ends_with(sent[1], ending + "\n;" + std::string(kQuestion)));
    CHECK(sent[2] == "COMMIT");
    CHECK(database.rows("select x from $S.t") == "1");
  }
}

TEST_CASE("the question for the number shows in no answer and no error", "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  Connection& connection = *database.connection;
  REQUIRE(connection.begin());
  auto open_quote = connection.execute("create table t as select 'x;", before_commit());
  REQUIRE_FALSE(open_quote.ok());
  CHECK(open_quote.error().message == "unterminated quoted string at or near \"'x;\"");
  CHECK(open_quote.error().database->message == open_quote.error().message);
  CHECK(open_quote.error().database->text.find("txid_current") == std::string::npos);
  REQUIRE(connection.begin());
  CHECK_FALSE(connection.execute(";", before_commit()).ok());
  // Where there is no transaction, a statement may have to stand alone.
  database.run("create table $S.t (x int)");
  REQUIRE(connection.execute("select 1"));
  REQUIRE(connection.commit());
  CHECK(connection.execute(in_schema("vacuum $S.t;", database.schema), before_commit()).ok());
  // A text that ends its transaction has no number to give.
  REQUIRE(connection.rollback());
  REQUIRE(connection.begin());
  REQUIRE(connection.execute(in_schema("insert into $S.t values (1); commit;", database.schema),
                             before_commit()));
  CHECK_FALSE(connection.in_transaction());
  REQUIRE(connection.commit());
  CHECK(database.rows("select count(*) from $S.t") == "1");
}

}  // namespace weft::adapter
