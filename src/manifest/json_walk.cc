#include "manifest/json_walk.h"

#include <utility>
#include <variant>

#include "base/json.h"

namespace weft::manifest {

bool JsonWalk::fail(std::string problem) {
  if (problem_.empty())
    problem_ = std::move(problem);
  return false;
}

void JsonWalk::skip_space() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
    ++at_;
}

bool JsonWalk::take(char c) {
  skip_space();
  if (at_ >= text_.size() || text_[at_] != c)
    return false;
  ++at_;
  return true;
}

bool JsonWalk::at_map() {
  skip_space();
  return at_ < text_.size() && text_[at_] == '{';
}

bool JsonWalk::at_end() {
  skip_space();
  return at_ == text_.size();
}

bool JsonWalk::open_map() { return !failed() && (take('{') || fail("an object is expected")); }

bool JsonWalk::open_list() { return !failed() && (take('[') || fail("a list is expected")); }

std::optional<std::string> JsonWalk::next_key(bool first) {
  if (failed() || take('}'))
    return std::nullopt;
  if (!first && !take(',')) {
    fail("a comma or the end of the object is expected");
    return std::nullopt;
  }
  skip_space();
  base::Data key;
  if (at_ >= text_.size() || text_[at_] != '"') {
    fail("a key in quotes is expected");
    return std::nullopt;
  }
  if (!read(key))
    return std::nullopt;
  if (!take(':')) {
    fail("a colon is expected");
    return std::nullopt;
  }
  return key.as_string();
}

bool JsonWalk::next_item(bool first) {
  if (failed() || take(']'))
    return false;
  return first || take(',') || fail("a comma or the end of the list is expected");
}

bool JsonWalk::skip_string() {
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '\\') {
      ++at_;
    } else if (text_[at_] == '"') {
      ++at_;
      return true;
    }
  }
  at_ = text_.size();
  return fail("the text ends within a string");
}

bool JsonWalk::skip() {
  if (failed())
    return false;
  skip_space();
  size_t depth = 0;
  const size_t begin = at_;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      if (!skip_string())
        return false;
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at_;
    } else if (c == '}' || c == ']') {
      // At depth 0 this closes what is around the value.
      if (depth == 0)
        break;
      --depth;
      ++at_;
    } else if (c == ',' && depth == 0) {
      break;
    } else {
      ++at_;
      continue;
    }
    if (depth == 0)
      return true;
  }
  if (depth > 0)
    return fail("the text ends within a value");
  return at_ > begin || fail("a value is expected");
}

bool JsonWalk::read(base::Data& value) {
  if (failed())
    return false;
  skip_space();
  const size_t begin = at_;
  if (!skip())
    return false;
  auto parsed = base::parse_json(text_.substr(begin, at_ - begin));
  if (auto* error = std::get_if<base::JsonError>(&parsed)) {
    at_ = begin + error->offset;
    return fail(error->message);
  }
  value = std::move(std::get<base::Data>(parsed));
  return true;
}

}  // namespace weft::manifest
