// Document: one YAML text as a tree whose every node knows its place.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"
#include "diag/diagnostic.h"
#include "diag/sink.h"
#include "diag/source.h"

namespace weft::yaml {

enum class Kind : uint8_t { Null, Bool, Int, Float, String, Timestamp, Sequence, Mapping };

struct Node;

struct Entry {
  /// Keys that are not strings become their Python str(): `1: x` has the key "1".
  std::string key;
  diag::Span key_span;
  const Node* value = nullptr;
};

/// A value. Plain scalars are typed by YAML 1.1's words, as PyYAML does: yes, on, 0x1f, 1_000,
/// 12:30:00, .inf, 2020-01-01. An alias is the same node as its anchor; `<<` is merged already.
struct Node {
  Kind kind = Kind::Null;
  /// For scalars: the text as written, unquoted and unescaped.
  std::string text;
  bool bool_value = false;
  int64_t int_value = 0;
  double float_value = 0;
  std::vector<const Node*> items;
  /// In order of the text; of duplicate keys only the last stands here.
  std::vector<Entry> entries;
  diag::Span span;

  bool is_null() const { return kind == Kind::Null; }
  bool is_string() const { return kind == Kind::String; }
  bool is_sequence() const { return kind == Kind::Sequence; }
  bool is_mapping() const { return kind == Kind::Mapping; }
  bool is_scalar() const { return kind < Kind::Sequence; }
  /// The value at `key` of a mapping; null when there is none or this is no mapping.
  const Node* find(std::string_view key) const;
  const Entry* find_entry(std::string_view key) const;
};

/// Owns the nodes. Movable; nodes do not move with it.
struct Document {
  std::deque<Node> nodes;
  /// Null for an empty text.
  const Node* root = nullptr;
};

/// Reads one YAML document (the first, when there are several: an error as in PyYAML). Duplicate
/// keys are warnings to `sink`. Limits: 64 MB of text, depth 200, 1 M nodes with aliases followed;
/// a cycle of aliases is an error.
diag::Result<Document> parse(diag::SourceId source, const diag::Sources& sources, diag::Sink& sink);

/// The node as plain data. Timestamps become Python's str() of the date or datetime.
base::Data to_data(const Node& node);

/// Reads YAML that stands on the command line or in a macro (--vars, --args, fromyaml).
diag::Result<base::Data> parse_data(std::string_view text, std::string_view name,
                                    diag::Sources& sources);

/// The data as yaml.safe_dump writes it with sort_keys=False, for toyaml and lock files.
std::string dump(const base::Data& data, bool sort_keys = false);

}  // namespace weft::yaml
