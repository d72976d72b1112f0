#include "parse/cache_file.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <span>

#include <elf.h>
#include <link.h>

#include "base/hash.h"
#include "base/parallel.h"
#include "manifest/archive.h"
#include "manifest/artifacts.h"
#include "manifest/row_fields.h"

namespace weft::diag {

template <typename Archive>
void fields(Archive& archive, Label& label) {
  archive(label.span, label.text);
}

template <typename Archive>
void fields(Archive& archive, TrailStep& step) {
  archive(step.span, step.text);
}

/// Without the database's words: none is asked while parsing.
template <typename Archive>
void fields(Archive& archive, Diagnostic& d) {
  archive(d.code, d.message, d.span, d.note, d.labels, d.hint, d.trail, d.legacy_text,
          d.event_data);
}

}  // namespace weft::diag

namespace weft::parse {

template <typename Archive>
void fields(Archive& archive, FileStamp& stamp) {
  archive(stamp.size, stamp.modified_ns, stamp.changed_ns, stamp.inode, stamp.device);
}

template <typename Archive>
void fields(Archive& archive, CachedFile& file) {
  archive(file.kind, file.project, file.original_file_path, file.stamp, file.is_stamp_sure,
          file.hash[0], file.hash[1]);
}

template <typename Archive>
void fields(Archive& archive, KeyPart& part) {
  archive(part.name, part.hash);
}

template <typename Archive>
void fields(Archive& archive, CacheHead& head) {
  archive(head.key, head.variables, head.files, head.valid_from_us, head.valid_until_us,
          head.first_source, head.project_sources, head.warnings, head.changeable, head.docs,
          head.groups, head.macros, head.disabled, head.node_count, head.config_count);
}

namespace {

using manifest::ArchiveReader;
using manifest::ArchiveWriter;
using manifest::Config;
using manifest::Manifest;

constexpr std::string_view kMark = "weft parse cache\n";
constexpr size_t kPortion = 512;

/// The linker's id of this program: another build of weft may parse otherwise.
std::string find_build_id() {
  std::string found;
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* out) {
        for (size_t i = 0; i < info->dlpi_phnum; ++i) {
          const ElfW(Phdr)& header = info->dlpi_phdr[i];
          if (header.p_type != PT_NOTE)
            continue;
          const char* at = reinterpret_cast<const char*>(info->dlpi_addr + header.p_vaddr);
          const char* end = at + header.p_memsz;
          while (at + sizeof(ElfW(Nhdr)) <= end) {
            ElfW(Nhdr) note;
            std::memcpy(&note, at, sizeof note);
            const char* name = at + sizeof note;
            const char* text = name + ((note.n_namesz + 3) & ~3u);
            if (note.n_type == NT_GNU_BUILD_ID && text + note.n_descsz <= end)
              static_cast<std::string*>(out)->assign(text, note.n_descsz);
            at = text + ((note.n_descsz + 3) & ~3u);
          }
        }
        // The first object is the program itself.
        return 1;
      },
      &found);
  return found;
}

/// What every file of this build starts with.
const std::string& file_mark() {
  static const std::string mark = std::string(kMark) + std::string(config::kWeftVersion) + " " +
                                  base::sha256_hex(find_build_id()) + "\n";
  return mark;
}

uint64_t hash_of(std::string_view bytes) { return base::hash64(bytes, 0x7766); }

template <typename T>
std::string pack(std::span<T> rows) {
  ArchiveWriter archive;
  for (const T& row : rows)
    archive(row);
  return archive.take();
}

std::string pack_configs(std::span<const Config> rows) {
  ArchiveWriter archive;
  for (const Config& row : rows)
    archive(row.values);
  return archive.take();
}

struct Cursor {
  std::string_view bytes;

  template <typename T>
  bool take(T& value) {
    if (bytes.size() < sizeof value)
      return false;
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return true;
  }
};

template <typename T>
void append(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Behind a mark: its size and hash.
constexpr size_t kMarkEnd = 2 * sizeof(uint64_t);
/// With more of them the file is not worth its size.
constexpr uint64_t kMostMarks = 16u << 20;

void append_list(std::string& out, const std::vector<uint32_t>& list) {
  append(out, static_cast<uint64_t>(list.size()));
  out.append(reinterpret_cast<const char*>(list.data()), list.size() * sizeof(uint32_t));
}

bool take_list(Cursor& cursor, std::vector<uint32_t>& list) {
  uint64_t count = 0;
  if (!cursor.take(count) || count > cursor.bytes.size() / sizeof(uint32_t))
    return false;
  list.resize(count);
  std::memcpy(list.data(), cursor.bytes.data(), count * sizeof(uint32_t));
  cursor.bytes.remove_prefix(count * sizeof(uint32_t));
  return true;
}

std::string pack_mark(const ManifestMark& mark) {
  std::string bytes;
  append(bytes, mark.stamp.size);
  append(bytes, mark.stamp.modified_ns);
  append(bytes, mark.stamp.changed_ns);
  append(bytes, mark.stamp.inode);
  append(bytes, mark.stamp.device);
  append(bytes, mark.selectors);
  append(bytes, mark.cache);
  append(bytes, mark.changes);
  append_list(bytes, mark.part_sizes);
  append_list(bytes, mark.changed_parts);
  uint64_t size = bytes.size(), hash = hash_of(bytes);
  append(bytes, size);
  append(bytes, hash);
  return bytes;
}

std::optional<ManifestMark> unpack_mark(std::string_view bytes) {
  Cursor cursor{bytes};
  ManifestMark mark;
  cursor.take(mark.stamp.size);
  cursor.take(mark.stamp.modified_ns);
  cursor.take(mark.stamp.changed_ns);
  cursor.take(mark.stamp.inode);
  cursor.take(mark.stamp.device);
  cursor.take(mark.selectors);
  cursor.take(mark.cache);
  bool is_whole = cursor.take(mark.changes) && take_list(cursor, mark.part_sizes) &&
                  take_list(cursor, mark.changed_parts) && cursor.bytes.empty();
  return is_whole ? std::optional(std::move(mark)) : std::nullopt;
}

size_t portions(size_t rows) { return (rows + kPortion - 1) / kPortion; }

bool are_ids_known(const manifest::Node& node, size_t nodes, size_t configs) {
  auto is_known = [](auto id, size_t count) { return !id.valid() || id.index() < count; };
  return is_known(node.config, configs) && is_known(node.unrendered_config, configs) &&
         std::all_of(node.depends_on.begin(), node.depends_on.end(),
                     [&](NodeId id) { return id.index() < nodes; });
}

}  // namespace

std::optional<FileStamp> stamp_of(base::FileSystem& files, const std::string& path) {
  std::optional<base::FileInfo> info = files.info(path);
  if (!info || info->is_directory)
    return std::nullopt;
  return stamp_of(*info);
}

FileStamp stamp_of(const base::FileInfo& info) {
  return {info.size, info.modified_ns, info.changed_ns, info.inode, info.device};
}

std::optional<CacheFile> CacheFile::read(base::FileSystem& files, const std::string& path) {
  CacheFile made;
  made.file_ = files.open(path);
  return made.file_ != nullptr && made.open() ? std::optional(std::move(made)) : std::nullopt;
}

/// Nothing when the file has fewer.
std::optional<std::string> CacheFile::bytes(uint64_t begin, uint64_t size) const {
  if (begin > file_->info().size || size > file_->info().size - begin)
    return std::nullopt;
  std::string read;
  read.resize(size);
  return file_->read_at(begin, read.data(), read.size()) ? std::optional(std::move(read))
                                                         : std::nullopt;
}

bool CacheFile::open() {
  constexpr size_t kRow = 2 * sizeof(uint64_t);
  const std::string& mark = file_mark();
  std::optional<std::string> start = bytes(0, mark.size() + kRow);
  if (!start || std::string_view(*start).substr(0, mark.size()) != mark)
    return false;
  Cursor cursor{std::string_view(*start).substr(mark.size())};
  uint64_t count = 0, own_hash = 0, at = start->size();
  cursor.take(own_hash);
  cursor.take(count);
  if (count == 0 || count > file_->info().size / kRow)
    return false;
  std::optional<std::string> table = bytes(at, count * kRow);
  if (!table || hash_of(*table) != own_hash)
    return false;
  id_ = own_hash;
  at += table->size();
  cursor.bytes = *table;
  std::vector<Section> sections(count);
  for (Section& section : sections) {
    cursor.take(section.size);
    cursor.take(section.hash);
    section.begin = at;
    if (section.size > file_->info().size - at)
      return false;
    at += section.size;
  }
  std::optional<std::string> head = bytes(sections[0].begin, sections[0].size);
  if (!head || hash_of(*head) != sections[0].hash || !read_mark(at))
    return false;
  ArchiveReader archive(*head);
  archive(head_);
  if (!archive.at_end() || count != 1 + portions(head_.config_count) + portions(head_.node_count))
    return false;
  auto first_node = sections.begin() + 1 + static_cast<ptrdiff_t>(portions(head_.config_count));
  configs_.assign(sections.begin() + 1, first_node);
  nodes_.assign(first_node, sections.end());
  return true;
}

/// The last of the marks, which stand from `begin` to the end of the file.
bool CacheFile::read_mark(uint64_t begin) {
  uint64_t rest = file_->info().size - begin, size = 0, hash = 0;
  if (rest == 0)
    return true;
  if (rest < kMarkEnd || rest > kMostMarks)
    return false;
  std::optional<std::string> last = bytes(begin + rest - kMarkEnd, kMarkEnd);
  if (!last)
    return false;
  Cursor cursor{*last};
  cursor.take(size);
  cursor.take(hash);
  if (size > rest - kMarkEnd)
    return false;
  std::optional<std::string> mark = bytes(begin + rest - kMarkEnd - size, size);
  if (!mark)
    return false;
  // A mark of which not every byte is right means that it is not known what was written.
  if (hash_of(*mark) == hash)
    mark_ = unpack_mark(*mark);
  if (mark_ && mark_->cache != id_)
    mark_ = std::nullopt;
  return true;
}

void append_mark(base::FileSystem& files, const std::string& path, const ManifestMark& mark) {
  (void)files.append(path, pack_mark(mark));
}

bool CacheFile::read_rows(Manifest& manifest, size_t threads) const {
  manifest.configs.resize(head_.config_count);
  manifest.nodes.resize(head_.node_count);
  std::atomic<bool> is_whole = true;
  std::vector<std::string> buffers(std::max<size_t>(threads, 1));
  base::parallel_for(configs_.size() + nodes_.size(), threads, [&](size_t worker, size_t i) {
    bool of_configs = i < configs_.size();
    const Section& section = of_configs ? configs_[i] : nodes_[i - configs_.size()];
    std::string& bytes = buffers[worker];
    bytes.resize(section.size);
    if (!is_whole || !file_->read_at(section.begin, bytes.data(), bytes.size()) ||
        hash_of(bytes) != section.hash) {
      is_whole = false;
      return;
    }
    ArchiveReader archive(bytes);
    size_t begin = (of_configs ? i : i - configs_.size()) * kPortion;
    if (of_configs) {
      for (Config& config : std::span(manifest.configs)
                                .subspan(begin)
                                .first(std::min(kPortion, manifest.configs.size() - begin))) {
        archive(config.values);
        config.json = manifest::config_json(config.values);
      }
    } else {
      for (Node& node : std::span(manifest.nodes)
                            .subspan(begin)
                            .first(std::min(kPortion, manifest.nodes.size() - begin))) {
        archive(node);
        if (!are_ids_known(node, head_.node_count, head_.config_count))
          is_whole = false;
      }
    }
    if (!archive.at_end())
      is_whole = false;
  });
  if (!is_whole)
    return false;
  manifest.docs = head_.docs;
  manifest.groups = head_.groups;
  manifest.disabled = head_.disabled;
  manifest.disabled_flags.assign(manifest.nodes.size(), false);
  for (NodeId id : manifest.disabled) {
    if (id.index() >= manifest.nodes.size())
      return false;
    manifest.disabled_flags[id.index()] = true;
  }
  manifest.node_by_unique_id.reserve(manifest.nodes.size());
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    if (!manifest.disabled_flags[i])
      manifest.node_by_unique_id.emplace(manifest.nodes[i].unique_id, NodeId(i));
  }
  return true;
}

uint64_t write_cache_file(base::FileSystem& files, const std::string& path, CacheHead head,
                          const Manifest& manifest, size_t threads) {
  head.config_count = manifest.configs.size();
  head.node_count = manifest.nodes.size();
  size_t configs = portions(manifest.configs.size()), nodes = portions(manifest.nodes.size());
  std::vector<std::string> sections(1 + configs + nodes);
  base::parallel_for(sections.size(), threads, [&](size_t, size_t i) {
    auto portion = [](auto rows, size_t index) {
      size_t begin = index * kPortion;
      return rows.subspan(begin, std::min(kPortion, rows.size() - begin));
    };
    if (i == 0) {
      ArchiveWriter archive;
      archive(head);
      sections[0] = archive.take();
    } else if (i <= configs) {
      sections[i] = pack_configs(portion(std::span<const Config>(manifest.configs), i - 1));
    } else {
      sections[i] = pack(portion(std::span<const Node>(manifest.nodes), i - 1 - configs));
    }
  });
  std::string table;
  for (const std::string& section : sections) {
    append(table, static_cast<uint64_t>(section.size()));
    append(table, hash_of(section));
  }
  uint64_t id = hash_of(table);
  std::string start = file_mark();
  append(start, id);
  append(start, static_cast<uint64_t>(sections.size()));
  start += table;
  std::optional<base::IoError> failure = files.write_parts(path, [&](const base::PutPart& put) {
    std::optional<base::IoError> error = put(start);
    for (size_t i = 0; i < sections.size() && !error; ++i)
      error = put(sections[i]);
    return error;
  });
  return failure ? 0 : id;
}

}  // namespace weft::parse
