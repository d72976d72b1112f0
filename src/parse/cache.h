// The parse cache: what a parse made is kept in a file, and a later command takes it from there.
//
// It must never be wrong, so it is used by rules that need no insight into what an edit means:
//   - The key is everything that a parse reads beside files: the build of weft, flags, --vars, the
//     profile, all of dbt_project.yml as written and as rendered, and the environment variables
//     that templates read. Another key: everything is parsed.
//   - A file is the same when its size, times, inode and disk are, and these were old enough when
//     it was read that a later write must have changed them; else when its content is.
//   - Where only texts of models, analyses and singular tests have changed, or properties of
//   models,
//     those are parsed again and take their rows' places, as long as nobody else can notice: the
//     rows keep their names, configuration and relations, the tests are the same ones, and there is
//     nothing to warn of (cache_patch.cc).
//   - Texts that asked for the time, flags or the invocation are parsed again by every command.
//   - Anything else, and any doubt or wrong byte: everything is parsed.
// Warnings of the parse are kept and said again.
#pragma once

#include <future>
#include <memory>
#include <vector>

#include "parse/cache_file.h"
#include "parse/state.h"

namespace weft::parse {

/// Which files are other ones than those of a cache.
struct FileChanges {
  size_t deleted = 0;
  std::vector<size_t> added, changed;

  bool empty() const { return deleted == 0 && added.empty() && changed.empty(); }
};

/// One command's use of the cache.
class ParseCache {
 public:
  explicit ParseCache(State& state);

  /// Reads the cache while the caller looks for files. The state's input must outlive this.
  void start_reading();
  /// Rows of the cache, brought up to date, in the state's result; false when everything must be
  /// parsed. Then the state is of no use any more. The state must have found its files.
  bool load();
  /// Keeps what the state's result was parsed to.
  void keep(const std::vector<diag::Diagnostic>& warnings);
  /// Stamps of the files as they were before any was read; for another state of the same files.
  void adopt(ParseCache& earlier);

 private:
  bool open();
  void stamp_files();
  FileChanges find_changes() const;
  bool is_same(size_t index, const CachedFile& file) const;
  void add_sources(const FileChanges& changes);
  bool changes_override(const FileChanges& changes) const;
  bool has_own_texts_only(const FileChanges& changes) const;
  bool take_rows(const FileChanges& changes);
  bool knows_changes(const FileChanges& changes) const;
  bool load_rows();
  bool take_macros();
  /// Empty when a file was gone before it could be read.
  std::vector<CachedFile> kept_files() const;
  void note(std::string event, std::string code, std::string message, bool is_shown = false);
  /// Notes why all is parsed, and is false.
  bool note_unable(std::string reason);

  State& state_;
  int64_t started_ns_ = 0;
  std::vector<std::optional<FileStamp>> stamps_;
  std::future<std::optional<CacheFile>> reading_;
  std::optional<CacheFile> file_;
};

/// cache_patch.cc: parses the rows of these files and the changeable rows of the head again, and
/// notes the rows in the state's result. False when that is not enough.
bool patch_rows(State& state, const CacheHead& head, const std::vector<size_t>& changed);

}  // namespace weft::parse
