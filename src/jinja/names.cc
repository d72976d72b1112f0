#include "jinja/names.h"

namespace weft::jinja {
namespace {

uint32_t hash_name(std::string_view name) {
  uint32_t hash = 2166136261u;
  for (char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  }
  return hash;
}

}  // namespace

NameTable::NameTable() : slots_(128, 0) {
  names_.reserve(48);
  hashes_.reserve(48);
  for (std::string_view name : {"loop", "caller", "varargs", "kwargs", "self", "super"}) {
    intern(name);
  }
}

NameId NameTable::intern(std::string_view name) {
  uint32_t hash = hash_name(name);
  size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot] != 0) {
    uint32_t id = slots_[slot] - 1;
    if (hashes_[id] == hash && names_[id] == name) {
      return id;
    }
    slot = (slot + 1) & mask;
  }
  names_.push_back(name);
  hashes_.push_back(hash);
  slots_[slot] = static_cast<uint32_t>(names_.size());
  if (names_.size() * 2 > slots_.size()) {
    grow();
  }
  return static_cast<NameId>(names_.size() - 1);
}

void NameTable::grow() {
  std::vector<uint32_t> slots(slots_.size() * 2, 0);
  size_t mask = slots.size() - 1;
  for (size_t id = 0; id < names_.size(); ++id) {
    size_t slot = hashes_[id] & mask;
    while (slots[slot] != 0) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = static_cast<uint32_t>(id + 1);
  }
  slots_ = std::move(slots);
}

}  // namespace weft::jinja
