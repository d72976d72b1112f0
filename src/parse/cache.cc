#include "parse/cache.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "manifest/metadata_json.h"
#include "parse/cache_key.h"
#include "parse/names.h"

namespace weft::parse {
namespace {

/// File systems round times: a write within one step of the clock may leave the times as they were.
constexpr int64_t kClockStep = 100'000'000, kCoarseClockStep = 2'500'000'000;

bool is_old_enough(const FileStamp& stamp, int64_t now_ns) {
  int64_t last = std::max(stamp.modified_ns, stamp.changed_ns);
  bool is_coarse = stamp.modified_ns % 1'000'000 == 0;
  return last + (is_coarse ? kCoarseClockStep : kClockStep) < now_ns;
}

bool needs_source(FileKind kind) { return kind != FileKind::Seed; }

std::string place_key(FileKind kind, size_t project, std::string_view path) {
  return fmt::format("{} {} {}", static_cast<int>(kind), project, path);
}

constexpr size_t kNew = static_cast<size_t>(-1);

/// Where each file stands among the old ones; kNew for those that do not.
std::vector<size_t> places_in(const std::vector<CachedFile>& old,
                              const std::vector<ProjectFile>& files) {
  std::vector<size_t> found(files.size(), kNew);
  std::iota(found.begin(), found.end(), size_t{0});
  bool are_same = std::equal(files.begin(), files.end(), old.begin(), old.end(),
                             [](const ProjectFile& a, const CachedFile& b) {
                               return a.kind == b.kind && a.project == b.project &&
                                      a.original_file_path == b.original_file_path;
                             });
  if (are_same)
    return found;
  std::unordered_map<std::string, size_t> places;
  for (size_t i = 0; i < old.size(); ++i)
    places.emplace(place_key(old[i].kind, old[i].project, old[i].original_file_path), i);
  for (size_t i = 0; i < files.size(); ++i) {
    auto place =
        places.find(place_key(files[i].kind, files[i].project, files[i].original_file_path));
    found[i] = place == places.end() ? kNew : place->second;
  }
  return found;
}

/// Spans of one command as those of another: files of the project have new ids, other texts none.
class SpanMap {
 public:
  SpanMap(const CacheHead& head, const State& state) : first_old_(head.first_source) {
    for (const ProjectFile& file : state.files) {
      if (needs_source(file.kind))
        ids_.push_back(file.source);
    }
    for (size_t i = 0; i < head.project_sources.size() && i < state.projects.size(); ++i)
      projects_.emplace_back(head.project_sources[i], state.projects[i]->source);
  }

  void move(diag::Span& span) const {
    if (!span.valid())
      return;
    for (const auto& [old, now] : projects_) {
      if (old == span.source) {
        span.source = now;
        return;
      }
    }
    bool is_file = first_old_.valid() && span.source.value >= first_old_.value &&
                   span.source.value - first_old_.value < ids_.size();
    span = is_file ? diag::Span{ids_[span.source.value - first_old_.value], span.begin, span.end}
                   : diag::Span{};
  }

  void move(diag::Diagnostic& diagnostic) const {
    move(diagnostic.span);
    for (diag::Label& label : diagnostic.labels)
      move(label.span);
    for (diag::TrailStep& step : diagnostic.trail)
      move(step.span);
  }

 private:
  diag::SourceId first_old_;
  std::vector<diag::SourceId> ids_;
  std::vector<std::pair<diag::SourceId, diag::SourceId>> projects_;
};

/// The names behind the word `macro` of a text, which may stand in a comment: they decide about a
/// message only.
std::vector<std::string> macro_names(const std::string& text) {
  constexpr std::string_view kWord = "macro ";
  std::vector<std::string> names;
  for (size_t at = text.find(kWord); at != std::string::npos; at = text.find(kWord, at)) {
    at = std::min(text.find_first_not_of(' ', at + kWord.size()), text.size());
    size_t end = std::min(text.find_first_of(" (%\n", at), text.size());
    names.push_back(text.substr(at, end - at));
  }
  return names;
}

/// Not one of weft's own.
bool is_of_project(const State& state, const manifest::Macro& macro) {
  return std::any_of(
      state.projects.begin(), state.projects.end(),
      [&](const config::Project* project) { return project->name == macro.package_name; });
}

/// When the first of the deprecation dates to come is past, and something else is to be warned of.
int64_t next_date(const manifest::Manifest& manifest, int64_t now_us) {
  int64_t next = std::numeric_limits<int64_t>::max();
  for (const Node& node : manifest.nodes) {
    if (node.model == nullptr || !node.model->deprecation_date)
      continue;
    std::optional<int64_t> date = manifest::parse_iso_time(*node.model->deprecation_date);
    if (date && *date >= now_us)
      next = std::min(next, *date);
  }
  return next;
}

bool has_same_variables(const CacheHead& head, const base::Env& env) {
  return std::all_of(head.variables.begin(), head.variables.end(), [&](const KeyPart& one) {
    std::optional<std::string_view> value = env.variable(one.name);
    return variable_hash(value ? std::optional(std::string(*value)) : std::nullopt) == one.hash;
  });
}

}  // namespace

ParseCache::ParseCache(State& state)
    : state_(state), started_ns_(state.input.env.clock.now_us() * 1000) {}

void ParseCache::start_reading() {
  const ParseInput& input = state_.input;
  if (!input.reads_cache || input.cache_from.empty() || input.cache_to.empty())
    return;
  // Both at once: a machine that gives no thread reads when it is asked for.
  constexpr auto kHow = std::launch::async | std::launch::deferred;
  reading_ =
      std::async(kHow, [&input] { return CacheFile::read(input.env.files, input.cache_from); });
}

void ParseCache::note(std::string event, std::string code, std::string message, bool is_shown) {
  if (state_.input.notes != nullptr) {
    state_.input.notes->push_back(
        {std::move(event), std::move(code), std::move(message), is_shown, {}});
  }
}

bool ParseCache::note_unable(std::string reason) {
  note("UnableToPartialParse", "I024", "Unable to do partial parsing because " + reason, true);
  if (state_.input.notes != nullptr)
    state_.input.notes->back().data.set("reason", base::Data(std::move(reason)));
  return false;
}

void ParseCache::stamp_files() {
  base::FileSystem& files = state_.input.env.files;
  stamps_.resize(state_.files.size());
  base::parallel_for(stamps_.size(), state_.input.threads, [&](size_t, size_t i) {
    stamps_[i] = stamp_of(files, state_.files[i].absolute_path);
  });
}

void ParseCache::adopt(ParseCache& earlier) {
  started_ns_ = earlier.started_ns_;
  stamps_ = std::move(earlier.stamps_);
}

/// Reads the cache and tells why it is of no use.
bool ParseCache::open() {
  const ParseInput& input = state_.input;
  if (!input.reads_cache) {
    note("PartialParsingNotEnabled", "I028", "Partial parsing not enabled");
    return false;
  }
  if (input.cache_from.empty() || !input.env.files.exists(input.cache_from))
    return note_unable("saved manifest not found. Starting full parse.");
  if (!reading_.valid())
    start_reading();
  file_ = reading_.get();
  if (!file_) {
    note("ParsedFileLoadFailed", "I029",
         fmt::format("Failed to load parsed file from disk at {}: it is of another version of weft "
                     "or damaged",
                     input.cache_from));
    return false;
  }
  std::string why = key_difference(file_->head().key, cache_key(input));
  // dbt takes its cache then, so it is no news.
  if (why == kOtherCommand) {
    note("Note", "Z050", "The command has other flags: all are parsed");
    return false;
  }
  if (why.empty() && !has_same_variables(file_->head(), input.env))
    why = "env vars used in the project have changed";
  int64_t now_us = started_ns_ / 1000;
  if (why.empty() &&
      (now_us < file_->head().valid_from_us || now_us > file_->head().valid_until_us))
    why = "a deprecation date has passed";
  return why.empty() || note_unable(std::move(why));
}

bool ParseCache::is_same(size_t index, const CachedFile& file) const {
  if (!stamps_[index])
    return false;
  if (*stamps_[index] == file.stamp && file.is_stamp_sure)
    return true;
  if (stamps_[index]->size != file.stamp.size || !needs_source(file.kind))
    return false;
  base::IoResult<std::string> text = state_.input.env.files.read(state_.files[index].absolute_path);
  return text && content_hash(*text) == file.hash;
}

FileChanges ParseCache::find_changes() const {
  const std::vector<CachedFile>& old = file_->head().files;
  std::vector<size_t> old_of = places_in(old, state_.files);
  std::vector<char> is_equal(state_.files.size());
  base::parallel_for(is_equal.size(), state_.input.threads, [&](size_t, size_t i) {
    is_equal[i] = old_of[i] != kNew && is_same(i, old[old_of[i]]);
  });
  FileChanges changes;
  for (size_t i = 0; i < old_of.size(); ++i) {
    if (old_of[i] == kNew)
      changes.added.push_back(i);
    else if (!is_equal[i])
      changes.changed.push_back(i);
  }
  changes.deleted = old.size() - (state_.files.size() - changes.added.size());
  return changes;
}

void ParseCache::add_sources(const FileChanges& changes) {
  base::FileSystem& files = state_.input.env.files;
  auto next_changed = changes.changed.begin();
  for (size_t i = 0; i < state_.files.size(); ++i) {
    ProjectFile& file = state_.files[i];
    bool is_changed = next_changed != changes.changed.end() && *next_changed == i;
    if (is_changed)
      ++next_changed;
    if (!needs_source(file.kind))
      continue;
    file.source = is_changed ? state_.input.sources.add(file.original_file_path,
                                                        later_text(files, file.absolute_path))
                             : state_.input.sources.add_later(file.original_file_path,
                                                              [&files, path = file.absolute_path] {
                                                                return later_text(files, path);
                                                              });
  }
}

/// The macros were compiled again, which templates need; what properties say about them is kept.
bool ParseCache::take_macros() {
  std::vector<manifest::Macro>& macros = state_.manifest().macros;
  std::vector<manifest::Macro>& kept = file_->head().macros;
  if (macros.size() != kept.size())
    return false;
  for (size_t i = 0; i < macros.size(); ++i) {
    if (macros[i].unique_id != kept[i].unique_id)
      return false;
    kept[i].span = macros[i].span;
  }
  macros = std::move(kept);
  return true;
}

bool ParseCache::load_rows() {
  manifest::Manifest& manifest = state_.manifest();
  if (!file_->read_rows(manifest, state_.input.threads))
    return false;
  load_macros(state_);
  if (state_.input.sink.has_errors() || !take_macros())
    return false;
  // What compiling them said stands among the kept warnings.
  state_.input.sink.take();
  SpanMap spans(file_->head(), state_);
  for (Node& node : manifest.nodes) {
    spans.move(node.source_span);
    spans.move(node.patch_span);
  }
  for (diag::Diagnostic& warning : file_->head().warnings)
    spans.move(warning);
  find_default_names(state_);
  make_lookup(state_);
  return true;
}

/// Whether a macro comes, goes or changes that stands in the place of one that every row is made
/// by.
bool ParseCache::changes_override(const FileChanges& changes) const {
  auto is_special = [](std::string_view name) {
    constexpr std::string_view kSpecial[] = {"ref",
                                             "source",
                                             "config",
                                             "generate_schema_name",
                                             "generate_database_name",
                                             "generate_alias_name",
                                             "function"};
    return std::find(std::begin(kSpecial), std::end(kSpecial), name) != std::end(kSpecial);
  };
  std::set<std::string> same;
  std::set<size_t> others(changes.added.begin(), changes.added.end());
  others.insert(changes.changed.begin(), changes.changed.end());
  for (size_t i = 0; i < state_.files.size(); ++i) {
    const ProjectFile& file = state_.files[i];
    if (file.kind != FileKind::Macro)
      continue;
    if (!others.contains(i)) {
      same.insert(state_.project_of(file).name + "://" + file.original_file_path);
      continue;
    }
    for (const std::string& name :
         macro_names(later_text(state_.input.env.files, file.absolute_path))) {
      if (is_special(name))
        return true;
    }
  }
  return std::any_of(file_->head().macros.begin(), file_->head().macros.end(),
                     [&](const manifest::Macro& macro) {
                       return is_special(macro.name) && is_of_project(state_, macro) &&
                              !same.contains(macro.package_name + "://" + macro.original_file_path);
                     });
}

/// Whether nothing but texts of single rows and properties have changed.
bool ParseCache::has_own_texts_only(const FileChanges& changes) const {
  return changes.deleted == 0 && changes.added.empty() &&
         std::all_of(changes.changed.begin(), changes.changed.end(), [&](size_t index) {
           FileKind kind = state_.files[index].kind;
           return kind == FileKind::Model || kind == FileKind::Analysis ||
                  kind == FileKind::SingularTest || kind == FileKind::Properties;
         });
}

bool ParseCache::take_rows(const FileChanges& changes) {
  add_sources(changes);
  return load_rows() && patch_rows(state_, file_->head(), changes.changed);
}

bool ParseCache::load() {
  if (state_.input.cache_to.empty())
    return false;
  bool is_open = open();
  stamp_files();
  if (!is_open)
    return false;
  FileChanges changes = find_changes();
  if (changes.empty()) {
    note("Note", "Z050", "Nothing changed, skipping partial parsing.");
    note("PartialParsingSkipParsing", "I017",
         "Partial parsing enabled, no changes found, skipping parsing");
  } else {
    note("PartialParsingEnabled", "I040",
         fmt::format("Partial parsing enabled: {} files deleted, {} files added, {} files changed.",
                     changes.deleted, changes.added.size(), changes.changed.size()));
  }
  if (changes_override(changes)) {
    return note_unable("change detected to override macro. Starting full parse.");
  }
  if (!has_own_texts_only(changes) || !take_rows(changes)) {
    note("Note", "Z050", "Other files may depend on the changes: all are parsed");
    return false;
  }
  for (diag::Diagnostic& warning : file_->head().warnings)
    state_.report(std::move(warning));
  const ParseInput& input = state_.input;
  if (file_->head().changeable.empty() && input.cache_from == input.cache_to &&
      knows_changes(changes)) {
    state_.result->cache_id = file_->id();
    state_.result->written = file_->mark();
  }
  return true;
}

/// False when rows may be other ones than those that were noted: properties may change the rows of
/// other files.
bool ParseCache::knows_changes(const FileChanges& changes) const {
  return std::none_of(changes.changed.begin(), changes.changed.end(), [&](size_t index) {
    return state_.files[index].kind == FileKind::Properties;
  });
}

std::vector<CachedFile> ParseCache::kept_files() const {
  std::vector<CachedFile> made;
  for (size_t i = 0; i < state_.files.size(); ++i) {
    const ProjectFile& file = state_.files[i];
    if (!stamps_[i])
      return {};
    CachedFile& kept = made.emplace_back();
    kept.kind = file.kind;
    kept.project = static_cast<uint32_t>(file.project);
    kept.original_file_path = file.original_file_path;
    kept.stamp = *stamps_[i];
    kept.is_stamp_sure = is_old_enough(kept.stamp, started_ns_);
    kept.hash = state_.hashes[i];
  }
  return made;
}

void ParseCache::keep(const std::vector<diag::Diagnostic>& warnings) {
  const ParseInput& input = state_.input;
  if (input.cache_to.empty() || state_.reads.is_changeable)
    return;
  CacheHead head;
  head.files = kept_files();
  if (head.files.empty())
    return;
  head.key = cache_key(input);
  for (const auto& [name, value] : state_.reads.variables)
    head.variables.push_back({name, variable_hash(value)});
  for (const ProjectFile& file : state_.files) {
    if (needs_source(file.kind) && !head.first_source.valid())
      head.first_source = file.source;
  }
  for (const config::Project* project : state_.projects)
    head.project_sources.push_back(project->source);
  const manifest::Manifest& manifest = state_.result->manifest;
  head.valid_from_us = started_ns_ / 1000;
  head.valid_until_us = next_date(manifest, head.valid_from_us);
  head.warnings = warnings;
  head.changeable = state_.changeable;
  head.docs = manifest.docs;
  head.groups = manifest.groups;
  head.macros = manifest.macros;
  head.disabled = manifest.disabled;
  uint64_t id =
      write_cache_file(input.env.files, input.cache_to, std::move(head), manifest, input.threads);
  if (state_.changeable.empty())
    state_.result->cache_id = id;
}

}  // namespace weft::parse
