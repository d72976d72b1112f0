// Data: the plain value of YAML and JSON as weft passes it between modules: null, bool, int, float,
// string, list and an insertion-ordered map. It has no spans (yaml::Node has) and no behaviour
// (jinja::Value has). Dates of YAML arrive as their ISO text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace weft::base {

class Data;
struct DataEntry;

/// A map that keeps insertion order, as Python's dict does. Small maps are searched linearly; one
/// that grows past a few entries gets an index, so building a map of n keys is linear in n.
class DataMap {
 public:
  DataMap();
  DataMap(std::initializer_list<DataEntry> entries);
  DataMap(const DataMap&);
  DataMap(DataMap&&) noexcept;
  DataMap& operator=(const DataMap&);
  DataMap& operator=(DataMap&&) noexcept;
  ~DataMap();

  /// The value at `key`, or null when there is none. Valid until the map changes.
  const Data* find(std::string_view key) const;
  Data* find(std::string_view key);
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  /// The value at `key`; a new null value at the end when there was none.
  Data& operator[](std::string_view key);
  /// Sets `key`, keeping its place when it exists.
  void set(std::string_view key, Data value);
  /// Removes `key`; false when there was none. Linear in the size of the map.
  bool erase(std::string_view key);

  size_t size() const;
  bool empty() const { return size() == 0; }
  const DataEntry* begin() const;
  const DataEntry* end() const;
  DataEntry* begin();
  DataEntry* end();
  void reserve(size_t n);

  /// Equality as in Python: the same keys with equal values, in any order.
  bool operator==(const DataMap& other) const;

 private:
  size_t index_of(std::string_view key) const;
  void rebuild_index();

  std::vector<DataEntry> entries_;
  std::unique_ptr<std::unordered_map<std::string, size_t>> index_;
};

using DataList = std::vector<Data>;

/// One value. Copying copies deeply.
class Data {
 public:
  enum class Kind { Null, Bool, Int, Float, String, List, Map };

  Data() = default;
  Data(std::nullptr_t) {}
  Data(bool value) : value_(value) {}
  Data(int value) : value_(int64_t{value}) {}
  Data(int64_t value) : value_(value) {}
  Data(size_t value) : value_(static_cast<int64_t>(value)) {}
  Data(double value) : value_(value) {}
  Data(const char* value) : value_(std::string(value)) {}
  Data(std::string_view value) : value_(std::string(value)) {}
  Data(std::string value) : value_(std::move(value)) {}
  Data(DataList value) : value_(std::move(value)) {}
  Data(DataMap value) : value_(std::move(value)) {}

  Kind kind() const { return static_cast<Kind>(value_.index()); }
  bool is_null() const { return kind() == Kind::Null; }
  bool is_bool() const { return kind() == Kind::Bool; }
  bool is_int() const { return kind() == Kind::Int; }
  bool is_float() const { return kind() == Kind::Float; }
  bool is_number() const { return is_int() || is_float(); }
  bool is_string() const { return kind() == Kind::String; }
  bool is_list() const { return kind() == Kind::List; }
  bool is_map() const { return kind() == Kind::Map; }

  /// Unchecked access: the kind must match.
  bool as_bool() const { return std::get<bool>(value_); }
  int64_t as_int() const { return std::get<int64_t>(value_); }
  double as_float() const { return std::get<double>(value_); }
  const std::string& as_string() const { return std::get<std::string>(value_); }
  const DataList& as_list() const { return std::get<DataList>(value_); }
  DataList& as_list() { return std::get<DataList>(value_); }
  const DataMap& as_map() const { return std::get<DataMap>(value_); }
  DataMap& as_map() { return std::get<DataMap>(value_); }

  /// The member `key` of a map; null when this is no map or has no such key.
  const Data* get(std::string_view key) const;
  /// The text of a string; `fallback` for any other kind.
  std::string_view string_or(std::string_view fallback) const;
  /// The value of a bool; `fallback` for any other kind.
  bool bool_or(bool fallback) const;
  /// False for null, false, 0, "", [] and {}, as in Python.
  bool truthy() const;

  /// Equality as in Python: 1 == 1.0 == true.
  bool operator==(const Data& other) const;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, DataList, DataMap> value_;
};

struct DataEntry {
  std::string key;
  Data value;
};

/// What Python's str() gives for the value: `None`, `True`, `1.5`, `['a', 1]`, `{'k': None}`.
std::string python_str(const Data& value);
/// What Python's repr() gives: as python_str, but strings are quoted.
std::string python_repr(const Data& value);

}  // namespace weft::base
