#include "jinja/search.h"

#include <algorithm>
#include <cstring>

#include "jinja/text.h"

namespace weft::jinja {

size_t find_text(std::string_view text, std::string_view needle, size_t from) {
  if (needle.size() < 2 || from > text.size()) {
    return text.find(needle, from);
  }
  const void* found = memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
  return found ? static_cast<size_t>(static_cast<const char*>(found) - text.data())
               : std::string_view::npos;
}

std::string replace_text(std::string_view text, std::string_view from, std::string_view to,
                         int64_t count) {
  auto left = count < 0 ? UINT64_MAX : static_cast<uint64_t>(count);
  std::string out;
  if (from.empty()) {
    size_t at = 0;
    while (left > 0) {
      out += to;
      --left;
      if (at >= text.size()) {
        return out;
      }
      size_t size = code_point_size(text, at);
      out += text.substr(at, size);
      at += size;
    }
    return out += text.substr(at);
  }
  size_t at = 0;
  for (; left > 0; --left) {
    size_t found = find_text(text, from, at);
    if (found == std::string_view::npos) {
      break;
    }
    out += text.substr(at, found - at);
    out += to;
    at = found + from.size();
  }
  return out += text.substr(at);
}

std::vector<std::string_view> split_text(std::string_view text, std::string_view separator,
                                         int64_t limit) {
  std::vector<std::string_view> parts;
  size_t at = 0;
  while (limit < 0 || static_cast<int64_t>(parts.size()) < limit) {
    size_t found = find_text(text, separator, at);
    if (found == std::string_view::npos) {
      break;
    }
    parts.push_back(text.substr(at, found - at));
    at = found + separator.size();
  }
  parts.push_back(text.substr(at));
  return parts;
}

std::vector<std::string_view> split_text_right(std::string_view text, std::string_view separator,
                                               int64_t limit) {
  std::vector<std::string_view> parts;
  std::string_view rest = text;
  while (limit < 0 || static_cast<int64_t>(parts.size()) < limit) {
    size_t found = rest.rfind(separator);
    if (found == std::string_view::npos) {
      break;
    }
    parts.push_back(rest.substr(found + separator.size()));
    rest = rest.substr(0, found);
  }
  parts.push_back(rest);
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::vector<std::string_view> split_space(std::string_view text, int64_t limit) {
  std::vector<std::string_view> parts;
  text = strip_space_left(text);
  while (!text.empty()) {
    if (limit >= 0 && static_cast<int64_t>(parts.size()) >= limit) {
      parts.push_back(strip_space_right(text));
      break;
    }
    size_t at = 0;
    while (at < text.size()) {
      size_t behind = at;
      if (is_space(next_code_point(text, behind))) {
        break;
      }
      at = behind;
    }
    parts.push_back(text.substr(0, at));
    text = strip_space_left(text.substr(at));
  }
  return parts;
}

std::vector<std::string_view> split_space_right(std::string_view text, int64_t limit) {
  std::vector<std::string_view> parts;
  text = strip_space_right(text);
  while (!text.empty()) {
    if (limit >= 0 && static_cast<int64_t>(parts.size()) >= limit) {
      parts.push_back(strip_space_left(text));
      break;
    }
    size_t at = text.size();
    while (at > 0) {
      size_t before = at;
      if (is_space(previous_code_point(text, before))) {
        break;
      }
      at = before;
    }
    parts.push_back(text.substr(at));
    text = strip_space_right(text.substr(0, at));
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

size_t count_text(std::string_view text, std::string_view needle) {
  if (needle.empty()) {
    return count_code_points(text) + 1;
  }
  size_t count = 0;
  for (size_t at = find_text(text, needle); at != std::string_view::npos;
       at = find_text(text, needle, at + needle.size())) {
    ++count;
  }
  return count;
}

std::string_view strip_set_left(std::string_view text, std::string_view set) {
  std::vector<char32_t> stripped = code_points(set);
  size_t at = 0;
  while (at < text.size()) {
    size_t behind = at;
    char32_t c = next_code_point(text, behind);
    if (std::find(stripped.begin(), stripped.end(), c) == stripped.end()) {
      break;
    }
    at = behind;
  }
  return text.substr(at);
}

std::string_view strip_set_right(std::string_view text, std::string_view set) {
  std::vector<char32_t> stripped = code_points(set);
  size_t end = text.size();
  while (end > 0) {
    size_t before = end;
    char32_t c = previous_code_point(text, before);
    if (std::find(stripped.begin(), stripped.end(), c) == stripped.end()) {
      break;
    }
    end = before;
  }
  return text.substr(0, end);
}

}  // namespace weft::jinja
