// The parse cache as a file: what a parse was made from, what it said, and its rows.
//
// Layout: a mark with the build's id, the sizes and hashes of all sections, the head, then the
// sections: portions of configurations and of nodes, so that several threads read them, each its
// own: the file is never whole in memory. Every byte is covered by a hash, and a file that fails
// one is as good as none. Behind them stand marks of what was written of the rows, of which the
// last one counts.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "diag/diagnostic.h"
#include "manifest/manifest.h"
#include "parse/file_stamp.h"
#include "parse/state.h"

namespace weft::parse {

struct CachedFile {
  FileKind kind = FileKind::Model;
  uint32_t project = 0;
  std::string original_file_path;
  FileStamp stamp;
  /// The stamp is older than the reading, so that a later change must show in it.
  bool is_stamp_sure = false;
  ContentHash hash{};
};

/// A part of what rows are made from that is no file, as a hash; the name says what a message says
/// when it is another one.
struct KeyPart {
  std::string name, hash;
  bool operator==(const KeyPart&) const = default;
};

/// Everything but the rows.
struct CacheHead {
  std::vector<KeyPart> key;
  /// Environment variables that templates read; hashes of their values.
  std::vector<KeyPart> variables;
  std::vector<CachedFile> files;
  /// Microseconds since 1970 between which the warnings are the same.
  int64_t valid_from_us = 0, valid_until_us = 0;
  /// Sources of spans count from here: ids of State::files in order, without seeds.
  diag::SourceId first_source;
  /// dbt_project.yml of each project.
  std::vector<diag::SourceId> project_sources;
  /// Warnings of the parse.
  std::vector<diag::Diagnostic> warnings;
  /// Rows whose text may say something else in another command.
  std::vector<manifest::NodeId> changeable;
  std::vector<manifest::DocBlock> docs;
  std::vector<manifest::Group> groups;
  std::vector<manifest::Macro> macros;
  std::vector<manifest::NodeId> disabled;
  uint64_t node_count = 0, config_count = 0;
};

/// A file whose head was read and found whole. Rows are read when they are wanted.
class CacheFile {
 public:
  /// Nothing when there is no such file or anything about it is wrong.
  static std::optional<CacheFile> read(base::FileSystem& files, const std::string& path);

  const CacheHead& head() const { return head_; }
  CacheHead& head() { return head_; }
  uint64_t id() const { return id_; }
  const std::optional<ManifestMark>& mark() const { return mark_; }
  /// Fills nodes, configurations, docs, groups, macros and the maps. False when the bytes are not
  /// what was written; the manifest is then of no use.
  bool read_rows(manifest::Manifest& manifest, size_t threads) const;

 private:
  struct Section {
    uint64_t begin = 0, size = 0, hash = 0;
  };
  bool open();
  bool read_mark(uint64_t begin);
  std::optional<std::string> bytes(uint64_t begin, uint64_t size) const;

  std::unique_ptr<base::OpenFile> file_;
  CacheHead head_;
  uint64_t id_ = 0;
  std::optional<ManifestMark> mark_;
  std::vector<Section> configs_, nodes_;
};

/// The id of the file; 0 when it could not be written, which is no error: it is a cache.
uint64_t write_cache_file(base::FileSystem& files, const std::string& path, CacheHead head,
                          const manifest::Manifest& manifest, size_t threads);

}  // namespace weft::parse
