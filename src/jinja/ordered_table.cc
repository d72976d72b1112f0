#include "jinja/ordered_table.h"

#include <functional>

namespace weft::jinja {

size_t hash_text(std::string_view text) { return std::hash<std::string_view>{}(text); }

OrderedTable::Entry& OrderedTable::at(size_t position) {
  if (entries_.size() != live_) {
    compact();
  }
  return entries_[position];
}

template <typename Match>
OrderedTable::Entry* OrderedTable::scan(const Match& matches) {
  for (Entry& entry : entries_) {
    if (entry.is_live && matches(entry)) {
      return &entry;
    }
  }
  return nullptr;
}

template <typename Match>
OrderedTable::Entry* OrderedTable::search(size_t hash, const Match& matches) {
  size_t mask = index_.size() - 1;
  for (size_t slot = home_slot(hash);; slot = (slot + 1) & mask) {
    uint32_t position = index_[slot];
    if (position == kEmpty) {
      return nullptr;
    }
    if (position == kDeleted) {
      continue;
    }
    Entry& entry = entries_[position];
    if (entry.is_live && entry.hash == hash && matches(entry)) {
      return &entry;
    }
  }
}

OrderedTable::Entry* OrderedTable::find(std::string_view key) {
  auto matches = [key](const Entry& entry) {
    return entry.key.is_string() && entry.key.as_string() == key;
  };
  return index_.empty() ? scan(matches) : search(hash_text(key), matches);
}

OrderedTable::Entry* OrderedTable::find(const Value& key) {
  if (key.is_string()) {
    return find(key.as_string());
  }
  // Python's containers take an item for equal to itself, nan included.
  auto matches = [&key](const Entry& entry) {
    return entry.key.same_as(key) || entry.key.equals(key);
  };
  return index_.empty() ? scan(matches) : search(key.hash(), matches);
}

bool OrderedTable::set(const Value& key, Value value) {
  if (Entry* entry = find(key)) {
    entry->value = std::move(value);
    return false;
  }
  insert(key, std::move(value), index_.empty() ? 0 : key.hash());
  return true;
}

bool OrderedTable::set(std::string_view key, Value value) {
  if (Entry* entry = find(key)) {
    entry->value = std::move(value);
    return false;
  }
  insert(Value::string(key), std::move(value), index_.empty() ? 0 : hash_text(key));
  return true;
}

void OrderedTable::insert(const Value& key, Value value, size_t hash) {
  if (entries_.size() > 2 * kLinear && live_ < entries_.size() / 2) {
    compact();
  }
  entries_.push_back({key, std::move(value), hash, true});
  count_.set(entries_.capacity() * sizeof(Entry) + index_.size() * sizeof(uint32_t));
  ++live_;
  if (index_.empty()) {
    if (entries_.size() > kLinear) {
      for (Entry& entry : entries_) {
        entry.hash = entry.is_live ? entry.key.hash() : 0;
      }
      build_index(8 * kLinear);
    }
    return;
  }
  if (used_slots_ * 4 >= index_.size() * 3) {
    build_index(index_.size());
    return;
  }
  put_into_index(hash, static_cast<uint32_t>(entries_.size() - 1));
}

size_t OrderedTable::home_slot(size_t hash) const {
  // Small integers hash to themselves; the product spreads them and any keys made to collide.
  return ((hash * 0x9e3779b97f4a7c15ULL) >> 32) & (index_.size() - 1);
}

void OrderedTable::put_into_index(size_t hash, uint32_t position) {
  size_t mask = index_.size() - 1;
  size_t slot = home_slot(hash);
  while (index_[slot] != kEmpty) {
    slot = (slot + 1) & mask;
  }
  index_[slot] = position;
  ++used_slots_;
}

bool OrderedTable::erase(const Value& key) {
  Entry* entry = find(key);
  if (!entry) {
    return false;
  }
  // Destroying values may run through other containers, so the entry is taken out first.
  Entry gone = std::move(*entry);
  entry->is_live = false;
  entry->key = Value();
  entry->value = Value();
  --live_;
  if (live_ == 0) {
    clear();
  } else {
    drop_dead_tail();
  }
  return true;
}

void OrderedTable::drop_dead_tail() {
  while (!entries_.back().is_live) {
    if (!index_.empty()) {
      auto position = static_cast<uint32_t>(entries_.size() - 1);
      size_t slot = home_slot(entries_.back().hash);
      while (index_[slot] != position) {
        slot = (slot + 1) & (index_.size() - 1);
      }
      index_[slot] = kDeleted;
    }
    entries_.pop_back();
  }
}

void OrderedTable::clear() {
  std::vector<Entry> gone = std::move(entries_);
  entries_.clear();
  index_.clear();
  used_slots_ = 0;
  live_ = 0;
  count_.set(0);
}

void OrderedTable::compact() {
  std::erase_if(entries_, [](const Entry& entry) { return !entry.is_live; });
  if (!index_.empty()) {
    build_index(index_.size());
  }
}

void OrderedTable::build_index(size_t capacity) {
  while (entries_.size() * 2 > capacity) {
    capacity *= 2;
  }
  index_.assign(capacity, kEmpty);
  used_slots_ = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    // Holes stay in the index, so that the position of a dead tail can always be found there.
    put_into_index(entries_[i].hash, static_cast<uint32_t>(i));
  }
}

}  // namespace weft::jinja
