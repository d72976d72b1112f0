#include "adapter/json_documents.h"

#include <algorithm>

#include <fmt/format.h>

#include "adapter/json_check.h"
#include "base/json.h"
#include "base/paths.h"
#include "base/strings.h"

namespace weft::adapter {
namespace {

constexpr size_t kChunk = size_t{1} << 16;
constexpr std::string_view kBom = "\xef\xbb\xbf";
constexpr std::string_view kSpace = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  size_t begin = text.find_first_not_of(kSpace);
  return begin == std::string_view::npos
             ? std::string_view{}
             : text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

/// The end of the value that begins at `at`: of a string, of a bracket with all inside, of a word.
size_t end_of_value(std::string_view text, size_t at) {
  size_t depth = 0;
  bool quoted = false;
  for (; at < text.size(); ++at) {
    char c = text[at];
    if (quoted) {
      if (c == '\\')
        ++at;
      else if (c == '"')
        quoted = false;
      continue;
    }
    if (c == '"')
      quoted = true;
    else if (c == '{' || c == '[')
      ++depth;
    else if ((c == '}' || c == ']' || c == ',') && depth == 0)
      return at;
    else if (c == '}' || c == ']')
      --depth;
  }
  return text.size();
}

/// What is wrong with a text that must be stored; the byte in it, or none.
std::optional<std::pair<size_t, std::string>> unstorable(std::string_view text) {
  if (std::optional<size_t> bad = base::find_invalid_utf8(text))
    return std::pair(*bad, std::string("is not UTF-8"));
  if (size_t nul = text.find('\0'); nul != std::string_view::npos)
    return std::pair(nul, std::string("has a NUL byte"));
  return std::nullopt;
}

}  // namespace

std::optional<JsonLayout> json_layout(std::string_view path) {
  std::string_view extension = base::extension_of(path);
  if (extension == ".jsonl" || extension == ".ndjson")
    return JsonLayout::Lines;
  if (extension == ".json")
    return JsonLayout::Whole;
  return std::nullopt;
}

std::vector<std::string_view> json_elements(std::string_view text) {
  text = trimmed(text);
  if (text.empty() || text.front() != '[')
    return {text};
  std::vector<std::string_view> elements;
  for (size_t at = 1; at < text.size();) {
    size_t end = end_of_value(text, at);
    std::string_view element = trimmed(text.substr(at, end - at));
    if (!element.empty())
      elements.push_back(element);
    at = end + 1;
  }
  return elements;
}

std::vector<std::pair<std::string, std::string_view>> json_members(std::string_view object) {
  object = trimmed(object);
  std::vector<std::pair<std::string, std::string_view>> members;
  for (size_t at = object.find('"'); at < object.size(); at = object.find('"', at)) {
    size_t close = at + 1;
    while (close < object.size() && object[close] != '"')
      close += object[close] == '\\' ? size_t{2} : size_t{1};
    std::string name = json_string(object.substr(at, close + 1 - at));
    size_t begin = std::min(object.find(':', close), object.size() - 1) + 1;
    size_t end = end_of_value(object, begin);
    std::string_view value = trimmed(object.substr(begin, end - begin));
    if (value.empty())
      break;
    members.emplace_back(std::move(name), value);
    at = end;
  }
  return members;
}

std::string json_string(std::string_view quoted) {
  if (quoted.find('\\') == std::string_view::npos)
    return std::string(quoted.substr(1, quoted.size() - 2));
  std::variant<base::Data, base::JsonError> value = base::parse_json(quoted);
  const base::Data* data = std::get_if<base::Data>(&value);
  return data != nullptr && data->is_string() ? data->as_string() : std::string(quoted);
}

JsonDocuments::JsonDocuments(ByteSource source, JsonLayout layout, bool checked)
    : source_(std::move(source)), layout_(layout), checked_(checked) {}

bool JsonDocuments::next(JsonDocument& document) {
  if (!problem_.message.empty())
    return false;
  return layout_ == JsonLayout::Lines ? next_line(document) : next_element(document);
}

void JsonDocuments::refuse(std::string message) {
  problem_.message = std::move(message);
  locate(document_begin_, document_end_);
}

/// Lines are counted as they are read; of a whole file they are counted here.
void JsonDocuments::locate(uint64_t begin, uint64_t end) {
  problem_.begin = begin;
  problem_.end = end;
  problem_.line = line_;
  if (layout_ == JsonLayout::Whole) {
    auto stop = buffer_.begin() + static_cast<std::ptrdiff_t>(std::min(begin, buffer_.size()));
    problem_.line = std::count(buffer_.begin(), stop, '\n') + 1;
  }
}

bool JsonDocuments::refill() {
  if (at_end_)
    return false;
  base_ += begin_;
  buffer_.erase(0, begin_);
  begin_ = 0;
  size_t old_size = buffer_.size();
  buffer_.resize(old_size + std::max(kChunk, old_size));
  size_t count = source_(buffer_.data() + old_size, buffer_.size() - old_size);
  buffer_.resize(old_size + count);
  at_end_ = count == 0;
  return !at_end_;
}

bool JsonDocuments::read_line(std::string_view& line) {
  size_t searched = 0;
  size_t end = std::string::npos;
  while ((end = buffer_.find('\n', begin_ + searched)) == std::string::npos) {
    searched = buffer_.size() - begin_;
    if (!refill())
      break;
  }
  if (end == std::string::npos && begin_ == buffer_.size())
    return false;
  size_t stop = end == std::string::npos ? buffer_.size() : end;
  line = std::string_view(buffer_).substr(begin_, stop - begin_);
  document_begin_ = base_ + begin_;
  begin_ = end == std::string::npos ? stop : stop + 1;
  if (base::ends_with(line, "\r"))
    line.remove_suffix(1);
  document_end_ = document_begin_ + line.size();
  if (++line_ == 1 && base::starts_with(line, kBom))
    line.remove_prefix(kBom.size());
  return true;
}

bool JsonDocuments::next_line(JsonDocument& document) {
  std::string_view line;
  do {
    if (!read_line(line))
      return false;
  } while (trimmed(line).empty());
  if (auto bad = unstorable(line)) {
    refuse(fmt::format("{} at byte {}", bad->second, bad->first + 1));
    return false;
  }
  if (checked_) {
    if (std::optional<base::JsonError> error = check_json(line)) {
      refuse(fmt::format("is not JSON: {} at byte {}", error->message, error->offset + 1));
      return false;
    }
  }
  document = {line_, line};
  return true;
}

void JsonDocuments::read_whole() {
  is_read_ = true;
  while (refill()) {
  }
  std::string_view text = buffer_;
  if (base::starts_with(text, kBom))
    text.remove_prefix(kBom.size());
  size_t skipped = buffer_.size() - text.size();
  if (auto bad = unstorable(text)) {
    problem_.message = bad->second;
    locate(skipped + bad->first, skipped + bad->first + 1);
    return;
  }
  if (trimmed(text).empty())
    return;
  if (std::optional<base::JsonError> error = check_json(text)) {
    problem_.message = "is not JSON: " + error->message;
    locate(skipped + error->offset, skipped + error->offset + 1);
    return;
  }
  elements_ = json_elements(text);
}

bool JsonDocuments::next_element(JsonDocument& document) {
  if (!is_read_)
    read_whole();
  if (!problem_.message.empty() || next_element_ == elements_.size())
    return false;
  std::string_view element = elements_[next_element_++];
  document_begin_ = static_cast<uint64_t>(element.data() - buffer_.data());
  document_end_ = document_begin_ + element.size();
  document = {static_cast<int64_t>(next_element_), element};
  return true;
}

}  // namespace weft::adapter
