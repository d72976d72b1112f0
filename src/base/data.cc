#include "base/data.h"

#include <cmath>

#include <fmt/format.h>

#include "base/strings.h"
#include "base/unicode.h"

namespace weft::base {
namespace {

// Below this size a linear search beats hashing. Configurations, of which there is one for each
// node, have about thirty keys and are copied often: an index would cost more than it finds.
constexpr size_t kIndexFrom = 40;
constexpr size_t kNotFound = static_cast<size_t>(-1);

bool equal_int_float(int64_t i, double d) {
  // A double outside of this range cannot equal any 64-bit integer, and converting it is undefined.
  if (!(d >= -9223372036854775808.0 && d < 9223372036854775808.0))
    return false;
  return std::trunc(d) == d && static_cast<int64_t>(d) == i;
}

bool equal_numbers(const Data& a, const Data& b) {
  auto integer_of = [](const Data& x) { return x.is_bool() ? int64_t{x.as_bool()} : x.as_int(); };
  if (a.is_float())
    return b.is_float() ? a.as_float() == b.as_float()
                        : equal_int_float(integer_of(b), a.as_float());
  if (b.is_float())
    return equal_int_float(integer_of(a), b.as_float());
  return integer_of(a) == integer_of(b);
}

void append_escaped(std::string& out, char32_t c) {
  if (c < 0x100)
    out += fmt::format("\\x{:02x}", static_cast<uint32_t>(c));
  else if (c < 0x10000)
    out += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
  else
    out += fmt::format("\\U{:08x}", static_cast<uint32_t>(c));
}

void append_string_repr(std::string& out, std::string_view text) {
  bool has_single = text.find('\'') != std::string_view::npos;
  bool has_double = text.find('"') != std::string_view::npos;
  char quote = has_single && !has_double ? '"' : '\'';
  out += quote;
  for (size_t at = 0; at < text.size();) {
    DecodedChar c = decode_utf8(text, at);
    std::string_view bytes = text.substr(at, c.length);
    at += c.length;
    if (!c.valid) {
      // Python's surrogateescape shows a stray byte this way.
      append_escaped(out, 0xdc00 + static_cast<unsigned char>(bytes[0]));
    } else if (c.value == '\n') {
      out += "\\n";
    } else if (c.value == '\r') {
      out += "\\r";
    } else if (c.value == '\t') {
      out += "\\t";
    } else if (c.value == '\\' || c.value == static_cast<char32_t>(quote)) {
      out += '\\';
      out += bytes;
    } else if (is_printable(c.value)) {
      out += bytes;
    } else {
      append_escaped(out, c.value);
    }
  }
  out += quote;
}

void append_repr(std::string& out, const Data& value) {
  switch (value.kind()) {
    case Data::Kind::Null:
      out += "None";
      return;
    case Data::Kind::Bool:
      out += value.as_bool() ? "True" : "False";
      return;
    case Data::Kind::Int:
      out += std::to_string(value.as_int());
      return;
    case Data::Kind::Float:
      out += format_float(value.as_float());
      return;
    case Data::Kind::String:
      append_string_repr(out, value.as_string());
      return;
    case Data::Kind::List: {
      out += '[';
      std::string_view gap;
      for (const Data& item : value.as_list()) {
        out += gap;
        append_repr(out, item);
        gap = ", ";
      }
      out += ']';
      return;
    }
    case Data::Kind::Map: {
      out += '{';
      std::string_view gap;
      for (const DataEntry& entry : value.as_map()) {
        out += gap;
        append_string_repr(out, entry.key);
        out += ": ";
        append_repr(out, entry.value);
        gap = ", ";
      }
      out += '}';
      return;
    }
  }
}

}  // namespace

DataMap::DataMap() = default;
DataMap::~DataMap() = default;
DataMap::DataMap(DataMap&&) noexcept = default;
DataMap& DataMap::operator=(DataMap&&) noexcept = default;

DataMap::DataMap(std::initializer_list<DataEntry> entries) {
  for (const DataEntry& entry : entries)
    set(entry.key, entry.value);
}

DataMap::DataMap(const DataMap& other) : entries_(other.entries_) { rebuild_index(); }

DataMap& DataMap::operator=(const DataMap& other) {
  if (this != &other) {
    // The source may be a part of this map, so the copy is complete before anything is dropped.
    DataMap copy(other);
    *this = std::move(copy);
  }
  return *this;
}

size_t DataMap::index_of(std::string_view key) const {
  if (index_) {
    auto found = index_->find(std::string(key));
    return found == index_->end() ? kNotFound : found->second;
  }
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (entries_[i].key == key)
      return i;
  }
  return kNotFound;
}

void DataMap::rebuild_index() {
  index_.reset();
  if (entries_.size() < kIndexFrom)
    return;
  index_ = std::make_unique<std::unordered_map<std::string, size_t>>();
  index_->reserve(entries_.size() * 2);
  for (size_t i = 0; i < entries_.size(); ++i)
    index_->emplace(entries_[i].key, i);
}

const Data* DataMap::find(std::string_view key) const {
  size_t i = index_of(key);
  return i == kNotFound ? nullptr : &entries_[i].value;
}

Data* DataMap::find(std::string_view key) {
  size_t i = index_of(key);
  return i == kNotFound ? nullptr : &entries_[i].value;
}

Data& DataMap::operator[](std::string_view key) {
  size_t i = index_of(key);
  if (i != kNotFound)
    return entries_[i].value;
  entries_.push_back({std::string(key), Data()});
  if (index_)
    index_->emplace(entries_.back().key, entries_.size() - 1);
  else if (entries_.size() >= kIndexFrom)
    rebuild_index();
  return entries_.back().value;
}

void DataMap::set(std::string_view key, Data value) { (*this)[key] = std::move(value); }

bool DataMap::erase(std::string_view key) {
  size_t i = index_of(key);
  if (i == kNotFound)
    return false;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
  rebuild_index();
  return true;
}

size_t DataMap::size() const { return entries_.size(); }
const DataEntry* DataMap::begin() const { return entries_.data(); }
const DataEntry* DataMap::end() const { return entries_.data() + entries_.size(); }
DataEntry* DataMap::begin() { return entries_.data(); }
DataEntry* DataMap::end() { return entries_.data() + entries_.size(); }
void DataMap::reserve(size_t n) { entries_.reserve(n); }

bool DataMap::operator==(const DataMap& other) const {
  if (size() != other.size())
    return false;
  for (const DataEntry& entry : *this) {
    const Data* match = other.find(entry.key);
    if (!match || !(entry.value == *match))
      return false;
  }
  return true;
}

const Data* Data::get(std::string_view key) const {
  return is_map() ? as_map().find(key) : nullptr;
}

std::string_view Data::string_or(std::string_view fallback) const {
  return is_string() ? std::string_view(as_string()) : fallback;
}

bool Data::bool_or(bool fallback) const { return is_bool() ? as_bool() : fallback; }

bool Data::truthy() const {
  switch (kind()) {
    case Kind::Null:
      return false;
    case Kind::Bool:
      return as_bool();
    case Kind::Int:
      return as_int() != 0;
    case Kind::Float:
      return as_float() != 0;
    case Kind::String:
      return !as_string().empty();
    case Kind::List:
      return !as_list().empty();
    case Kind::Map:
      return !as_map().empty();
  }
  return false;
}

bool Data::operator==(const Data& other) const {
  auto counts_as_number = [](const Data& x) { return x.is_number() || x.is_bool(); };
  if (counts_as_number(*this) && counts_as_number(other))
    return equal_numbers(*this, other);
  if (kind() != other.kind())
    return false;
  switch (kind()) {
    case Kind::String:
      return as_string() == other.as_string();
    case Kind::List:
      return as_list() == other.as_list();
    case Kind::Map:
      return as_map() == other.as_map();
    default:
      return true;
  }
}

std::string python_str(const Data& value) {
  return value.is_string() ? value.as_string() : python_repr(value);
}

std::string python_repr(const Data& value) {
  std::string out;
  append_repr(out, value);
  return out;
}

}  // namespace weft::base
