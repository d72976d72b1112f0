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

constexpr size_t kMarkSize = 8 * sizeof(uint64_t);

std::string pack_mark(const ManifestMark& mark) {
  std::string bytes;
  append(bytes, mark.stamp.size);
  append(bytes, mark.stamp.modified_ns);
  append(bytes, mark.stamp.changed_ns);
  append(bytes, mark.stamp.inode);
  append(bytes, mark.stamp.device);
  append(bytes, mark.selectors);
  append(bytes, mark.cache);
  append(bytes, hash_of(bytes));
  return bytes;
}

std::optional<ManifestMark> unpack_mark(std::string_view bytes) {
  Cursor cursor{bytes};
  ManifestMark mark;
  uint64_t hash = 0;
  cursor.take(mark.stamp.size);
  cursor.take(mark.stamp.modified_ns);
  cursor.take(mark.stamp.changed_ns);
  cursor.take(mark.stamp.inode);
  cursor.take(mark.stamp.device);
  cursor.take(mark.selectors);
  cursor.take(mark.cache);
  std::string_view marked = bytes.substr(0, bytes.size() - cursor.bytes.size());
  cursor.take(hash);
  return hash_of(marked) == hash ? std::optional(mark) : std::nullopt;
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
  return FileStamp{info->size, info->modified_ns, info->changed_ns, info->inode, info->device};
}

std::optional<CacheFile> CacheFile::read(base::FileSystem& files, const std::string& path) {
  base::IoResult<std::string> bytes = files.read(path);
  if (!bytes)
    return std::nullopt;
  CacheFile made;
  made.bytes_ = std::move(*bytes);
  return made.open() ? std::optional(std::move(made)) : std::nullopt;
}

bool CacheFile::open() {
  std::string_view all = bytes_;
  const std::string& mark = file_mark();
  if (all.substr(0, mark.size()) != mark)
    return false;
  Cursor cursor{all.substr(mark.size())};
  uint64_t count = 0, own_hash = 0;
  if (!cursor.take(own_hash) || !cursor.take(count) || count == 0 ||
      count > cursor.bytes.size() / (2 * sizeof(uint64_t)))
    return false;
  std::string_view table = cursor.bytes.substr(0, count * 2 * sizeof(uint64_t));
  if (hash_of(table) != own_hash)
    return false;
  id_ = own_hash;
  std::vector<Section> sections(count);
  for (Section& section : sections) {
    cursor.take(section.size);
    cursor.take(section.hash);
  }
  uint64_t at = all.size() - cursor.bytes.size();
  for (Section& section : sections) {
    section.begin = at;
    if (section.size > all.size() - at)
      return false;
    at += section.size;
  }
  std::string_view head = all.substr(sections[0].begin, sections[0].size);
  if (hash_of(head) != sections[0].hash || !read_marks(all.substr(at)))
    return false;
  ArchiveReader archive(head);
  archive(head_);
  if (!archive.at_end() || count != 1 + portions(head_.config_count) + portions(head_.node_count))
    return false;
  auto first_node = sections.begin() + 1 + static_cast<ptrdiff_t>(portions(head_.config_count));
  configs_.assign(sections.begin() + 1, first_node);
  nodes_.assign(first_node, sections.end());
  return true;
}

bool CacheFile::read_marks(std::string_view bytes) {
  if (bytes.size() % kMarkSize != 0)
    return false;
  // A mark of which not every byte is right means that it is not known what was written.
  mark_ = bytes.empty() ? std::nullopt : unpack_mark(bytes.substr(bytes.size() - kMarkSize));
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
  base::parallel_for(configs_.size() + nodes_.size(), threads, [&](size_t, size_t i) {
    bool of_configs = i < configs_.size();
    const Section& section = of_configs ? configs_[i] : nodes_[i - configs_.size()];
    std::string_view bytes = std::string_view(bytes_).substr(section.begin, section.size);
    if (!is_whole || hash_of(bytes) != section.hash) {
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
