#include "config/profile.h"

#include <catch2/catch.hpp>

#include "config/config_fixture.h"
#include "config/redact.h"

namespace weft::config {
namespace {

constexpr const char* kProfiles = R"(shop:
  target: "{{ env_var('TARGET', 'dev') }}"
  outputs:
    dev:
      type: postgres
      host: localhost
      user: me
      pass: hunter2
      port: "5433"
      dbname: db
      schema: public
      threads: 4
    secret:
      type: postgres
      host: h
      user: me
      password: "a{{ env_var('DBT_ENV_SECRET_PW') }}b"
      port: 5432
      dbname: db
      schema: s
    broken:
      type: postgres
      host: "{{ env_var('NOT_SET') }}"
)";

struct ProfileFixture : Fixture {
  explicit ProfileFixture(const std::string& text = kProfiles)
      : Fixture({{"/home/u/.dbt/profiles.yml", text}, {"/p/dbt_project.yml", "name: shop\n"}}) {
    request.profile_name = "shop";
    request.project_root = "/p";
  }
  diag::Result<Profile> load() { return load_profile(request, context(), sources, sink); }
  std::string failure() { return error(load()); }
  ProfileRequest request;
};

}  // namespace

TEST_CASE("a profile is read and its password is no part of target") {
  ProfileFixture f;
  auto profile = f.load();
  REQUIRE(profile.ok());
  CHECK(profile->target_name == "dev");
  CHECK(profile->threads == 4);
  CHECK(profile->credentials.password == "hunter2");
  CHECK(profile->credentials.port == 5433);
  CHECK(profile->credentials.application_name == "dbt");
  CHECK(profile->target.find("dbname")->as_string() == "db");
  CHECK(profile->target.find("name")->as_string() == "dev");
  CHECK(profile->target.find("password") == nullptr);
  CHECK(profile->target.find("pass") == nullptr);
  f.request.threads = 9;
  CHECK(f.load()->threads == 9);
}

TEST_CASE("the target comes from the command line, then the profile") {
  ProfileFixture f;
  f.env.variables["TARGET"] = "secret";
  f.env.variables["DBT_ENV_SECRET_PW"] = "s3cr3t";
  std::vector<std::string> secrets;
  RenderContext context = f.context();
  context.secrets_read = &secrets;
  auto profile = load_profile(f.request, context, f.sources, f.sink);
  REQUIRE(profile.ok());
  CHECK(profile->credentials.password == "as3cr3tb");
  CHECK(secrets == std::vector<std::string>{"s3cr3t"});
  f.request.target_name = "dev";
  CHECK(f.load()->target_name == "dev");
}

TEST_CASE("what is missing is named with what there is") {
  ProfileFixture f;
  f.request.profile_name = "shopp";
  CHECK(f.failure() ==
        "error[E0602]: there is no profile `shopp` in `/home/u/.dbt/profiles.yml`\n"
        "hint: did you mean `shop`?\n");
  CHECK(f.load().error().legacy_text == "Could not find profile named 'shopp'");
  f.request.profile_name = "shop";
  f.request.target_name = "prod";
  CHECK(contains(f.failure(), "error[E0604]: the profile `shop` has no target `prod`"));
  CHECK(contains(f.failure(), "hint: it has the targets `dev`, `secret`, `broken`"));
  f.request.target_name = "broken";
  CHECK(contains(f.failure(), "error[E0605]: the environment variable `NOT_SET` is not set"));
  CHECK(contains(f.failure(), "profiles.yml:23:"));
  f.env.variables["NOT_SET"] = "h";
  CHECK(contains(f.failure(),
                 "the target `broken` lacks `user`, `password`, `port`, `dbname`, `schema`"));
  f.request.profile_name = "";
  CHECK(contains(f.failure(), "dbt_project.yml names no profile"));
}

TEST_CASE("profiles.yml is looked for in dbt's order") {
  ProfileFixture f;
  CHECK(profiles_directory(f.request, f.env) == "/home/u/.dbt");
  f.files.write("/p/profiles.yml", kProfiles);
  f.env.working_directory = "/p/models";
  CHECK(profiles_directory(f.request, f.env) == "/p");
  f.files.write("/p/models/profiles.yml", kProfiles);
  CHECK(profiles_directory(f.request, f.env) == "/p/models");
  f.request.profiles_dir = "x";
  CHECK(profiles_directory(f.request, f.env) == "/p/models/x");
  CHECK(contains(f.failure(), "there is no `/p/models/x/profiles.yml`"));
}

TEST_CASE("bad values are shown, passwords never") {
  auto with = [](const std::string& line) {
    return "shop:\n  target: dev\n  outputs:\n    dev:\n      type: postgres\n      host: h\n"
           "      user: u\n      password: hunter2\n      port: 5432\n      dbname: d\n"
           "      schema: s\n" +
           line;
  };
  CHECK(contains(ProfileFixture(with("      threads: many\n")).failure(),
                 "`threads` of target `dev` is `many`, and a whole number is expected"));
  CHECK(contains(ProfileFixture(with("      connect_timeout: -1\n")).failure(), "a number from 0"));
  CHECK(contains(ProfileFixture(with("      pass: other\n")).failure(), "are both set"));
  ProfileFixture unknown(with("      hosst: x\n"));
  CHECK(unknown.load().ok());
  CHECK(contains(unknown.reported(), "did you mean `host`?"));
  ProfileFixture mysql(
      "shop:\n  target: dev\n  outputs:\n    dev: {type: mysql, password: hunter2}\n");
  CHECK(contains(mysql.failure(), "is `mysql`, and `postgres` is expected"));
  for (const char* bad : {"      password hunter2\n", "   x: hunter2\n", "      - hunter2: [\n",
                          "      password: 'hunter2\n", "      sslmode: {password: hunter2\n"}) {
    std::string text = ProfileFixture(with(bad)).failure();
    CAPTURE(text);
    CHECK(contains(text, "error["));
    CHECK_FALSE(contains(text, "hunter2"));
  }
  CHECK_FALSE(contains(mysql.failure(), "hunter2"));
}

TEST_CASE("redaction shows what cannot be a secret") {
  for (const char* line : {"port: 5432", "statement_timeout_ms: 10", "lock_timeout_ms: 10"})
    CHECK(redact_profile(line) == line);
}

TEST_CASE("redaction keeps the shape of the file") {
  std::string text =
      "shop:\n  outputs:\n    dev:\n      host: localhost\n      password: hunter2\n"
      "      user: u # pass x\n      more words\n    b: {password: hunter2}\n";
  std::string shown = redact_profile(text);
  CHECK(shown ==
        "shop:\n  outputs:\n    dev:\n      host: localhost\n      password: *******\n"
        "      user: * * **** *\n      **** *****\n    b: ********** ********\n");
}

TEST_CASE("the embedded server needs no file") {
  Fixture f;
  ProfileRequest request;
  request.embedded = true;
  request.profile_name = "shop";
  auto profile = load_profile(request, f.context(), f.sources, f.sink);
  REQUIRE(profile.ok());
  CHECK(profile->credentials.embedded);
  CHECK(profile->target.find("schema")->as_string() == "public");
  ProfileFixture g("shop:\n  target: dev\n  outputs:\n    dev: {type: postgres, embedded: true}\n");
  CHECK(g.load()->credentials.embedded);
}

TEST_CASE("a password that looks like Jinja is taken as it is") {
  ProfileFixture f(
      "shop:\n  outputs:\n    default: {type: postgres, host: h, user: u, password: 'a{{b', "
      "port: 1, dbname: d, schema: s}\n");
  auto profile = f.load();
  REQUIRE(profile.ok());
  CHECK(profile->credentials.password == "a{{b");
  CHECK(profile->target_name == "default");
}

}  // namespace weft::config
