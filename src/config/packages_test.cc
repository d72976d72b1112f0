#include "config/packages.h"

#include <cstdlib>

#include <archive.h>
#include <archive_entry.h>
#include <catch2/catch.hpp>

#include "base/paths.h"
#include "config/config_fixture.h"
#include "config/package_fetch.h"
#include "config/process.h"

namespace weft::config {
namespace {

/// A project on the disk with the machine's own git.
struct DiskFixture {
  DiskFixture() {
    char name[] = "/tmp/weft-packages-XXXXXX";
    root = ::mkdtemp(name);
    env.working_directory = root;
    env.home_directory = root;
    env.variables = {{"PATH", std::getenv("PATH")}, {"HOME", root},
                     {"GIT_AUTHOR_NAME", "t"},      {"GIT_AUTHOR_EMAIL", "t@example.com"},
                     {"GIT_COMMITTER_NAME", "t"},   {"GIT_COMMITTER_EMAIL", "t@example.com"}};
    write("dbt_project.yml", "name: root\n");
  }
  ~DiskFixture() { files.remove_all(root); }

  void write(const std::string& path, const std::string& text) {
    REQUIRE_FALSE(files.write(base::join_path(root, path), text));
  }
  std::string read(const std::string& path) {
    auto text = files.read(base::join_path(root, path));
    return text ? *text : "missing";
  }
  bool exists(const std::string& path) { return files.exists(base::join_path(root, path)); }
  std::string git(const std::string& folder, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "git");
    auto result = run_process(arguments, base::join_path(root, folder), env.variables, cancel);
    REQUIRE(result.ok());
    REQUIRE(result->exit_code == 0);
    return result->out.substr(0, result->out.find('\n'));
  }
  /// A repository with one commit, tagged v1.
  std::string make_repository(const std::string& folder, const std::string& name) {
    write(folder + "/dbt_project.yml", "name: " + name + "\n");
    git(folder, {"init", "--quiet", "--initial-branch=main"});
    git(folder, {"add", "."});
    git(folder, {"commit", "--quiet", "-m", "one"});
    git(folder, {"tag", "v1"});
    return git(folder, {"rev-parse", "HEAD"});
  }
  diag::Result<std::vector<PackageSpec>> install(InstallRequest request = {}) {
    auto project = load_project_partial(root, env, sources, sink);
    REQUIRE(project.ok());
    return install_packages(*project, request, context(), sources, sink);
  }
  std::string failure() {
    auto result = install();
    return result ? "no error" : diag::render_text(result.error(), sources);
  }
  RenderContext context() { return RenderContext{env, vars}; }

  std::string root;
  base::FileSystem& files = base::real_files();
  base::CancelToken cancel;
  base::Env env{files,
                base::real_clock(),
                cancel,
                {},
                "",
                "",
                [](std::string_view) {},
                [](std::string_view) {}};
  diag::Sources sources;
  diag::Sink sink;
  base::DataMap vars;
};

struct TarEntry {
  std::string name, content = {};
  unsigned type = AE_IFREG;
  std::string link = {};
};

std::string tarball(const std::vector<TarEntry>& entries) {
  std::string packed(1 << 20, '\0');
  size_t used = 0;
  archive* out = archive_write_new();
  archive_write_set_format_pax_restricted(out);
  archive_write_add_filter_gzip(out);
  archive_write_open_memory(out, packed.data(), packed.size(), &used);
  for (const TarEntry& each : entries) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, each.name.c_str());
    archive_entry_set_filetype(entry, each.type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(each.content.size()));
    if (each.type == AE_IFLNK)
      archive_entry_set_symlink(entry, each.link.c_str());
    archive_write_header(out, entry);
    archive_write_data(out, each.content.data(), each.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(out);
  archive_write_free(out);
  packed.resize(used);
  return packed;
}

}  // namespace

TEST_CASE("entries of packages.yml are read") {
  Fixture f({{"/p/packages.yml", R"(packages:
  - package: dbt-labs/dbt_utils
    version: [">=1.0.0", "<2.0.0"]
  - git: "https://{{ env_var('DBT_ENV_SECRET_T') }}@x/y.git"
    revision: 1.0
    warn-unpinned: false
  - local: ../dep
)"}});
  f.env.variables["DBT_ENV_SECRET_T"] = "tok";
  auto specs = read_package_specs("/p", f.context(), f.sources, f.sink);
  REQUIRE(specs.ok());
  REQUIRE(specs->size() == 3);
  CHECK((*specs)[0].kind == PackageSpec::Kind::Hub);
  CHECK((*specs)[0].versions == std::vector<std::string>{">=1.0.0", "<2.0.0"});
  CHECK((*specs)[1].rendered_location == "https://tok@x/y.git");
  CHECK_FALSE(contains((*specs)[1].location, "tok@"));
  CHECK((*specs)[1].versions == std::vector<std::string>{"1.0"});
  CHECK_FALSE((*specs)[1].warn_unpinned);
  CHECK(read_package_specs("/q", f.context(), f.sources, f.sink)->empty());
}

TEST_CASE("the hash of the lock file is dbt's") {
  Fixture f({{"/p/dependencies.yml", R"(packages:
  - local: local_dep
  - {git: "https://x/y.git", revision: 1.0, subdirectory: s, warn-unpinned: false}
  - {package: dbt-labs/dbt_utils, version: [">=1.0.0", "<2.0.0"]}
  - {tarball: "https://x/t.tgz", name: t}
  - {package: a/b, version: "1.0.0", install_prerelease: true}
  - {private: o/r, revision: v1}
)"}});
  auto specs = read_package_specs("/p", f.context(), f.sources, f.sink);
  REQUIRE(specs.ok());
  CHECK(packages_hash(*specs) == "0d20cbb4c31be7d282b43b007407389841093e87");
}

TEST_CASE("bad entries of packages.yml are explained") {
  auto failure = [](const std::string& text) {
    Fixture f({{"/p/packages.yml", text}});
    return f.error(read_package_specs("/p", f.context(), f.sources, f.sink));
  };
  CHECK(contains(failure("packages:\n  - foo: x\n"), "names no package\n  packages.yml:2:5"));
  CHECK(contains(failure("packages:\n  - package: dbt_utils\n    version: 1.0.0\n"),
                 "write it with its owner"));
  CHECK(contains(failure("packages:\n  - package: a/b\n"), "has no version"));
  CHECK(contains(failure("packages: {a: b}\n"), "`packages` is no list"));
  CHECK(contains(failure("packages:\n  - local: ''\n"), "is empty"));
  Fixture f({{"/p/packages.yml", "packages: []\n"}, {"/p/dependencies.yml", "packages: []\n"}});
  CHECK(contains(f.error(read_package_specs("/p", f.context(), f.sources, f.sink)), "both have"));
}

TEST_CASE("missing packages are counted as dbt counts them") {
  Fixture f({{"/p/dbt_project.yml", "name: root\n"},
             {"/p/packages.yml", "packages:\n  - local: a\n  - local: b\n"},
             {"/p/dbt_packages/a/dbt_project.yml", "name: a\n"}});
  auto root = load_project("/p", true, f.context(), f.sources, f.sink);
  REQUIRE(root.ok());
  auto packages = load_packages(*root, f.context(), f.sources, f.sink);
  CHECK(f.error(packages) ==
        "error[E0607]: `dbt_packages` holds 1 packages, and packages.yml asks for 2\n"
        "hint: run `weft deps`\n");
  CHECK(packages.error().legacy_text ==
        "dbt expects 2 package(s) based on packages specified in packages.yml, but found only 1 "
        "package(s) installed in dbt_packages. Run \"dbt deps\" to install package dependencies.");
  f.files.write("/p/dbt_packages/b/dbt_project.yml", "name: b\nvars: {x: 1}\n");
  auto both = load_packages(*root, f.context(), f.sources, f.sink);
  REQUIRE(both.ok());
  CHECK((*both)[1].name == "b");
  f.files.write("/p/dbt_packages/b/dbt_project.yml", "name: a\n");
  CHECK(contains(f.error(load_packages(*root, f.context(), f.sources, f.sink)),
                 "two projects are named `a`"));
}

TEST_CASE("local packages and their packages become links") {
  DiskFixture f;
  f.write("packages.yml", "packages:\n  - local: dep_a\n");
  f.write("dep_a/dbt_project.yml", "name: a\n");
  f.write("dep_a/packages.yml", "packages:\n  - local: dep_b\n");
  f.write("dep_b/dbt_project.yml", "name: b\n");
  auto installed = f.install();
  if (!installed)
    FAIL(diag::render_text(installed.error(), f.sources));
  CHECK(installed->size() == 2);
  CHECK(f.files.info(f.root + "/dbt_packages/a")->is_symlink);
  CHECK(f.read("dbt_packages/b/dbt_project.yml") == "name: b\n");
  CHECK(f.read("package-lock.yml") ==
        "packages:\n  - local: dep_a\n    name: a\n  - local: dep_b\n    name: b\n"
        "sha1_hash: 8c566635ce57caa60a2845822a11904b84562c33\n");
  auto root = load_project(f.root, true, f.context(), f.sources, f.sink);
  CHECK(load_packages(*root, f.context(), f.sources, f.sink)->size() == 2);
  CHECK_FALSE(f.exists(".weft/deps"));
}

TEST_CASE("git packages are pinned to a commit and installed again from the lock") {
  DiskFixture f;
  std::string commit = f.make_repository("repo", "g");
  f.write("packages.yml", "packages:\n  - git: \"" + f.root + "/repo\"\n    revision: v1\n");
  InstallRequest only_lock;
  only_lock.lock_only = true;
  auto locked = f.install(only_lock);
  if (!locked)
    FAIL(diag::render_text(locked.error(), f.sources));
  CHECK(contains(f.read("package-lock.yml"), "revision: " + commit));
  CHECK_FALSE(f.exists("dbt_packages/g"));
  f.write("repo/new.txt", "x");
  f.git("repo", {"add", "."});
  f.git("repo", {"commit", "--quiet", "-m", "two"});
  f.git("repo", {"tag", "-f", "v1"});
  REQUIRE(f.install().ok());
  CHECK(f.exists("dbt_packages/g/dbt_project.yml"));
  CHECK_FALSE(f.exists("dbt_packages/g/new.txt"));
  InstallRequest upgrade;
  upgrade.upgrade = true;
  REQUIRE(f.install(upgrade).ok());
  CHECK(f.exists("dbt_packages/g/new.txt"));
}

TEST_CASE("git packages may stand in a subdirectory; branches are warned about") {
  DiskFixture f;
  f.write("repo/sub/dbt_project.yml", "name: inner\n");
  f.make_repository("repo", "outer");
  f.write("packages.yml", "packages:\n  - git: \"" + f.root + "/repo\"\n    subdirectory: sub\n");
  REQUIRE(f.install().ok());
  CHECK(f.exists("dbt_packages/inner/dbt_project.yml"));
  auto warnings = f.sink.take();
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].code == diag::Code::PackageUnpinned);
}

TEST_CASE("git is never given an option or a program") {
  DiskFixture f;
  auto failure = [&](const std::string& lines) {
    f.write("packages.yml", "packages:\n  - git: " + lines);
    return f.failure();
  };
  CHECK(contains(failure("--upload-pack=touch /tmp/x\n"), "starts with a dash"));
  CHECK(contains(failure("ext::sh -c id\n"), "a transport that runs a program"));
  CHECK(contains(failure("x\n    revision: --exec=id\n"), "is no name of a revision"));
  CHECK(contains(failure("x\n    subdirectory: ../y\n"), "outside of the package"));
  CHECK(contains(failure("/nowhere/at/all\n    revision: v1\n"), "error[E0609]"));
  CHECK_FALSE(f.exists("dbt_packages"));
}

TEST_CASE("packages that do not fit together are refused") {
  DiskFixture f;
  f.write("packages.yml", "packages:\n  - local: a\n");
  f.write("a/dbt_project.yml", "name: root\n");
  CHECK(contains(f.failure(), "two projects are named `root`"));
  f.write("packages.yml", "packages:\n  - package: a/b\n    version: 1.0.0\n");
  // Nobody listens there.
  f.env.variables["DBT_PACKAGE_HUB_URL"] = "http://127.0.0.1:1/";
  CHECK(contains(f.failure(), "a package cannot be downloaded"));
  f.write("packages.yml", "packages:\n  - local: nowhere\n");
  CHECK(contains(f.failure(), "has no dbt_project.yml"));
}

TEST_CASE("tarballs are unpacked") {
  DiskFixture f;
  f.write("t.tgz", tarball({{"pkg-1.0", "", AE_IFDIR},
                            {"pkg-1.0/dbt_project.yml", "name: tar\n"},
                            {"pkg-1.0/macros/m.sql", "x"}}));
  f.write("packages.yml", "packages:\n  - tarball: t.tgz\n    name: tar\n");
  auto result = f.install();
  if (!result)
    FAIL(diag::render_text(result.error(), f.sources));
  CHECK(f.read("dbt_packages/tar/macros/m.sql") == "x");
  f.write("packages.yml", "packages:\n  - tarball: http://x/t.tgz\n    name: tar\n");
  CHECK(contains(f.failure(), "is not fetched over HTTPS"));
}

TEST_CASE("hostile archives are refused") {
  DiskFixture f;
  auto failure = [&](const std::vector<TarEntry>& entries) {
    auto status = unpack(tarball(entries), f.root + "/out", f.files);
    return status.ok() ? std::string("no error") : status.error().message;
  };
  CHECK(contains(failure({{"../x", "a"}}), "outside of the package"));
  CHECK(contains(failure({{"a/../../x", "a"}}), "outside of the package"));
  CHECK(contains(failure({{"/tmp/x", "a"}}), "outside of the package"));
  CHECK(contains(failure({{"link", "", AE_IFLNK, "/etc"}}), "neither a file nor a folder"));
  CHECK(contains(failure({{"fifo", "", AE_IFIFO}}), "neither a file nor a folder"));
  CHECK(contains(failure({{"a.sql", "1"}, {"A.sql", "2"}}), "two spellings"));
  CHECK(
      contains(failure({{"big", std::string(100u << 20, 'a')}}), "far more than a package holds"));
  CHECK(unpack("no archive", f.root + "/out", f.files).error().message ==
        "the archive cannot be read");
  CHECK(failure({{"ok/a.sql", "1"}}) == "no error");
}

TEST_CASE("a program that is not there is named") {
  base::CancelToken cancel;
  auto result = run_process({"no-such-program-here"}, "/", {{"PATH", "/bin"}}, cancel);
  REQUIRE_FALSE(result.ok());
  CHECK(contains(result.error().message, "`no-such-program-here` cannot be started"));
  auto shown =
      run_process({"sh", "-c", "echo out; echo err >&2; exit 3"}, "/", {{"PATH", "/bin"}}, cancel);
  REQUIRE(shown.ok());
  CHECK(shown->exit_code == 3);
  CHECK(shown->out == "out\n");
  CHECK(shown->err == "err\n");
}

TEST_CASE("secrets are masked") {
  CHECK(masked("https://tok@x tok", {"tok", ""}) == "https://*****@x *****");
  PackageSpec spec;
  spec.rendered_location = "o/r";
  CHECK(*private_git_url(spec) == "git@github.com:o/r.git");
  spec.provider = "ado";
  CHECK_FALSE(private_git_url(spec).ok());
}

}  // namespace weft::config
