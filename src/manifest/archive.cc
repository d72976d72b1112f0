#include "manifest/archive.h"

#include <algorithm>

namespace weft::manifest {
namespace {

using base::Data;

/// Shorter texts take less room than the number of an earlier one.
constexpr size_t kShortest = 5;
/// A text that stands further ahead as itself is marked so in its length.
constexpr uint32_t kIsNumber = 0x80000000;
constexpr uint32_t kMaxText = kIsNumber - 1;
/// Deeper data is no data that weft has written.
constexpr int kMaxDepth = 1000;

size_t slot_of(std::string_view text, size_t slots) {
  uint64_t first = 0, last = 0;
  std::memcpy(&first, text.data(), std::min<size_t>(8, text.size()));
  if (text.size() >= 8)
    std::memcpy(&last, text.data() + text.size() - 8, 8);
  uint64_t mixed = (first ^ (last * 0x9e3779b97f4a7c15)) + text.size();
  mixed *= 0xff51afd7ed558ccd;
  return (mixed >> 40) % slots;
}

}  // namespace

void ArchiveWriter::put_count(size_t count) { put(static_cast<uint32_t>(count)); }

void ArchiveWriter::put(const std::string& text) {
  if (text.size() < kShortest || text.size() > kMaxText) {
    put_count(text.size());
    out_ += text;
    return;
  }
  Recent& recent = recent_[slot_of(text, kRecent)];
  if (recent.size == text.size() &&
      std::memcmp(out_.data() + recent.begin, text.data(), text.size()) == 0) {
    put(recent.number | kIsNumber);
    return;
  }
  put_count(text.size());
  recent = {out_.size(), static_cast<uint32_t>(text.size()), texts_++};
  out_ += text;
}

void ArchiveWriter::put(const Data& value) {
  put(static_cast<uint8_t>(value.kind()));
  switch (value.kind()) {
    case Data::Kind::Null:
      return;
    case Data::Kind::Bool:
      return put(value.as_bool());
    case Data::Kind::Int:
      return put(value.as_int());
    case Data::Kind::Float:
      return put(value.as_float());
    case Data::Kind::String:
      return put(value.as_string());
    case Data::Kind::List:
      return put(value.as_list());
    case Data::Kind::Map:
      return put(value.as_map());
  }
}

void ArchiveWriter::put(const base::DataMap& map) {
  put_count(map.size());
  for (const auto& [key, value] : map) {
    put(key);
    put(value);
  }
}

size_t ArchiveReader::get_count() {
  uint32_t count = 0;
  get(count);
  if (count <= bytes_.size())
    return count;
  fail();
  return 0;
}

void ArchiveReader::get(std::string& text) {
  uint32_t size = 0;
  get(size);
  if ((size & kIsNumber) != 0) {
    size_t number = size & ~kIsNumber;
    if (number < texts_.size())
      text.assign(texts_[number]);
    else
      fail();
    return;
  }
  if (size > bytes_.size())
    return fail();
  std::string_view found = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  if (size >= kShortest)
    texts_.push_back(found);
  text.assign(found);
}

void ArchiveReader::get(Data& value) {
  uint8_t kind = 0;
  get(kind);
  if (++depth_ > kMaxDepth)
    fail();
  switch (static_cast<Data::Kind>(kind)) {
    case Data::Kind::Null:
      value = Data();
      break;
    case Data::Kind::Bool: {
      bool read = false;
      get(read);
      value = Data(read);
      break;
    }
    case Data::Kind::Int: {
      int64_t read = 0;
      get(read);
      value = Data(read);
      break;
    }
    case Data::Kind::Float: {
      double read = 0;
      get(read);
      value = Data(read);
      break;
    }
    case Data::Kind::String: {
      std::string read;
      get(read);
      value = Data(std::move(read));
      break;
    }
    case Data::Kind::List: {
      base::DataList read;
      get(read);
      value = Data(std::move(read));
      break;
    }
    case Data::Kind::Map: {
      base::DataMap read;
      get(read);
      value = Data(std::move(read));
      break;
    }
    default:
      fail();
  }
  --depth_;
}

void ArchiveReader::get(base::DataMap& map) {
  size_t count = get_count();
  map = {};
  map.reserve(std::min<size_t>(count, 1024));
  for (size_t i = 0; i < count && ok_; ++i) {
    std::string key;
    get(key);
    get(map[key]);
  }
}

}  // namespace weft::manifest
