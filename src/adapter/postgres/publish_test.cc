#include <atomic>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "adapter/postgres/database_test.h"
#include "base/strings.h"

namespace weft::adapter {
namespace {

/// Empty for success, else what went wrong, so that a failed check shows it.
template <typename T>
std::string why(const diag::Result<T>& result) {
  if (result)
    return {};
  std::string text = result.error().message;
  if (result.error().database)
    text += " | " + result.error().database->detail + " | " + result.error().database->context;
  return text;
}

/// Everything about a view that publishing must keep.
constexpr const char* kDigest =
    "select c.relname, c.relkind, pg_get_viewdef(c.oid), pg_get_userbyid(c.relowner), c.relacl,"
    " c.reloptions, obj_description(c.oid), (select string_agg(coalesce(col_description(c.oid, "
    "a.attnum), '') ||"
    " coalesce(a.attacl::text, ''), ',' order by attnum) from pg_attribute a where attrelid = "
    "c.oid),"
    " (select string_agg(pg_get_indexdef(indexrelid), ',' order by indexrelid::regclass::text)"
    "  from pg_index where indrelid = c.oid),"
    " (select string_agg(pg_get_ruledef(r.oid), ',' order by rulename) from pg_rewrite r"
    "  where ev_class = c.oid and rulename <> '_RETURN'),"
    " (select string_agg(pg_get_triggerdef(g.oid), ',' order by tgname) from pg_trigger g"
    "  where tgrelid = c.oid and not tgisinternal), c.relispopulated,"
    " (select string_agg(pg_get_expr(adbin, adrelid), ',') from pg_attrdef where adrelid = c.oid)"
    " from pg_class c where relnamespace = '$S'::regnamespace and relkind in ('v', 'm') order by 1";

constexpr const char* kViews =
    "create table $S.t as select 1 as id, 'x' as name;"
    "create view $S.v1 with (security_barrier = true) as select id, name from $S.t;"
    "create view $S.v2 as select id, name, id * 2 as twice from $S.v1;"
    "create view $S.v3 as select v2.* from $S.v2 join $S.t using (id);"
    "create materialized view $S.m1 as select id, count(*) as n from $S.v3 group by id;"
    "create unique index m1_id on $S.m1 (id);"
    "create view $S.v4 as select * from $S.m1;"
    "do $$ begin if not exists (select from pg_roles where rolname = 'Weft Reader') then"
    "  create role \"Weft Reader\"; create role weft_owner; end if; end $$;"
    "grant usage, create on schema $S to weft_owner;"
    "alter view $S.v2 owner to weft_owner; grant select on $S.v1 to weft_owner;"
    "grant select on $S.v1 to \"Weft Reader\" with grant option;"
    "grant select (id) on $S.v2 to \"Weft Reader\"; revoke delete on $S.v3 from current_user;"
    "comment on view $S.v1 is 'it''s \"one\"'; comment on column $S.v1.id is 'key';"
    "comment on materialized view $S.m1 is 'counts'; comment on index $S.m1_id is 'by id';"
    "alter view $S.v1 alter column name set default 'd';"
    "create rule quiet as on delete to $S.v1 do instead nothing;"
    "create function $S.f() returns trigger language plpgsql as 'begin return null; end';"
    "create trigger ins instead of insert on $S.v3 for each row execute function $S.f()";

TEST_CASE("a rebuilt table keeps all that stands on it", "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run(kViews);
  std::string before = database.rows(kDigest);
  REQUIRE(before.find("error") == std::string::npos);

  SECTION("by replacing the views while the columns keep their types") {
    std::string oids = database.rows("select '$S.v1'::regclass::oid, '$S.m1'::regclass::oid");
    REQUIRE(why(rebuild(database, *database.connection, "t", "select 2 as id, 'y' as name")) == "");
    CHECK(database.rows("select '$S.v1'::regclass::oid, '$S.m1'::regclass::oid") == oids);
    CHECK(database.rows("select * from $S.v3") == "2|y|4");
    CHECK(database.rows(kDigest) == before);
  }
  SECTION("by making them again when a type changed") {
    diag::Status done = rebuild(database, *database.connection, "t",
                                "select 3::bigint as id, 'z' as name, 1 as more");
    REQUIRE(why(done) == "");
    CHECK(database.rows("select * from $S.v3") == "3|z|6");
    CHECK(database.rows("select * from $S.v4") == "3|1");
    CHECK(database.rows(kDigest) == before);
  }
  SECTION("with a materialized view right on the table, not populated") {
    database.run("create materialized view $S.m0 as select name from $S.t with no data");
    before = database.rows(kDigest);
    REQUIRE(why(rebuild(database, *database.connection, "t", "select 2 as id, 'y' as name")) == "");
    CHECK(database.rows(kDigest) == before);
  }
  SECTION("or refuses and changes nothing when a column is gone") {
    diag::Status done = rebuild(database, *database.connection, "t", "select 2 as id");
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().code == diag::Code::PublishRefused);
    CHECK(done.error().message.find(fmt::format("view `{}.v1`", database.schema)) !=
          std::string::npos);
    CHECK(done.error().message.find("name") != std::string::npos);
    CHECK(database.rows(kDigest) == before);
    CHECK(database.rows("select * from $S.v3") == "1|x|2");
  }
  SECTION("or leaves out what the run builds anew later") {
    PublishContext context;
    context.is_rebuilt_later = [](const Relation&) { return true; };
    REQUIRE(why(rebuild(database, *database.connection, "t", "select 2 as id", context)) == "");
    CHECK(database.rows("select to_regclass('$S.v1'), to_regclass('$S.m1'), id from $S.t") ==
          "-|-|2");
  }
  CHECK(database.rows("select count(*) from pg_class where relnamespace = '$S'::regnamespace and "
                      "relname like '%\\_\\_b%' and relkind <> 'r'") == "0");
}

TEST_CASE("publishing joins an open transaction", "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run("create table $S.t as select 1 as id; create view $S.v as select * from $S.t");
  Relation target = database.relation("t");
  Relation build = database.adapter->build_relation(target, RelationType::Table);
  REQUIRE(database.connection->begin());
  REQUIRE(
      database.connection->execute("create table " + build.render_name() + " as select 2 as id"));
  REQUIRE(database.connection->execute("set local search_path to pg_catalog"));
  REQUIRE(why(database.adapter->publish(*database.connection, build, target, {})) == "");
  CHECK(database.connection->in_transaction());
  auto path = database.connection->query_catalog("show search_path");
  CHECK(path->table.rows[0][0].text == "pg_catalog");
  REQUIRE(database.connection->rollback());
  CHECK(database.rows("select * from $S.v") == "1");
}

TEST_CASE("views replace any kind of relation", "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  Relation target = database.relation("x", RelationType::View);
  auto make = [&](const std::string& query) {
    Relation build = database.adapter->build_relation(target, RelationType::View);
    return database.adapter->publish_view(
        *database.connection, target,
        fmt::format("create view {} as ({})", build.render_name(), query), build, {});
  };
  REQUIRE(database.adapter->fill_cache(*database.connection, {database.schema}));
  auto first = make("select 1 as a");
  REQUIRE(first.ok());
  CHECK(first->message == "CREATE VIEW");
  database.run("create view $S.y as select a from $S.x");
  std::string oid = database.rows("select '$S.x'::regclass::oid");
  SECTION("in place when columns are kept or appended") {
    REQUIRE(why(make("select 2 as a, 3 as b")) == "");
    CHECK(database.rows("select '$S.x'::regclass::oid") == oid);
    CHECK(database.rows("select a from $S.y") == "2");
  }
  SECTION("not at all when it is the same") {
    REQUIRE(why(make("select 1 as a")) == "");
    CHECK(database.rows("select '$S.x'::regclass::oid") == oid);
  }
  SECTION("anew when a type changed") {
    REQUIRE(why(make("select 'q'::text as a")) == "");
    CHECK(database.rows("select a from $S.y") == "q");
  }
  SECTION("and tables and materialized views alike") {
    REQUIRE(why(rebuild(database, *database.connection, "x", "select 5 as a")) == "");
    CHECK(database.rows("select relkind from pg_class where oid = '$S.x'::regclass") == "r");
    REQUIRE(why(make("select 6 as a")) == "");
    CHECK(database.rows("select a from $S.y") == "6");
    database.run("drop view $S.x cascade; create materialized view $S.x as select 1 as a");
    REQUIRE(why(make("select 7 as a")) == "");
    CHECK(database.rows("select a from $S.x") == "7");
  }
  CHECK(database.rows("select count(*) from pg_class where relnamespace = '$S'::regnamespace and "
                      "relname like '%\\_\\_b%'") == "0");
}

TEST_CASE("foreign keys, functions and rules follow the new table", "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run(
      "create table $S.t (id int primary key); insert into $S.t values (1);"
      "create table $S.child (id int references $S.t); insert into $S.child values (1);"
      "create table $S.log (id int);"
      "create rule r as on insert to $S.log do also delete from $S.t where false;"
      "create function $S.n() returns bigint begin atomic select count(*) from $S.t; end");
  Relation target = database.relation("t");
  Relation build = database.adapter->build_relation(target, RelationType::Table);
  database.run("create table " + build.render_name() + " (id int primary key)");
  SECTION("when the new one holds them") {
    database.run("insert into " + build.render_name() + " values (1), (2)");
    diag::Status done = database.adapter->publish(*database.connection, build, target, {});
    REQUIRE(why(done) == "");
    CHECK(database.rows("select $S.n()") == "2");
    CHECK(database.rows("select confrelid = '$S.t'::regclass from pg_constraint "
                        "where conrelid = '$S.child'::regclass") == "t");
    database.run("insert into $S.log values (1)");
  }
  SECTION("and refuse when the data breaks the key") {
    diag::Status done = database.adapter->publish(*database.connection, build, target, {});
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().code == diag::Code::PublishRefused);
    CHECK(done.error().message.find("child") != std::string::npos);
    CHECK(database.rows("select count(*) from $S.t") == "1");
  }
}

TEST_CASE("a sequence goes on with the table whose column draws from it", "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run("create table $S.t (id bigserial, name text); insert into $S.t (name) values ('a')");
  Relation target = database.relation("t");
  Relation build = database.adapter->build_relation(target, RelationType::Table);
  database.run("create table " + build.render_name() + " (like $S.t including all)");
  REQUIRE(why(database.adapter->publish(*database.connection, build, target, {})) == "");
  database.run("insert into $S.t (name) values ('b')");
  CHECK(database.rows("select * from $S.t") == "2|b");
  CHECK(database.rows("select pg_get_serial_sequence('$S.t', 'id') like '%t_id_seq'") == "t");
  REQUIRE(why(rebuild(database, *database.connection, "t", "select 1 as id")) == "");
  CHECK(database.rows("select to_regclass('$S.t_id_seq') is null") == "t");
}

TEST_CASE("what holds on to the old table in other ways makes it stay", "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run(
      "create table $S.t (id int); create function $S.g($S.t) returns int language sql as 'select "
      "1'");
  diag::Status done = rebuild(database, *database.connection, "t", "select 1 as id");
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().code == diag::Code::PublishRefused);
  CHECK(done.error().message.find("function") != std::string::npos);
  database.run(
      "drop function $S.g; create table $S.p (id int) partition by list (id);"
      "create table $S.q partition of $S.p for values in (1)");
  done = rebuild(database, *database.connection, "q", "select 1 as id");
  CHECK(done.error().code == diag::Code::PublishRefused);
}

TEST_CASE("attachments are carried over unless hooks make them", "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  constexpr const char* kAttached =
      "select (select count(*) from pg_policy where polrelid = '$S.t'::regclass),"
      " (select relrowsecurity from pg_class where oid = '$S.t'::regclass),"
      " (select count(*) from pg_statistic_ext where stxrelid = '$S.t'::regclass),"
      " (select count(*) from pg_publication_rel where prrelid = '$S.t'::regclass)";
  database.run(
      "create table $S.t (a int, b int); create policy own on $S.t for select using (a > 0);"
      "alter table $S.t enable row level security;"
      "create statistics $S.ab on a, b from $S.t;"
      "create publication pub_$S for table $S.t (a) where (a > 1)");
  PublishContext context;
  SECTION("no hooks") {
    context.has_hooks = [](const Relation&) { return false; };
    REQUIRE(why(rebuild(database, *database.connection, "t", "select 1 as a, 2 as b", context)) ==
            "");
    CHECK(database.rows(kAttached) == "1|t|1|1");
  }
  SECTION("hooks") {
    context.has_hooks = [](const Relation&) { return true; };
    REQUIRE(why(rebuild(database, *database.connection, "t", "select 1 as a, 2 as b", context)) ==
            "");
    CHECK(database.rows(kAttached) == "0|f|0|0");
  }
  SECTION("not known: a notice names them") {
    REQUIRE(why(rebuild(database, *database.connection, "t", "select 1 as a, 2 as b", context)) ==
            "");
    REQUIRE_FALSE(database.observer.notices.empty());
    CHECK(database.observer.notices.back().find("policy `own`") != std::string::npos);
  }
  database.run("drop publication pub_$S");
}

TEST_CASE("readers of a table and of views on it never see an error",
          "[publish][database][threads]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run(
      "create table $S.t as select i as id, i % 7 as k from generate_series(1, 500) i;"
      "create view $S.v1 as select id, k from $S.t; create view $S.v2 as select k, count(*) as n, "
      "sum(id) as s from $S.v1 group by k");
  std::atomic<bool> stop{false};
  std::atomic<int> errors{0}, wrong{0}, reads{0};
  std::vector<std::thread> readers;
  for (const char* query :
       {"select count(*) from $S.t", "select count(id) from $S.v1", "select sum(n) from $S.v2"}) {
    readers.emplace_back([&, sql = in_schema(query, database.schema)] {
      auto connection = database.adapter->connect("reader");
      QueryOptions options;
      options.fetch = options.raw = true;
      while (!stop) {
        auto result = connection->execute(sql, options);
        (void)connection->commit().ok();
        ++reads;
        if (!result)
          ++errors;
        else if (result->table.rows[0][0].text != "500")
          ++wrong;
      }
    });
  }
  int failures = 0;
  for (int i = 0; i < 200; ++i) {
    // Every fourth time a type changes, so that both ways of publishing are under fire.
    const char* type = i % 4 == 3 ? "bigint" : "int";
    diag::Status done =
        rebuild(database, *database.connection, "t",
                fmt::format("select i::{} as id, i % 7 as k from generate_series(1, 500) i", type));
    failures += done.ok() ? 0 : 1;
  }
  stop = true;
  for (std::thread& reader : readers)
    reader.join();
  CHECK(failures == 0);
  CHECK(errors == 0);
  CHECK(wrong == 0);
  CHECK(reads > 100);
}

TEST_CASE("publishers of one table take turns", "[publish][database][threads]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run("create table $S.t as select 1 as id; create view $S.v as select id from $S.t");
  std::atomic<int> failures{0};
  std::string problem[2];
  std::vector<std::thread> publishers;
  for (int p = 0; p < 2; ++p) {
    publishers.emplace_back([&, p] {
      config::Profile profile;
      profile.credentials = server->credentials();
      profile.credentials.embedded = false;
      AdapterOptions options;
      options.invocation_id = fmt::format("publisher {}", p);
      auto other = make_postgres_adapter(profile, options, server->env());
      auto connection = (*other)->connect("publisher");
      Relation target = database.relation("t");
      for (int i = 0; i < 30; ++i) {
        Relation build = (*other)->build_relation(target, RelationType::Table);
        auto made =
            connection->execute("create table " + build.render_name() + " as select 1 as id");
        bool done = made && connection->commit();
        diag::Status published = (*other)->publish(*connection, build, target, {});
        if (!done || !published)
          problem[static_cast<size_t>(p)] = why(published);
        failures += done && published ? 0 : 1;
      }
    });
  }
  for (std::thread& publisher : publishers)
    publisher.join();
  INFO(problem[0] << problem[1]);
  CHECK(failures == 0);
  CHECK(database.rows("select * from $S.v") == "1");
  CHECK(database.rows("select count(*) from pg_class where relnamespace = '$S'::regnamespace") ==
        "2");
}

TEST_CASE("a lock that is not to be had ends in an error that names its holder",
          "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  config::Credentials credentials = server->credentials();
  credentials.lock_timeout_ms = 400;
  TestDatabase database(*server, credentials);
  database.run("create table $S.t as select 1 as id");
  auto reader = database.adapter->connect("reader");
  REQUIRE(reader->execute(in_schema("select * from $S.t", database.schema)));
  diag::Status done = rebuild(database, *database.connection, "t", "select 2 as id");
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().database->sqlstate == "55P03");
  CHECK(done.error().message.find("select * from") != std::string::npos);
  REQUIRE(reader->commit());
  CHECK(database.rows("select * from $S.t") == "1");
}

TEST_CASE("wherever a publisher dies, table and views fit together", "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run("create table $S.t as select 0 as id; create view $S.v as select id from $S.t");
  for (int delay = 0; delay < 25; ++delay) {
    auto victim = database.adapter->connect("victim");
    auto pid = victim->query_catalog("select pg_backend_pid()");
    REQUIRE(pid.ok());
    std::string kill =
        fmt::format("select pg_terminate_backend({})", pid->table.rows[0][0].integer);
    std::thread killer([&, delay] {
      auto connection = database.adapter->connect("killer");
      REQUIRE(connection->query_catalog("select 1"));
      std::this_thread::sleep_for(std::chrono::microseconds(delay * 400));
      REQUIRE(connection->query_catalog(kill));
    });
    (void)rebuild(database, *victim, "t", fmt::format("select {} as id", delay + 1)).ok();
    killer.join();
    CHECK(database.rows("select t.id = v.id from $S.t, $S.v") == "t");
  }
  REQUIRE(why(rebuild(database, *database.connection, "t", "select 99 as id")) == "");
  CHECK(database.rows("select id from $S.v") == "99");
}

TEST_CASE("leftovers of dead runs go, everything else stays", "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  config::Profile profile;
  profile.credentials = server->credentials();
  profile.credentials.embedded = false;
  AdapterOptions options;
  options.invocation_id = "a run that will die";
  auto dead = make_postgres_adapter(profile, options, server->env());
  auto connection = (*dead)->connect("dead");
  Relation build = (*dead)->build_relation(database.relation("t"), RelationType::Table);
  REQUIRE(connection->execute("create table " + build.render_name() + " as select 1 as id"));
  REQUIRE(connection->commit());
  database.run(
      "create table $S.x__dbt_tmp (id int); create table $S.x__01234567__b0123456789 (id int)");
  constexpr const char* kCount =
      "select count(*) from pg_class where relnamespace = '$S'::regnamespace";
  database.adapter->remove_leftovers(*database.connection, {database.schema});
  CHECK(database.rows(kCount) == "3");
  connection.reset();
  // The server needs a moment to end the dead run's session.
  for (int i = 0; i < 100 && database.rows(kCount) != "2"; ++i) {
    database.adapter->remove_leftovers(*database.connection, {database.schema});
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(database.rows(kCount) == "2");
}

}  // namespace
}  // namespace weft::adapter
