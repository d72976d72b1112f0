#include "diag/source.h"

#include <algorithm>

#include "base/strings.h"

namespace weft::diag {

const std::vector<uint32_t>& SourceText::line_starts() const {
  std::call_once(once_, [this] {
    line_starts_.push_back(0);
    for (size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1))
      line_starts_.push_back(static_cast<uint32_t>(at + 1));
  });
  return line_starts_;
}

Place SourceText::place(uint32_t offset) const {
  const std::vector<uint32_t>& starts = line_starts();
  offset = std::min(offset, static_cast<uint32_t>(text.size()));
  auto after = std::upper_bound(starts.begin(), starts.end(), offset);
  uint32_t start = *std::prev(after);
  std::string_view before = std::string_view(text).substr(start, offset - start);
  return {static_cast<uint32_t>(after - starts.begin()),
          static_cast<uint32_t>(base::utf8_length(before) + 1)};
}

std::string_view SourceText::line(uint32_t number) const {
  const std::vector<uint32_t>& starts = line_starts();
  if (number == 0 || number > starts.size())
    return {};
  uint32_t begin = starts[number - 1];
  size_t end = number < starts.size() ? starts[number] - 1 : text.size();
  std::string_view line = std::string_view(text).substr(begin, end - begin);
  if (!line.empty() && line.back() == '\r')
    line.remove_suffix(1);
  return line;
}

uint32_t SourceText::line_begin(uint32_t number) const {
  const std::vector<uint32_t>& starts = line_starts();
  if (number == 0)
    return 0;
  return number > starts.size() ? static_cast<uint32_t>(text.size()) : starts[number - 1];
}

SourceId Sources::add(std::string path, std::string text) {
  std::lock_guard lock(mutex_);
  texts_.emplace_back(std::move(path), std::move(text));
  return SourceId(texts_.size() - 1);
}

SourceId Sources::add_later(std::string path, std::function<std::string()> load) {
  std::lock_guard lock(mutex_);
  texts_.emplace_back(std::move(path), std::move(load));
  return SourceId(texts_.size() - 1);
}

void SourceText::load() {
  if (load_ != nullptr)
    std::call_once(loaded_, [this] { text = load_(); });
}

const SourceText& Sources::get(SourceId id) const {
  SourceText* found = nullptr;
  {
    // A deque keeps its elements where they are, but finding one is not safe while another is
    // added.
    std::lock_guard lock(mutex_);
    found = &texts_[id.index()];
  }
  found->load();
  return *found;
}

}  // namespace weft::diag
