#include "parse/python_calls.h"

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

constexpr int kMaxDepth = 50;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Walks over Python's text: skips comments and strings, reads literals.
class PythonReader {
 public:
  explicit PythonReader(std::string_view text) : text_(text) {}

  size_t position() const { return at_; }
  bool at_end() const { return at_ >= text_.size(); }

  void skip_space() {
    while (!at_end()) {
      char c = text_[at_];
      if (c == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\\')
        ++at_;
      else
        return;
    }
  }

  bool take(char c) {
    skip_space();
    if (at_end() || text_[at_] != c)
      return false;
    ++at_;
    return true;
  }

  /// The next name; empty when something else stands there.
  std::string_view name() {
    skip_space();
    size_t begin = at_;
    while (!at_end() && is_name_char(text_[at_]))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

  /// The next word, string or single character of code; false at the end.
  bool next(std::string_view& word) {
    skip_space();
    if (at_end())
      return false;
    if (is_name_char(text_[at_])) {
      word = name();
    } else if (text_[at_] == '"' || text_[at_] == '\'') {
      std::string ignored;
      if (!quoted(ignored))
        at_ = text_.size();
      word = {};
    } else {
      word = text_.substr(at_++, 1);
    }
    return true;
  }

  std::optional<Data> literal(int depth = 0) {
    skip_space();
    if (at_end() || depth > kMaxDepth)
      return std::nullopt;
    char c = text_[at_];
    if (c == '"' || c == '\'')
      return string_literal();
    if (c == '[' || c == '(')
      return list(depth);
    if (c == '{')
      return dict(depth);
    if (c == '-' || c == '+' || c == '.' || (c >= '0' && c <= '9'))
      return number();
    std::string_view word = name();
    if (word == "True" || word == "False")
      return Data(word == "True");
    if (word == "None")
      return Data();
    return std::nullopt;
  }

 private:
  bool quoted(std::string& value) {
    char quote = text_[at_];
    std::string mark(3, quote);
    bool is_long = text_.substr(at_, 3) == mark;
    if (!is_long)
      mark = std::string(1, quote);
    at_ += mark.size();
    while (!at_end()) {
      if (text_.substr(at_, mark.size()) == mark) {
        at_ += mark.size();
        return true;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        value += unescaped(text_[at_ + 1]);
        at_ += 2;
        continue;
      }
      if (text_[at_] == '\n' && !is_long)
        return false;
      value += text_[at_++];
    }
    return false;
  }

  static std::string unescaped(char c) {
    switch (c) {
      case 'n':
        return "\n";
      case 't':
        return "\t";
      case '\n':
        return "";
      case '\\':
      case '\'':
      case '"':
        return std::string(1, c);
      default:
        return std::string("\\") + c;
    }
  }

  /// Strings that stand beside each other are one.
  std::optional<Data> string_literal() {
    std::string value;
    do {
      if (!quoted(value))
        return std::nullopt;
      skip_space();
    } while (!at_end() && (text_[at_] == '"' || text_[at_] == '\''));
    return Data(std::move(value));
  }

  std::optional<Data> number() {
    size_t begin = at_++;
    while (!at_end() && (is_name_char(text_[at_]) || text_[at_] == '.'))
      ++at_;
    std::string word = base::replace_all(text_.substr(begin, at_ - begin), "_", "");
    if (std::optional<int64_t> whole = base::parse_int(word))
      return Data(*whole);
    if (std::optional<double> real = base::parse_float(word))
      return Data(*real);
    return std::nullopt;
  }

  std::optional<Data> list(int depth) {
    bool is_tuple = text_[at_] == '(';
    char close = is_tuple ? ')' : ']';
    ++at_;
    DataList items;
    bool has_comma = false;
    while (!take(close)) {
      std::optional<Data> item = literal(depth + 1);
      if (!item)
        return std::nullopt;
      items.push_back(std::move(*item));
      if (take(',')) {
        has_comma = true;
        continue;
      }
      if (!take(close))
        return std::nullopt;
      break;
    }
    // One value in parentheses is that value.
    if (is_tuple && items.size() == 1 && !has_comma)
      return std::move(items.front());
    return Data(std::move(items));
  }

  std::optional<Data> dict(int depth) {
    ++at_;
    DataMap map;
    while (!take('}')) {
      std::optional<Data> key = literal(depth + 1);
      if (!key || !take(':'))
        return std::nullopt;
      std::optional<Data> value = literal(depth + 1);
      if (!value)
        return std::nullopt;
      map.set(python_str(*key), std::move(*value));
      if (take(','))
        continue;
      if (!take('}'))
        return std::nullopt;
      break;
    }
    return Data(std::move(map));
  }

  std::string_view text_;
  size_t at_ = 0;
};

struct PythonArguments {
  DataList positional;
  DataMap named;
};

/// The arguments behind an opening parenthesis.
std::optional<PythonArguments> read_arguments(PythonReader& reader) {
  PythonArguments made;
  while (!reader.take(')')) {
    PythonReader ahead = reader;
    std::string_view name = ahead.name();
    bool is_named = !name.empty() && ahead.take('=');
    if (is_named)
      reader = ahead;
    std::optional<Data> value = reader.literal();
    if (!value)
      return std::nullopt;
    if (is_named)
      made.named.set(name, std::move(*value));
    else
      made.positional.push_back(std::move(*value));
    if (reader.take(','))
      continue;
    if (!reader.take(')'))
      return std::nullopt;
    break;
  }
  return made;
}

void add_ref(const PythonArguments& arguments, context::Capture& capture) {
  manifest::RefCall call;
  const DataList& words = arguments.positional;
  if (words.size() > 1)
    call.package = python_str(words[0]);
  if (!words.empty())
    call.name = python_str(words.back());
  for (const char* key : {"v", "version"}) {
    if (const Data* version = arguments.named.find(key))
      call.version = *version;
  }
  capture.refs.push_back(std::move(call));
}

diag::Diagnostic failure(diag::SourceId source, size_t begin, size_t end, std::string message,
                         std::string_view legacy) {
  diag::Diagnostic d;
  d.code = diag::Code::PythonModel;
  d.message = std::move(message);
  d.span = {source, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
  d.hint = "write texts, numbers, lists and dicts";
  d.legacy_text = fmt::format("Parsing Error\n  {}", legacy);
  return d;
}

}  // namespace

diag::Status read_python_calls(std::string_view text, diag::SourceId source,
                               context::Capture& capture) {
  PythonReader reader(text);
  std::string_view word, before;
  while (reader.next(word)) {
    bool is_dbt = word == "dbt" && before != ".";
    before = word;
    if (!is_dbt || !reader.take('.'))
      continue;
    size_t begin = reader.position() - 4;
    std::string_view method = reader.name();
    before = method;
    bool is_known = method == "ref" || method == "source" || method == "config";
    if (!is_known || !reader.take('('))
      continue;
    std::optional<PythonArguments> arguments = read_arguments(reader);
    if (!arguments) {
      return failure(source, begin, reader.position(),
                     fmt::format("an argument of `dbt.{}` is no literal", method),
                     "Error when trying to literal_eval an arg to dbt.ref(), dbt.source(), "
                     "dbt.config() or dbt.config.get()");
    }
    if (method == "ref") {
      add_ref(*arguments, capture);
    } else if (method == "source" && arguments->positional.size() == 2) {
      capture.sources.push_back(
          {python_str(arguments->positional[0]), python_str(arguments->positional[1])});
    } else if (method == "config") {
      for (const auto& [key, value] : arguments->named)
        capture.config.set(key, value);
    }
  }
  return diag::Done{};
}

}  // namespace weft::parse
