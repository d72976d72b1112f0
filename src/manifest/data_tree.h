// DataTree: the emitter that builds base::Data instead of JSON text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/data.h"
#include "manifest/manifest.h"

namespace weft::manifest {

/// An emitter as node_fields.h wants it.
class DataTree {
 public:
  void open_map() { open(base::Data(base::DataMap())); }
  void close_map() { close(); }
  void open_list() { open(base::Data(base::DataList())); }
  void close_list() { close(); }
  void key(std::string_view name) { key_ = name; }
  void any_key(std::string_view name) { key_ = name; }
  void null() { put(base::Data()); }
  void boolean(bool value) { put(base::Data(value)); }
  void integer(int64_t value) { put(base::Data(value)); }
  void real(double value) { put(base::Data(value)); }
  void text(std::string_view value) { put(base::Data(value)); }
  void data(const base::Data& value) { put(value); }
  void map(const base::DataMap& value) { put(base::Data(value)); }
  void config(const Config& value) { map(value.values); }

  /// The finished value.
  base::Data take() { return std::move(result_); }

 private:
  struct Frame {
    base::Data value;
    /// The key under which the value goes into the frame below.
    std::string key;
  };

  void open(base::Data empty) { frames_.push_back({std::move(empty), std::move(key_)}); }

  void close() {
    Frame done = std::move(frames_.back());
    frames_.pop_back();
    key_ = std::move(done.key);
    put(std::move(done.value));
  }

  void put(base::Data value) {
    if (frames_.empty())
      result_ = std::move(value);
    else if (frames_.back().value.is_map())
      frames_.back().value.as_map().set(key_, std::move(value));
    else
      frames_.back().value.as_list().push_back(std::move(value));
  }

  std::vector<Frame> frames_;
  std::string key_;
  base::Data result_;
};

}  // namespace weft::manifest
