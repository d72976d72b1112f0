// From yaml-cpp's events to a tree.
//
// yaml-cpp calls the Builder for every scalar, start and end, with the byte offset where it is; the
// builder keeps one frame for each open mapping or sequence. Depth, number of nodes and, because
// aliases multiply, the size of the tree with all aliases followed are limited, and the limits end
// the parse by an exception of our own. yaml-cpp itself refuses to nest deeper than 500.
#include "yaml/document.h"

#include <algorithm>
#include <istream>
#include <optional>
#include <streambuf>
#include <unordered_map>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "base/strings.h"
#include "yaml/scalar.h"
#include "yaml/simple_reader.h"
#include "yaml/syntax.h"

namespace weft::yaml {
namespace {

using diag::Code;
using diag::Diagnostic;
using diag::Span;

constexpr size_t kMaxDepth = 200;
constexpr size_t kMaxNodes = 1'000'000;
constexpr size_t kMaxExpandedBytes = 256u << 20;
/// Mappings larger than this look for duplicate keys in a table.
constexpr size_t kScanEntries = 16;
constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

struct Stop {
  Diagnostic diagnostic;
};

/// Nodes and bytes of a subtree with its aliases followed.
struct Weight {
  size_t nodes = 1;
  size_t bytes = 0;
};

struct Anchor {
  const Node* node = nullptr;
  Weight weight;
  bool open = false;
};

struct Frame {
  Node* node = nullptr;
  YAML::anchor_t anchor = 0;
  Weight weight;
  bool is_flow = false;
  bool has_key = false;
  bool is_merge = false;
  Entry pending;
  std::vector<const Node*> merges;
  /// Places of the keys; only large mappings have it.
  std::unordered_map<std::string, size_t> index;
};

class Builder final : public YAML::EventHandler {
 public:
  Builder(diag::SourceId source, std::string_view text, size_t shift, const diag::Sources& sources,
          diag::Sink& sink)
      : source_(source), text_(text), shift_(shift), sources_(sources), sink_(sink) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (seen_document_)
      fail(Code::YamlSyntax, at(mark), at(mark) + 3, "a second document starts here",
           "a file holds one YAML document; remove the `---`");
    seen_document_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    size_t begin = at(mark);
    std::string_view word = word_at(begin);
    check_null(begin, word);
    scalar(begin, begin + word.size(), "?", anchor, word);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    size_t begin = at(mark);
    bool quoted = tag == "!" || (tag != "?" && is_quoted(begin));
    size_t end = scalar_end(text_, begin, value, quoted);
    if (end == kNotClosed)
      fail(Code::YamlSyntax, begin, std::min(text_.find('\n', begin), text_.size()),
           "a quoted text is not closed", "add the closing quote");
    scalar(begin, end, tag, anchor, value);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    size_t begin = at(mark);
    const Anchor& target = anchors_.at(anchor);
    if (target.open)
      fail(Code::YamlBudget, begin, begin + 1, "an alias refers to the value that it is part of");
    if (is_key_expected()) {
      if (!target.node->is_scalar())
        throw Stop{complex_key(source_, text_, begin)};
      size_t end = std::min(text_.find_first_of(" \t\r\n", begin), text_.size());
      set_key(scalar_str(*target.node), begin, end, false);
      return;
    }
    add(target.node, target.weight);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(Kind::Sequence, mark, tag, anchor, style);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(Kind::Mapping, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override {
    merge(frames_.back());
    close();
  }

  Document take() { return std::move(document_); }

  /// Where the innermost open mapping or sequence starts.
  std::optional<size_t> open_offset() const {
    if (frames_.empty())
      return std::nullopt;
    return frames_.back().node->span.begin;
  }

 private:
  size_t at(const YAML::Mark& mark) const {
    return std::min(static_cast<size_t>(std::max(mark.pos, 0)) + shift_, text_.size());
  }

  Span span(size_t begin, size_t end) const {
    return {source_, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
  }

  [[noreturn]] void fail(Code code, size_t begin, size_t end, std::string message,
                         std::string hint = {}) const {
    Diagnostic d;
    d.code = code;
    d.message = std::move(message);
    d.span = span(begin, std::min(end, text_.size()));
    d.hint = std::move(hint);
    throw Stop{std::move(d)};
  }

  /// The null word at an offset; empty where a value was left out.
  std::string_view word_at(size_t begin) const {
    for (std::string_view word : {"null", "Null", "NULL", "~"}) {
      if (text_.substr(begin, word.size()) == word)
        return word;
    }
    return {};
  }

  /// yaml-cpp takes what is missing for null: a key without its colon, a colon without its key, a
  /// comma without a value before it. PyYAML refuses all three, which are typing errors.
  void check_null(size_t begin, std::string_view word) const {
    if (frames_.empty())
      return;
    const Frame& frame = frames_.back();
    if (is_key_expected()) {
      if (word.empty())
        fail(Code::YamlSyntax, begin, begin + 1, "a key is missing before this `:`");
      return;
    }
    if (!frame.node->is_mapping()) {
      if (frame.is_flow && word.empty())
        fail(Code::YamlSyntax, begin, begin + 1, "a value is missing before this");
      return;
    }
    if (!frame.is_flow && !has_colon(frame.pending.key_span))
      fail(Code::YamlSyntax, frame.pending.key_span.begin, frame.pending.key_span.end,
           fmt::format("`{}` is followed by no `:`, and a key is expected here",
                       base::utf8_prefix(frame.pending.key, 60)));
  }

  /// True for `key:` and for `? key`.
  bool has_colon(Span key) const {
    size_t after = text_.find_first_not_of(" \t", key.end);
    if (after != std::string_view::npos && text_[after] == ':')
      return text_.substr(key.begin, key.end - key.begin).find('\n') == std::string_view::npos;
    size_t before =
        key.begin == 0 ? std::string_view::npos : text_.find_last_not_of(" \t\r\n", key.begin - 1);
    return before != std::string_view::npos && text_[before] == '?';
  }

  /// True when a quote or block indicator follows the tag at `begin`; the events do not tell.
  bool is_quoted(size_t begin) const {
    size_t blank = std::min(text_.find_first_of(" \t\r\n", begin), text_.size());
    size_t first = text_.find_first_not_of(" \t\r\n", blank);
    return first != std::string_view::npos &&
           std::string_view("'\"|>").find(text_[first]) != std::string_view::npos;
  }

  bool is_key_expected() const {
    return !frames_.empty() && frames_.back().node->is_mapping() && !frames_.back().has_key;
  }

  void type_scalar(Node& node, const std::string& tag, std::string_view value) {
    if (tag == "?") {
      if (!type_plain(value, node))
        fail(Code::YamlSyntax, node.span.begin, node.span.end,
             fmt::format("there is no date `{}`", value),
             "put the text in quotes if it is no date");
      return;
    }
    node.kind = Kind::String;
    if (tag == "!" || tag == "tag:yaml.org,2002:str")
      return;
    Node typed;
    bool exists = type_plain(value, typed);
    std::string_view wanted = tag;
    bool is_known = base::starts_with(wanted, kTagPrefix);
    if (is_known)
      wanted.remove_prefix(kTagPrefix.size());
    if (is_known && wanted == "float" && typed.kind == Kind::Int) {
      typed.kind = Kind::Float;
      typed.float_value = static_cast<double>(typed.int_value);
    }
    bool fits = is_known && exists &&
                ((wanted == "int" && typed.kind == Kind::Int) ||
                 (wanted == "float" && typed.kind == Kind::Float) ||
                 (wanted == "bool" && typed.kind == Kind::Bool) ||
                 (wanted == "timestamp" && typed.kind == Kind::Timestamp) || wanted == "null");
    if (!fits)
      fail(Code::YamlSyntax, node.span.begin, node.span.end,
           fmt::format("the tag `{}` cannot be used for `{}`", tag, base::utf8_prefix(value, 60)));
    node.kind = wanted == "null" ? Kind::Null : typed.kind;
    node.bool_value = typed.bool_value;
    node.int_value = typed.int_value;
    node.float_value = typed.float_value;
  }

  void scalar(size_t begin, size_t end, const std::string& tag, YAML::anchor_t anchor,
              std::string_view value) {
    if (is_key_expected()) {
      key(begin, end, tag, anchor, value);
      return;
    }
    Node& node = new_node(begin, end);
    node.text = value;
    type_scalar(node, tag, value);
    Weight weight{1, value.size()};
    if (anchor != 0)
      remember(anchor, node, weight, false);
    add(&node, weight);
  }

  /// Keys get no node of their own unless an anchor names them.
  void key(size_t begin, size_t end, const std::string& tag, YAML::anchor_t anchor,
           std::string_view value) {
    Node typed;
    typed.span = span(begin, end);
    typed.text = value;
    type_scalar(typed, tag, value);
    std::string text = typed.is_string() ? std::move(typed.text) : scalar_str(typed);
    bool is_merge = value == "<<" && tag == "?";
    if (anchor != 0) {
      typed.text = value;
      Node& node = new_node(begin, end);
      node = typed;
      remember(anchor, node, {1, value.size()}, false);
    }
    set_key(std::move(text), begin, end, is_merge);
  }

  void set_key(std::string key, size_t begin, size_t end, bool is_merge) {
    Frame& frame = frames_.back();
    frame.pending = {std::move(key), span(begin, end), nullptr};
    frame.has_key = true;
    frame.is_merge = is_merge;
  }

  Node& new_node(size_t begin, size_t end) {
    Node& node = document_.nodes.emplace_back();
    node.span = span(begin, std::max(begin, end));
    return node;
  }

  void remember(YAML::anchor_t anchor, const Node& node, Weight weight, bool is_open) {
    if (anchors_.size() <= anchor)
      anchors_.resize(anchor + 1);
    anchors_[anchor] = {&node, weight, is_open};
  }

  void open(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style) {
    size_t begin = at(mark);
    if (is_key_expected())
      throw Stop{complex_key(source_, text_, begin)};
    if (frames_.size() >= kMaxDepth)
      fail(Code::YamlBudget, begin, begin + 1,
           fmt::format("values are nested deeper than {} levels", kMaxDepth));
    bool is_known = tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:seq" ||
                    tag == "tag:yaml.org,2002:map" || tag == "tag:yaml.org,2002:set";
    if (!is_known)
      fail(Code::YamlSyntax, begin, begin + 1, fmt::format("the tag `{}` is not known", tag));
    Node& node = new_node(begin, begin + 1);
    node.kind = kind;
    if (anchor != 0)
      remember(anchor, node, {}, true);
    Frame& frame = frames_.emplace_back();
    frame.node = &node;
    frame.anchor = anchor;
    frame.is_flow = style == YAML::EmitterStyle::Flow;
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.anchor != 0)
      remember(frame.anchor, *frame.node, frame.weight, false);
    add(frame.node, frame.weight);
  }

  /// Puts a finished value into the frame that is open now.
  void add(const Node* value, Weight weight) {
    if (frames_.empty()) {
      document_.root = value;
      return;
    }
    Frame& frame = frames_.back();
    frame.weight.nodes += weight.nodes;
    frame.weight.bytes += weight.bytes;
    if (frame.weight.nodes > kMaxNodes || frame.weight.bytes > kMaxExpandedBytes)
      fail(Code::YamlBudget, frame.node->span.begin, frame.node->span.begin + 1,
           fmt::format("the value has more than {} parts or {} bytes, aliases followed", kMaxNodes,
                       kMaxExpandedBytes));
    frame.node->span.end = std::max(frame.node->span.end, value->span.end);
    if (frame.node->kind == Kind::Sequence) {
      frame.node->items.push_back(value);
      return;
    }
    frame.has_key = false;
    frame.pending.value = value;
    if (frame.is_merge)
      collect_merge(frame, value);
    else
      add_entry(frame);
  }

  void add_entry(Frame& frame) {
    std::vector<Entry>& entries = frame.node->entries;
    frame.weight.bytes += frame.pending.key.size();
    if (Entry* same = find_same(frame, frame.pending.key)) {
      report_duplicate(*same, frame.pending);
      *same = std::move(frame.pending);
      return;
    }
    entries.push_back(std::move(frame.pending));
  }

  Entry* find_same(Frame& frame, const std::string& key) {
    std::vector<Entry>& entries = frame.node->entries;
    if (entries.size() < kScanEntries) {
      auto found = std::find_if(entries.begin(), entries.end(),
                                [&](const Entry& entry) { return entry.key == key; });
      return found == entries.end() ? nullptr : &*found;
    }
    for (size_t i = frame.index.size(); i < entries.size(); ++i)
      frame.index.emplace(entries[i].key, i);
    auto found = frame.index.find(key);
    return found == frame.index.end() ? nullptr : &entries[found->second];
  }

  void report_duplicate(const Entry& first, const Entry& second) {
    Diagnostic d;
    d.code = Code::YamlDuplicateKey;
    d.message = fmt::format("the key `{}` stands twice in one mapping", second.key);
    d.span = second.key_span;
    d.note = "this one counts";
    d.labels.push_back({first.key_span, "this one is ignored"});
    d.hint = "remove one of the two";
    const diag::SourceText& source = sources_.get(second.key_span.source);
    diag::Place place = source.place(second.key_span.begin);
    // dbt reads the file without the white space around it.
    size_t text_begin = text_.find_first_not_of(" \t\r\n");
    if (text_begin != std::string_view::npos)
      place.line -= source.place(static_cast<uint32_t>(text_begin)).line - 1;
    std::string legacy =
        fmt::format("Duplicate key '{}' in \"<unicode string>\", line {}, column {}", second.key,
                    place.line, place.column);
    d.legacy_text = fmt::format("{} in file `{}`", legacy, source.path);
    d.event_data.set("duplicate_description", base::Data(legacy));
    d.event_data.set("file", base::Data(source.path));
    sink_.report(std::move(d));
  }

  void collect_merge(Frame& frame, const Node* value) {
    bool is_list = value->kind == Kind::Sequence;
    bool fits = value->is_mapping() ||
                (is_list && std::all_of(value->items.begin(), value->items.end(),
                                        [](const Node* item) { return item->is_mapping(); }));
    if (!fits)
      fail(Code::YamlSyntax, value->span.begin, value->span.end,
           "`<<` merges something that is neither a mapping nor a list of mappings");
    if (!is_list)
      frame.merges.push_back(value);
    else
      frame.merges.insert(frame.merges.end(), value->items.rbegin(), value->items.rend());
  }

  /// Merged entries come first, as in PyYAML; later ones and the mapping's own replace earlier ones
  /// in their place.
  void merge(Frame& frame) {
    if (frame.merges.empty())
      return;
    std::vector<Entry> merged;
    std::unordered_map<std::string, size_t> places;
    auto put = [&](const Entry& entry) {
      auto [place, is_new] = places.emplace(entry.key, merged.size());
      if (is_new)
        merged.push_back(entry);
      else
        merged[place->second] = entry;
    };
    for (const Node* source : frame.merges) {
      for (const Entry& entry : source->entries)
        put(entry);
    }
    for (const Entry& entry : frame.node->entries)
      put(entry);
    frame.node->entries = std::move(merged);
  }

  diag::SourceId source_;
  std::string_view text_;
  size_t shift_;
  const diag::Sources& sources_;
  diag::Sink& sink_;
  Document document_;
  std::vector<Frame> frames_;
  std::vector<Anchor> anchors_;
  bool seen_document_ = false;
};

/// Lets yaml-cpp read a text without copying it.
class ViewBuffer final : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

/// yaml-cpp does not know the line break of old Macs; PyYAML does.
std::optional<std::string> with_line_feeds(std::string_view text) {
  std::optional<std::string> changed;
  for (size_t at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1)) {
    if (at + 1 < text.size() && text[at + 1] == '\n')
      continue;
    if (!changed)
      changed = std::string(text);
    (*changed)[at] = '\n';
  }
  return changed;
}

base::Data data_of(const Node& node) {
  switch (node.kind) {
    case Kind::Null:
      return {};
    case Kind::Bool:
      return node.bool_value;
    case Kind::Int:
      return node.int_value;
    case Kind::Float:
      return node.float_value;
    case Kind::String:
      return node.text;
    case Kind::Timestamp:
      return scalar_str(node);
    case Kind::Sequence: {
      base::DataList list;
      list.reserve(node.items.size());
      for (const Node* item : node.items)
        list.push_back(data_of(*item));
      return list;
    }
    case Kind::Mapping: {
      base::DataMap map;
      map.reserve(node.entries.size());
      for (const Entry& entry : node.entries)
        map.set(entry.key, data_of(*entry.value));
      return map;
    }
  }
  return {};
}

}  // namespace

const Entry* Node::find_entry(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key)
      return &entry;
  }
  return nullptr;
}

const Node* Node::find(std::string_view key) const {
  const Entry* entry = find_entry(key);
  return entry ? entry->value : nullptr;
}

namespace {

/// The document when the text is simple and has no errors: those are for yaml-cpp to find.
std::optional<Document> parse_simple(diag::SourceId source, std::string_view text,
                                     const diag::Sources& sources, diag::Sink& sink) {
  diag::Sink found;
  Builder builder(source, text, 0, sources, found);
  try {
    if (!read_simple(text, builder))
      return std::nullopt;
  } catch (const Stop&) {
    return std::nullopt;
  }
  for (Diagnostic& warning : found.take())
    sink.report(std::move(warning));
  return builder.take();
}

}  // namespace

diag::Result<Document> parse(diag::SourceId source, const diag::Sources& sources,
                             diag::Sink& sink) {
  std::string_view text = sources.get(source).text;
  if (auto error = check_characters(source, text))
    return *std::move(error);
  // dbt reads files without the white space at their end: a block text that is the last thing in
  // the file has no line feed.
  text = text.substr(0, text.find_last_not_of(" \t\r\n\f\v") + 1);
  if (std::optional<Document> simple = parse_simple(source, text, sources, sink))
    return *std::move(simple);
  size_t shift = base::starts_with(text, "\xef\xbb\xbf") ? 3 : 0;
  std::optional<std::string> changed = with_line_feeds(text);
  ViewBuffer buffer((changed ? std::string_view(*changed) : text).substr(shift));
  std::istream stream(&buffer);
  Builder builder(source, text, shift, sources, sink);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (Stop& stop) {
    return std::move(stop.diagnostic);
  } catch (const YAML::Exception& error) {
    Failure failure{error.msg, static_cast<size_t>(std::max(error.mark.pos, 0)) + shift,
                    builder.open_offset()};
    return explain_failure(source, text, failure);
  }
  return builder.take();
}

base::Data to_data(const Node& node) { return data_of(node); }

diag::Result<base::Data> parse_data(std::string_view text, std::string_view name,
                                    diag::Sources& sources) {
  diag::SourceId source = sources.add(std::string(name), std::string(text));
  diag::Sink ignored;
  diag::Result<Document> document = parse(source, sources, ignored);
  if (!document)
    return std::move(document.error());
  return document->root ? to_data(*document->root) : base::Data();
}

}  // namespace weft::yaml
