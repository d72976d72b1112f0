#include <fmt/format.h>

#include "adapter/postgres/database_test.h"

namespace weft::adapter {
namespace {

/// Builds `target` anew from a query after the cache was filled, as a run does it.
std::string rebuilt(TestDatabase& database, const std::string& query,
                    const PublishContext& context) {
  Relation target = database.relation("t");
  Relation build = database.adapter->build_relation(target, RelationType::Table);
  if (!database.connection->begin())
    return "no transaction";
  auto made =
      database.connection->execute("create table " + build.render_name() + " as " + query, {});
  if (!made)
    return made.error().message;
  diag::Status done = database.adapter->publish(*database.connection, build, target, context);
  return done ? std::string() : done.error().message;
}

TEST_CASE("a table that nothing stands on is committed and swapped in one message",
          "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run("create table $S.t as select 1 as id");
  REQUIRE(database.adapter->fill_cache(*database.connection, {database.schema}));
  REQUIRE(database.connection->rollback());
  PublishContext context;
  context.commits_build = true;

  // The first time the check is prepared.
  REQUIRE(rebuilt(database, "select 2 as id", context) == "");
  CHECK(database.rows("select id from $S.t") == "2");
  CHECK_FALSE(database.connection->in_transaction());
  REQUIRE(database.adapter->fill_cache(*database.connection, {database.schema}));
  REQUIRE(database.connection->rollback());
  size_t before = database.observer.queries.size();
  REQUIRE(rebuilt(database, "select 3 as id", context) == "");
  // BEGIN, create; commit and swap.
  CHECK(database.observer.queries.size() - before == 3);
  CHECK(database.rows("select id from $S.t") == "3");
  CHECK(database.rows("select count(*) from pg_class where relnamespace = '$S'::regnamespace") ==
        "1");
}

TEST_CASE("a view that nothing stands on is swapped without reading the catalog first",
          "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run("create table $S.t as select 1 as id; create view $S.v as select id from $S.t");
  Relation target = database.relation("v", RelationType::View);
  for (int i = 2; i < 4; ++i) {
    REQUIRE(database.adapter->fill_cache(*database.connection, {database.schema}));
    REQUIRE(database.connection->rollback());
    Relation build = database.adapter->build_relation(target, RelationType::View);
    REQUIRE(
        database.connection->execute(fmt::format("create view {} as select id * {} as id from {}.t",
                                                 build.render_name(), i, database.schema),
                                     {}));
    REQUIRE(database.adapter->publish(*database.connection, build, target, {}));
    REQUIRE(database.connection->commit());
    CHECK(database.rows("select id from $S.v") == std::to_string(i));
  }
  for (const std::string& query : database.observer.queries)
    CHECK(query.find("weft_facts(") == std::string::npos);
}

TEST_CASE("what came to a table since the run began is not lost", "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run("create table $S.t as select 1 as id, 'x' as name");
  REQUIRE(database.adapter->fill_cache(*database.connection, {database.schema}));
  REQUIRE(database.connection->rollback());
  PublishContext context;
  context.commits_build = true;
  context.keeps_grants = context.keeps_comment = context.keeps_column_comments = true;
  context.has_hooks = [](const Relation&) { return false; };

  SECTION("a view") {
    database.run("create view $S.v as select id from $S.t");
    REQUIRE(rebuilt(database, "select 2 as id, 'y' as name", context) == "");
    CHECK(database.rows("select id from $S.v") == "2");
  }
  SECTION("grants, also on columns, comments and the owner") {
    database.run(
        "do $$ begin if not exists (select from pg_roles where rolname = 'weft_keeper') then "
        "create role weft_keeper; create role weft_reader; end if; end $$;"
        "grant create on schema $S to weft_keeper; alter table $S.t owner to weft_keeper;"
        "grant select on $S.t to weft_reader; grant update (name) on $S.t to weft_reader;"
        "comment on table $S.t is 'mine'; comment on column $S.t.name is 'its name'");
    std::string facts =
        "select pg_get_userbyid(relowner), has_table_privilege('weft_reader', oid, 'select'), "
        "has_column_privilege('weft_reader', oid, 'name', 'update'), obj_description(oid), "
        "col_description(oid, attnum) from pg_class join pg_attribute on attrelid = oid and "
        "attname = 'name' where oid = '$S.t'::regclass";
    std::string before = database.rows(facts);
    REQUIRE(before == "weft_keeper|t|t|mine|its name");
    REQUIRE(rebuilt(database, "select 'y' as name, 2 as id", context) == "");
    CHECK(database.rows(facts) == before);
    database.run("grant insert on $S.t to weft_reader");
    context.keeps_grants = false;
    REQUIRE(rebuilt(database, "select 'z' as name", context) == "");
    CHECK(database.rows("select has_table_privilege('weft_reader', '$S.t', 'select')") == "f");
    CHECK(database.rows("select obj_description('$S.t'::regclass)") == "mine");
  }
  SECTION("a trigger and a policy") {
    database.run(
        "create function $S.f() returns trigger language plpgsql as 'begin return new; end';"
        "create trigger g before insert on $S.t for each row execute function $S.f();"
        "create policy p on $S.t using (id > 0); alter table $S.t enable row level security");
    REQUIRE(rebuilt(database, "select 2 as id, 'y' as name", context) == "");
    CHECK(
        database.rows("select (select count(*) from pg_trigger where tgrelid = '$S.t'::regclass), "
                      "(select count(*) from pg_policy where polrelid = '$S.t'::regclass), "
                      "relrowsecurity from pg_class where oid = '$S.t'::regclass") == "1|1|t");
  }
  SECTION("a key that another table has on it") {
    database.run(
        "alter table $S.t add primary key (id); create table $S.c (id int references $S.t)");
    std::string why = rebuilt(database, "select 2 as id, 'y' as name", context);
    CHECK(why.find("foreign key") != std::string::npos);
    CHECK(database.rows("select id from $S.t") == "1");
  }
}

TEST_CASE("a build that cannot be committed is told as it is", "[publish][database]") {
  test::TempPostgres* server = test::TempPostgres::shared();
  if (server == nullptr)
    return;
  TestDatabase database(*server);
  database.run(
      "create table $S.t as select 1 as id; create table $S.p (id int primary key);"
      "create table $S.k (id int references $S.p deferrable initially deferred)");
  REQUIRE(database.adapter->fill_cache(*database.connection, {database.schema}));
  REQUIRE(database.connection->rollback());
  PublishContext context;
  context.commits_build = true;
  Relation target = database.relation("t");
  Relation build = database.adapter->build_relation(target, RelationType::Table);
  REQUIRE(database.connection->execute(
      fmt::format("create table {} as select 2 as id; insert into {}.k values (7)",
                  build.render_name(), database.schema),
      {}));
  diag::Status done = database.adapter->publish(*database.connection, build, target, context);
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().message.find("k_id_fkey") != std::string::npos);
  CHECK(database.rows("select id from $S.t") == "1");
  CHECK_FALSE(database.connection->in_transaction());
}

}  // namespace
}  // namespace weft::adapter
