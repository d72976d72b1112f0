#include "parse/static_config.h"

#include <utility>

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

constexpr int kMaxDepth = 100;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A recursive descent over one text; every function gives nothing at the first thing it does not
/// know.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<DataMap> read() {
    while (at_ < text_.size()) {
      size_t open = text_.find('{', at_);
      if (open == std::string_view::npos || open + 1 == text_.size())
        break;
      at_ = open + 1;
      char kind = text_[at_];
      if (kind == '%')
        return std::nullopt;
      if (kind == '#' && !skip_comment())
        return std::nullopt;
      if (kind == '{') {
        ++at_;
        if (!read_output())
          return std::nullopt;
      }
    }
    return std::move(config_);
  }

 private:
  bool skip_comment() {
    size_t close = text_.find("#}", at_ + 1);
    if (close == std::string_view::npos)
      return false;
    at_ = close + 2;
    return true;
  }

  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n\f\v").find(text_[at_]) != text_.npos)
      ++at_;
  }

  bool skip(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c)
      return false;
    ++at_;
    return true;
  }

  bool read_output() {
    skip_space();
    bool known = at_ < text_.size() && is_letter(text_[at_]) ? read_call_or_word()
                                                             : read_value(0).has_value();
    skip_space();
    if (!known || text_.substr(at_, 2) != "}}")
      return false;
    at_ += 2;
    return true;
  }

  std::string_view read_word() {
    skip_space();
    size_t begin = at_;
    while (at_ < text_.size() && (is_letter(text_[at_]) || (at_ > begin && is_digit(text_[at_]))))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

  bool read_call_or_word() {
    std::string_view word = read_word();
    if (word == "True" || word == "False")
      return true;
    if ((word != "ref" && word != "source" && word != "config") || !skip('('))
      return false;
    size_t positional = 0;
    DataMap named;
    while (!skip(')')) {
      if (!read_argument(positional, named))
        return false;
      if (!skip(',')) {
        if (!skip(')'))
          return false;
        break;
      }
    }
    return word == "config"   ? take_config(positional, named)
           : word == "source" ? is_source_call(positional, named)
                              : is_ref_call(positional, named);
  }

  bool read_argument(size_t& positional, DataMap& named) {
    skip_space();
    size_t begin = at_;
    std::string_view word = read_word();
    if (!word.empty() && skip('=')) {
      std::optional<Data> value = read_value(0);
      if (value)
        named.set(std::string(word), std::move(*value));
      return value.has_value();
    }
    at_ = begin;
    std::optional<Data> value = read_value(0);
    ++positional;
    return value && value->is_string() && named.empty();
  }

  bool take_config(size_t positional, DataMap& named) {
    if (positional > 0 || named.empty() || named.contains("pre_hook") ||
        named.contains("post_hook"))
      return false;
    for (auto& [key, value] : named) {
      if (has_number(value))
        return false;
      config_.set(key, std::move(value));
    }
    return true;
  }

  static bool is_source_call(size_t positional, const DataMap& named) {
    if (positional + named.size() != 2)
      return false;
    bool has_table = named.contains("table_name"), has_source = named.contains("source_name");
    return named.empty() || (named.size() == 1 && has_table) || (has_table && has_source);
  }

  static bool is_ref_call(size_t positional, const DataMap& named) {
    if (positional < 1 || positional > 2 || named.size() > 1)
      return false;
    return named.empty() || named.contains("v") || named.contains("version");
  }

  static bool has_number(const Data& value) {
    if (value.is_list()) {
      for (const Data& one : value.as_list()) {
        if (has_number(one))
          return true;
      }
    }
    if (value.is_map()) {
      for (const auto& [key, one] : value.as_map()) {
        if (has_number(one))
          return true;
      }
    }
    return value.is_int() || value.is_float();
  }

  std::optional<Data> read_value(int depth) {
    skip_space();
    if (at_ >= text_.size() || depth > kMaxDepth)
      return std::nullopt;
    char c = text_[at_];
    if (c == '\'' || c == '"')
      return read_string();
    if (c == '[')
      return read_list(depth);
    if (c == '{')
      return read_dict(depth);
    if (is_digit(c) || c == '-')
      return read_number();
    std::string_view word = read_word();
    if (word == "True" || word == "False")
      return Data(word == "True");
    return std::nullopt;
  }

  std::optional<Data> read_string() {
    char quote = text_[at_];
    size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != quote)
      at_ += size_t{text_[at_] == '\\' ? 2u : 1u};
    if (at_ >= text_.size())
      return std::nullopt;
    return Data(std::string(text_.substr(begin, at_++ - begin)));
  }

  /// The value does not matter: a number is allowed as a version only.
  std::optional<Data> read_number() {
    size_t begin = at_;
    at_ += size_t{text_[at_] == '-'};
    while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.'))
      ++at_;
    return at_ == begin ? std::nullopt : std::optional(Data(int64_t{0}));
  }

  std::optional<Data> read_list(int depth) {
    DataList made;
    ++at_;
    while (!skip(']')) {
      std::optional<Data> item = read_value(depth + 1);
      if (!item)
        return std::nullopt;
      made.push_back(std::move(*item));
      if (!skip(',')) {
        if (!skip(']'))
          return std::nullopt;
        break;
      }
    }
    return Data(std::move(made));
  }

  std::optional<Data> read_dict(int depth) {
    DataMap made;
    ++at_;
    while (!skip('}')) {
      skip_space();
      bool is_quoted = at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"');
      std::optional<Data> key = is_quoted ? read_string() : std::nullopt;
      if (!key || !skip(':'))
        return std::nullopt;
      std::optional<Data> value = read_value(depth + 1);
      if (!value)
        return std::nullopt;
      made.set(key->as_string(), std::move(*value));
      if (!skip(',')) {
        if (!skip('}'))
          return std::nullopt;
        break;
      }
    }
    return Data(std::move(made));
  }

  std::string_view text_;
  size_t at_ = 0;
  DataMap config_;
};

}  // namespace

std::optional<DataMap> static_config(std::string_view text) { return Reader(text).read(); }

}  // namespace weft::parse
