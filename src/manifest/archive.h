// archive: values as bytes and back, for files that only the same build of weft reads.
//
// Both directions go through one list of an object's members, `fields(archive, object)`, so that
// what is written is what is read. A reader never trusts its bytes: counts are limited by what is
// left, and after the first mistake everything it gives is empty and ok() is false.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/data.h"
#include "base/ids.h"

namespace weft::manifest {

template <typename T>
concept PlainValue = std::is_arithmetic_v<T> || std::is_enum_v<T>;

class ArchiveWriter {
 public:
  static constexpr bool kReads = false;

  template <typename... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }

  std::string take() { return std::move(out_); }

 private:
  template <PlainValue T>
  void put(T value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <typename Tag>
  void put(base::Id<Tag> id) {
    put(id.value);
  }
  void put(const std::string& text);
  void put(const base::Data& value);
  void put(const base::DataMap& map);
  template <typename T>
  void put(const std::vector<T>& list) {
    put_count(list.size());
    for (const T& item : list)
      put(item);
  }
  template <typename T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value)
      put(*value);
  }
  template <typename T>
  void put(const std::unique_ptr<T>& value) {
    put(value != nullptr);
    if (value != nullptr)
      put(*value);
  }
  template <typename T>
  requires std::is_class_v<T>
  void put(const T& object) { fields(*this, const_cast<T&>(object)); }

  void put_count(size_t count);

  std::string out_;
  /// Texts that were written not long ago: most texts of a node are those of the node before. A
  /// slot has the text's place in out_ and its number.
  struct Recent {
    size_t begin = 0;
    uint32_t size = 0, number = 0;
  };
  static constexpr size_t kRecent = 4096;
  std::vector<Recent> recent_ = std::vector<Recent>(kRecent);
  uint32_t texts_ = 0;
};

class ArchiveReader {
 public:
  static constexpr bool kReads = true;

  /// The bytes must outlive this.
  explicit ArchiveReader(std::string_view bytes) : bytes_(bytes) {}

  template <typename... T>
  void operator()(T&... values) {
    (get(values), ...);
  }

  bool ok() const { return ok_; }
  /// Everything was read.
  bool at_end() const { return ok_ && bytes_.empty(); }

 private:
  template <PlainValue T>
  void get(T& value) {
    if (bytes_.size() < sizeof value) {
      fail();
      value = T{};
      return;
    }
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
  }
  void get(bool& value) {
    uint8_t byte = 0;
    get(byte);
    value = byte != 0;
  }
  template <typename Tag>
  void get(base::Id<Tag>& id) {
    get(id.value);
  }
  void get(std::string& text);
  void get(base::Data& value);
  void get(base::DataMap& map);
  template <typename T>
  void get(std::vector<T>& list) {
    size_t count = get_count();
    list.clear();
    list.reserve(std::min<size_t>(count, 1024));
    for (size_t i = 0; i < count && ok_; ++i)
      get(list.emplace_back());
  }
  template <typename T>
  void get(std::optional<T>& value) {
    bool has_value = false;
    get(has_value);
    value.reset();
    if (has_value && ok_)
      get(value.emplace());
  }
  template <typename T>
  void get(std::unique_ptr<T>& value) {
    bool has_value = false;
    get(has_value);
    value.reset();
    if (has_value && ok_)
      get(*(value = std::make_unique<T>()));
  }
  template <typename T>
  requires std::is_class_v<T>
  void get(T& object) { fields(*this, object); }

  /// A count of things of at least one byte each.
  size_t get_count();
  void fail() {
    ok_ = false;
    bytes_ = {};
  }

  std::string_view bytes_;
  bool ok_ = true;
  int depth_ = 0;
  std::vector<std::string_view> texts_;
};

}  // namespace weft::manifest
