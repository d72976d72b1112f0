#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "adapter/embedded/server.h"
#include "adapter/postgres/database_test.h"
#include "base/strings.h"

namespace weft::adapter {
namespace {

diag::Result<std::unique_ptr<Adapter>> adapter_for(test::TempPostgres& server,
                                                   const config::Credentials& credentials) {
  config::Profile profile;
  profile.credentials = credentials;
  profile.credentials.embedded = false;
  return make_postgres_adapter(profile, {}, server.env());
}

diag::Diagnostic failure_of(test::TempPostgres& server, const config::Credentials& credentials) {
  auto adapter = adapter_for(server, credentials);
  auto connection = (*adapter)->connect("c");
  auto result = connection->query_catalog("select 1");
  REQUIRE_FALSE(result.ok());
  return result.error();
}

TEST_CASE("an error has all that the server said, placed in the caller's text",
          "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.connection->query_comment = "node é */ x";
  auto failed = database.connection->execute("select 'é', nope from pg_class");
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().code == diag::Code::DatabaseFailed);
  CHECK(failed.error().database->sqlstate == "42703");
  CHECK(failed.error().database->position == 13);
  CHECK_FALSE(database.connection->in_transaction());
  const std::vector<std::string>& sent = database.observer.queries;
  CHECK(sent.at(sent.size() - 2) == "/* node é * / x */\nselect 'é', nope from pg_class");
  CHECK(sent.back() == "ROLLBACK");
  database.connection->comment_after = true;
  REQUIRE(database.connection->execute("select 1; "));
  CHECK(database.observer.queries.back() == "select 1\n/* node é * / x */;");
  CHECK_FALSE(database.connection->execute(std::string("select 1\0; drop", 15)).ok());
  CHECK_FALSE(database.connection->execute("-- nothing").ok());
  CHECK_FALSE(database.connection->execute("copy pg_class to stdout").ok());
  CHECK(database.rows("select 1") == "1");
}

TEST_CASE("transactions begin with the first statement and end with commit or a failure",
          "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  Connection& connection = *database.connection;
  auto made = connection.execute(in_schema("create table $S.a as select 1 as x", database.schema));
  REQUIRE(made.ok());
  CHECK(made->response.message == "SELECT 1");
  CHECK(made->response.code == "SELECT");
  CHECK(made->response.rows_affected == 1);
  CHECK(connection.in_transaction());
  REQUIRE(connection.rollback());
  CHECK(database.rows("select to_regclass('$S.a')") == "-");
  REQUIRE(connection.begin());
  CHECK(connection.in_transaction());
  REQUIRE(connection.commit());
  config::Credentials automatic = server->credentials();
  automatic.autocommit = true;
  TestDatabase other(*server, automatic);
  REQUIRE(other.connection->execute(in_schema("create table $S.a (x int)", other.schema)));
  CHECK_FALSE(other.connection->in_transaction());
  auto view =
      other.connection->execute(in_schema("create view $S.v as select 1 as y", other.schema));
  CHECK(view->response.message == "CREATE VIEW");
  CHECK(view->response.rows_affected == -1);
}

TEST_CASE("failures to connect are told apart", "[connection][database]") {
  std::unique_ptr<test::TempPostgres> server = test::TempPostgres::start();
  if (server == nullptr)
    return;
  config::Credentials credentials = server->credentials();
  {
    TestDatabase database(*server);
    database.run("create role guarded login password 'right'");
    database.run("grant all on schema $S to guarded");
    auto status = embedded::status(server->state_directory(), server->env());
    std::ofstream(status->data_directory + "/pg_hba.conf")
        << "local all guarded scram-sha-256\nlocal all all trust\n";
    database.run("select pg_reload_conf()");
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
  credentials.retries = 0;
  SECTION("wrong password") {
    credentials.user = "guarded";
    credentials.password = "wrong-secret";
    diag::Diagnostic error = failure_of(*server, credentials);
    CHECK(error.code == diag::Code::AuthenticationFailed);
    CHECK(error.database->sqlstate == "28P01");
    CHECK(error.message.find("wrong-secret") == std::string::npos);
    credentials.password.clear();
    CHECK(failure_of(*server, credentials).code == diag::Code::AuthenticationFailed);
    credentials.password = "right";
    auto adapter = adapter_for(*server, credentials);
    CHECK((*adapter)->connect("c")->query_catalog("select 1").ok());
  }
  SECTION("no such database, no such server") {
    credentials.database = "absent";
    diag::Diagnostic error = failure_of(*server, credentials);
    CHECK(error.code == diag::Code::ConnectionFailed);
    CHECK(error.message.find("database `absent` does not exist") != std::string::npos);
    credentials.host = "127.0.0.1";
    credentials.port = 1;
    error = failure_of(*server, credentials);
    CHECK(error.code == diag::Code::ConnectionFailed);
    CHECK(error.message.find("`127.0.0.1`, port 1") != std::string::npos);
    CHECK(error.hint.find("is the server running") != std::string::npos);
    credentials.sslmode = "bad";
    CHECK(failure_of(*server, credentials).hint.find("`sslmode`") != std::string::npos);
    credentials.sslmode.clear();
    credentials.host = "no-such-host.invalid";
    CHECK(failure_of(*server, credentials).hint.find("`host`") != std::string::npos);
  }
  SECTION("a server that restarts between statements is only a pause") {
    auto adapter = adapter_for(*server, credentials);
    auto connection = (*adapter)->connect("c");
    REQUIRE(connection->query_catalog("select 1"));
    REQUIRE(embedded::stop(server->state_directory(), server->env()));
    bool has_started = false;
    std::thread restart([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      has_started =
          embedded::start(server->state_directory(), server->credentials(), server->env()).ok();
    });
    CHECK(connection->query_catalog("select 1").ok());
    restart.join();
    CHECK(has_started);
  }
}

TEST_CASE("a running statement is cancelled from another thread", "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  auto start = std::chrono::steady_clock::now();
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    database.adapter->cancel_all();
  });
  auto result = database.connection->execute("select pg_sleep(20)");
  canceller.join();
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code == diag::Code::QueryCancelled);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("a session that is killed is told and replaced", "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  auto result = database.connection->execute("select pg_terminate_backend(pg_backend_pid())");
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code == diag::Code::ConnectionLost);
  CHECK(database.rows("select 1") == "1");
}

TEST_CASE("a role is used as profiles write it, and settings reach the session",
          "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase setup(*server);
  setup.run(
      "do $$ begin if not exists (select from pg_roles where rolname = 'weft_worker') then "
      "create role weft_worker; create role \"Weft\"\"Odd\"; end if; end $$");
  config::Credentials credentials = server->credentials();
  credentials.role = "Weft_Worker";
  credentials.search_path = "pg_catalog, public";
  credentials.statement_timeout_ms = 12'000;
  auto adapter = adapter_for(*server, credentials);
  auto row = (*adapter)->connect("c")->query_catalog(
      "select current_user::text, current_setting('search_path'), "
      "current_setting('statement_timeout'), "
      "current_setting('application_name'), current_setting('client_connection_check_interval')");
  REQUIRE(row.ok());
  CHECK(row->table.rows[0][0].text == "weft_worker");
  CHECK(row->table.rows[0][1].text == "pg_catalog, public");
  CHECK(row->table.rows[0][2].text == "12s");
  CHECK(row->table.rows[0][3].text == "dbt");
  CHECK(row->table.rows[0][4].text == "1s");
  credentials.role = "\"Weft\"\"Odd\"";
  adapter = adapter_for(*server, credentials);
  CHECK((*adapter)->connect("c")->query_catalog("select 1").ok());
}

TEST_CASE("schemas that appear at the same moment are no failure",
          "[connection][database][threads]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  std::vector<std::string> schemas;
  for (int i = 0; i < 40; ++i)
    schemas.push_back(fmt::format("{}_raced_{}", database.schema, i));
  std::vector<std::thread> threads;
  std::atomic<int> failures{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      auto connection = database.adapter->connect("t");
      failures += database.adapter->create_schemas(*connection, schemas).ok() ? 0 : 1;
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  CHECK(failures == 0);
  for (const std::string& schema : schemas)
    REQUIRE(database.adapter->drop_schema(*database.connection, schema));
  REQUIRE(database.connection->commit());
}

TEST_CASE("relations and columns are listed by exact names", "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  std::string near = database.schema;
  near.replace(near.find('_'), 1, "x");
  REQUIRE(database.adapter->create_schemas(*database.connection, {near}));
  database.run(
      fmt::format("create table {}.other (a int); create table $S.t (\"A \"\" b\" varchar(7), "
                  "n numeric(9,2), x int[], d text)",
                  near));
  auto listed = database.adapter->list_relations(*database.connection, database.schema);
  REQUIRE(listed.ok());
  REQUIRE(listed->size() == 1);
  auto columns =
      database.adapter->columns_in_relation(*database.connection, database.relation("t"));
  REQUIRE(columns.ok());
  REQUIRE(columns->size() == 4);
  CHECK((*columns)[0].data_type() == "character varying(7)");
  CHECK((*columns)[0].quoted() == "\"A \"\" b\"");
  CHECK((*columns)[1].data_type() == "numeric(9,2)");
  CHECK((*columns)[2].dtype == "ARRAY");
  auto described = database.adapter->columns_of_query(
      *database.connection,
      "select 1 as a, 'x'::text as b, now() as c, array[1] as d, '{}'::jsonb as e");
  REQUIRE(described.ok());
  CHECK((*described)[0].dtype == "INTEGER");
  CHECK((*described)[1].dtype == "STRING");
  CHECK((*described)[2].dtype == "DATETIMETZ");
  CHECK((*described)[3].dtype == "INTEGERARRAY");
  CHECK((*described)[4].dtype == "JSONB");
  CHECK(database.adapter->schema_exists(*database.connection, "no such").value() == false);
  REQUIRE(database.adapter->drop_schema(*database.connection, near));
  REQUIRE(database.connection->commit());
}

std::string typed(TestDatabase& database, const std::string& query) {
  QueryOptions options;
  options.fetch = true;
  auto result = database.connection->execute(query, options);
  if (!result)
    return result.error().message;
  (void)database.connection->commit().ok();
  constexpr const char* kTypes[] = {"Integer",  "Number", "Boolean",   "Date",
                                    "DateTime", "Time",   "TimeDelta", "Text"};
  std::string out = kTypes[static_cast<size_t>(result->table.column_types.at(0))];
  for (const std::vector<Cell>& row : result->table.rows) {
    const Cell& cell = row[0];
    out += " " + (cell.kind == Cell::Kind::Null      ? std::string("None")
                  : cell.kind == Cell::Kind::Bool    ? std::string(cell.boolean ? "True" : "False")
                  : cell.kind == Cell::Kind::Integer ? std::to_string(cell.integer)
                                                     : cell.text);
  }
  return out;
}

/// The expectations are what dbt's get_result_from_cursor() gave for the same queries.
TEST_CASE("results have dbt's types", "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run("select 1");
  CHECK(typed(database, "select 1 union all select null order by 1") == "Integer 1 None");
  CHECK(typed(database, "select null::text") == "Integer None");
  CHECK(typed(database, "select 1.10") == "Number 1.10");
  CHECK(typed(database, "select 0.00000001::numeric") == "Number 1E-8");
  CHECK(typed(database, "select 1e16::float8") == "Number 1E+16");
  CHECK(typed(database, "select 0.1::float8") == "Number 0.1");
  CHECK(typed(database, "select '005'") == "Text 005");
  CHECK(typed(database, "select ''") == "Text ");
  CHECK(typed(database, "select true") == "Boolean True");
  CHECK(typed(database, "select date '2026-01-31'") == "Date 2026-01-31");
  CHECK(typed(database, "select timestamp '2026-01-31 12:00:00.5'") ==
        "DateTime 2026-01-31 12:00:00.500000");
  CHECK(
      typed(database,
            "set local timezone to 'Asia/Kolkata'; select timestamptz '2026-01-31 12:00:00+00'") ==
      "DateTime 2026-01-31 17:30:00+05:30");
  CHECK(typed(database, "select time '12:30'") == "Text 12:30:00");
  CHECK(typed(database, "select interval '1 year 2 mons -3 days 04:05:06.7'") ==
        "Text 422 days, 4:05:06.700000");
  CHECK(typed(database, "select interval '-1 second'") == "Text -1 day, 23:59:59");
  CHECK(typed(database, "select '{\"b\": [1, 2.50, null], \"a\": \"é\"}'::json") ==
        "Text {\"b\": [1, 2.5, null], \"a\": \"\\u00e9\"}");
  CHECK(typed(database, "select '5'::jsonb") == "Integer 5");
  CHECK(typed(database, "select v::json from (values ('5'), ('\"x\"'), ('true')) t(v)") ==
        "Text 5 x True");
  CHECK(typed(database, "select array['a b', null, 'c\"d']") == "Text [\"a b\", null, \"c\\\"d\"]");
  CHECK(typed(database, "select array[array[1, 2], array[3, 4]]") == "Text [[1, 2], [3, 4]]");
  CHECK(typed(database, "select array[1.50::numeric]") == "Text [1.5]");
  CHECK(typed(database, "select int4range(1, 10)") == "Text [1, 10)");
  QueryOptions options;
  options.fetch = true;
  auto twins = database.connection->execute("select 1 as a, 2 as a, 3 as b", options);
  CHECK(twins->table.column_names == std::vector<std::string>{"a", "a_2", "b"});
}

TEST_CASE("an advisory lock keeps two writers of a target apart", "[connection][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  config::Credentials credentials = server->credentials();
  credentials.lock_timeout_ms = 200;
  TestDatabase database(*server, credentials);
  auto other = database.adapter->connect("other");
  REQUIRE(database.adapter->lock_target(*database.connection, database.relation("t")));
  CHECK_FALSE(database.adapter->lock_target(*other, database.relation("t")).ok());
  CHECK(database.adapter->lock_target(*other, database.relation("u")).ok());
  REQUIRE(database.connection->commit());
  CHECK(database.adapter->lock_target(*other, database.relation("t")).ok());
}

TEST_CASE("seeds are loaded by dbt's rules", "[seed][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  std::string path = server->folder() + "/seed.csv";
  std::ofstream(path) << "id,Amount,day,at,ok,note,zip\n"
                         "1,\"$1,000.50\",2026-1-5,2026-01-05T10:00:00+02:00,TRUE,\"tab\there\\ "
                         "\"\"q\"\"\nline\",00501\n"
                         "2.0,null,,,false, NULL ,\n"
                         "3,5%\n";
  Adapter::SeedLoad load;
  load.csv_path = path;
  diag::Result<CsvScan> scan = scan_csv(path, {});
  REQUIRE(scan.ok());
  CHECK(scan->rows == 3);
  for (size_t i = 0; i < scan->column_names.size(); ++i)
    load.columns.emplace_back(scan->column_names[i], scan->sql_types[i]);
  load.columns[6].second = "text";
  auto rows = database.adapter->load_seed(*database.connection, database.relation("seed"), load);
  if (!rows)
    FAIL(rows.error().message);
  CHECK(*rows == 3);
  REQUIRE(database.connection->commit());
  CHECK(database.rows("select id, amount, day, ok, note, zip from $S.seed order by id") ==
        "1|1000.5|2026-01-05|t|tab\there\\ \"q\"\nline|00501;2|-|-|f|-|-;3|5|-|-|-|-");
  CHECK(
      database.rows("select at = (timestamptz '2026-01-05 10:00:00+02')::timestamp, pg_typeof(at) "
                    "from $S.seed where id = 1") == "t|timestamp without time zone");
  load.header_only = true;
  CHECK(*database.adapter->load_seed(*database.connection, database.relation("empty"), load) == 0);
}

}  // namespace
}  // namespace weft::adapter
