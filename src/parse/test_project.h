// A project for tests: files in memory, parsed as `weft parse` would.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/strings.h"
#include "config/flags.h"
#include "config/project.h"
#include "manifest/artifacts.h"
#include "parse/parse.h"

namespace weft::parse {

/// How a test's command differs from the usual one.
struct TestOptions {
  base::DataMap vars = {};
  /// As the command line gives them.
  base::DataMap flags = {};
  std::map<std::string, std::string, std::less<>> variables = {};
  std::string schema = "public";
  /// Empty for no cache.
  std::string cache = {};
  bool reads_cache = true;
  size_t threads = 2;
  int64_t now_us = 1'600'000'000'000'000;
};

class TestProject final : public context::Messages {
 public:
  /// Parses the project whose root is `root`. `files` must outlive this.
  TestProject(base::FileSystem& files, const std::string& root, const TestOptions& options = {})
      : clock_(options.now_us),
        env_{files, clock_, cancel_, options.variables, root, root, {}, {}},
        cli_vars_(options.vars) {
    env_.out = env_.err = [](std::string_view) {};
    profile_.name = profile_.target_name = "test";
    profile_.credentials.database = "db";
    profile_.credentials.schema = options.schema;
    for (const char* key : {"name", "target_name"})
      profile_.target.set(key, base::Data("test"));
    profile_.target.set("schema", base::Data(options.schema));
    profile_.target.set("type", base::Data("postgres"));
    config::RenderContext context{env_, cli_vars_, &profile_.target};
    auto loaded = config::load_project(root, true, context, sources_, sink_);
    if (!loaded) {
      sink_.report(loaded.error());
      errors_ = sink_.take();
      return;
    }
    root_ = std::move(*loaded);
    auto packages = config::load_packages(root_, context, sources_, sink_);
    if (packages)
      packages_ = std::move(*packages);
    auto flags = config::resolve_flags(options.flags, env_, root_.flags, sources_);
    if (flags)
      flags_ = std::move(*flags);
    vars_ = config::Vars(cli_vars_, root_, packages_);
    input_.reset(new ParseInput{env_, sources_, sink_, flags_, profile_, root_, packages_, vars_,
                                cli_vars_, *this, "invocation", clock_.now_us(), "parse"});
    input_->cache_from = input_->cache_to = options.cache;
    input_->reads_cache = options.reads_cache;
    input_->threads = options.threads;
    input_->notes = &notes_;
    parsed_ = parse_project(*input_);
    errors_ = sink_.take();
  }

  /// What templates said, in order.
  std::vector<std::string> said;

  void log(std::string_view text, bool, const context::NodeScope&) override {
    said.emplace_back(text);
  }
  void print(std::string_view) override {}
  diag::Status warn(diag::Diagnostic) override { return diag::Done{}; }

  /// Null when there were errors.
  ParsedProject* parsed() { return parsed_.get(); }
  const std::vector<diag::Diagnostic>& diagnostics() const { return errors_; }
  const diag::Sources& sources() const { return sources_; }
  /// Whether something was said about the cache: an event's name, or words of a message.
  bool says(std::string_view words) const {
    return std::any_of(notes_.begin(), notes_.end(), [&](const CacheNote& note) {
      return note.event == words || note.message.find(words) != std::string::npos;
    });
  }
  /// Messages of the errors, each on a line.
  std::string errors() const {
    std::string text;
    for (const diag::Diagnostic& one : errors_) {
      if (one.severity() == diag::Severity::Error)
        text += one.message + (one.hint.empty() ? "" : " | " + one.hint) + "\n";
    }
    return text;
  }
  /// manifest.json as data; null when there were errors.
  base::Data manifest() {
    if (!parsed_)
      return {};
    auto read = base::parse_json(manifest::manifest_json(parsed_->manifest));
    return std::get<base::Data>(std::move(read));
  }
  /// One row of a section of manifest.json without created_at, as JSON.
  std::string row(std::string_view section, std::string_view unique_id) {
    base::Data all = manifest();
    const base::Data* rows = all.get(section);
    const base::Data* found = rows == nullptr ? nullptr : rows->get(unique_id);
    if (found == nullptr)
      return "no " + std::string(unique_id) + "\n" + errors();
    base::Data copy = *found;
    copy.as_map().erase("created_at");
    return base::to_json(copy);
  }

 private:
  base::FixedClock clock_;
  base::CancelToken cancel_;
  base::Env env_;
  diag::Sources sources_;
  diag::Sink sink_;
  base::DataMap cli_vars_;
  config::Profile profile_;
  config::Project root_;
  std::vector<config::Project> packages_;
  config::Flags flags_;
  config::Vars vars_;
  std::unique_ptr<ParseInput> input_;
  std::vector<CacheNote> notes_;
  std::unique_ptr<ParsedProject> parsed_;
  std::vector<diag::Diagnostic> errors_;
};

}  // namespace weft::parse
