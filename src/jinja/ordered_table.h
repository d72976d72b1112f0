// OrderedTable: the hash table of dicts and sets, in order of insertion as Python's dict.
//
// Entries lie in a vector; up to eight are searched linearly, more through an open-addressing index
// of positions. Removal leaves a hole, so that removing n keys is linear; holes are closed when the
// table is asked for an entry by its position or grows.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "jinja/memory_count.h"
#include "jinja/value.h"

namespace weft::jinja {

class OrderedTable {
 public:
  struct Entry {
    Value key;
    Value value;
    size_t hash = 0;
    bool is_live = true;
  };

  size_t size() const { return live_; }
  /// The entry at a position below size(). Valid until the table changes.
  Entry& at(size_t position);
  /// Null when there is no such key. The key must be hashable.
  Entry* find(const Value& key);
  Entry* find(std::string_view key);
  /// True when the key is new; an existing entry keeps its key and place.
  bool set(const Value& key, Value value);
  bool set(std::string_view key, Value value);
  bool erase(const Value& key);
  void clear();
  void reserve(size_t n) { entries_.reserve(n); }

 private:
  static constexpr size_t kLinear = 8;
  static constexpr uint32_t kEmpty = 0xffffffff;
  static constexpr uint32_t kDeleted = 0xfffffffe;

  template <typename Match>
  Entry* search(size_t hash, const Match& matches);
  template <typename Match>
  Entry* scan(const Match& matches);
  void insert(const Value& key, Value value, size_t hash);
  void compact();
  void build_index(size_t capacity);
  size_t home_slot(size_t hash) const;
  void put_into_index(size_t hash, uint32_t position);
  void drop_dead_tail();

  std::vector<Entry> entries_;
  /// Positions of entries by hash; empty while the table is small.
  std::vector<uint32_t> index_;
  /// Slots of the index that are not empty.
  size_t used_slots_ = 0;
  size_t live_ = 0;
  MemoryCount count_;
};

/// Hash of text, the same for equal text of a String and a Markup.
size_t hash_text(std::string_view text);

}  // namespace weft::jinja
