#include "adapter/csv_reader.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "base/strings.h"

namespace weft::adapter {
namespace {

constexpr size_t kFirstBuffer = size_t{1} << 18;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool has_high_bit(std::string_view text) {
  size_t at = 0;
  uint64_t seen = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    seen |= word;
  }
  for (; at < text.size(); ++at)
    seen |= static_cast<unsigned char>(text[at]) & 0x80u;
  return (seen & 0x8080808080808080u) != 0;
}

}  // namespace

ByteSource bytes_of(std::string_view text) {
  return [rest = text](char* to, size_t size) mutable {
    size_t count = std::min(size, rest.size());
    std::memcpy(to, rest.data(), count);
    rest.remove_prefix(count);
    return count;
  };
}

CsvReader::CsvReader(ByteSource source, char delimiter)
    : source_(std::move(source)), delimiter_(delimiter), buffer_(kFirstBuffer, '\0') {}

/// Moves what is left to the front and reads behind it. The buffer doubles while one record fills
/// it, so that long records cost linear time.
void CsvReader::refill() {
  std::memmove(buffer_.data(), buffer_.data() + begin_, size_ - begin_);
  base_ += begin_;
  size_ -= begin_;
  begin_ = 0;
  if (size_ * 2 > buffer_.size())
    buffer_.resize(buffer_.size() * 2);
  // The buffer is filled whole, so that a source of small pieces does not make us look again and
  // again.
  while (size_ < buffer_.size() && !at_end_) {
    size_t count = source_(buffer_.data() + size_, buffer_.size() - size_);
    at_end_ = count == 0;
    size_ += count;
  }
}

bool CsvReader::next(std::vector<std::string_view>& fields) {
  if (!problem_.message.empty())
    return false;
  if (!started_) {
    while (size_ < kByteOrderMark.size() && !at_end_)
      refill();
    started_ = true;
    if (base::starts_with(std::string_view(buffer_.data(), size_), kByteOrderMark))
      begin_ = kByteOrderMark.size();
  }
  while (true) {
    if (begin_ == size_) {
      if (at_end_)
        return false;
      refill();
      continue;
    }
    size_t end = begin_;
    Outcome outcome = read_record(fields, end);
    if (outcome == Outcome::Problem)
      return false;
    if (outcome == Outcome::NeedMore) {
      refill();
      continue;
    }
    record_offset_ = base_ + begin_;
    std::string_view bytes(buffer_.data() + begin_, end - begin_);
    if (has_high_bit(bytes)) {
      if (std::optional<size_t> bad = base::find_invalid_utf8(bytes)) {
        fail("bytes that are not UTF-8", bytes.data() + *bad);
        return false;
      }
    }
    begin_ = end;
    return true;
  }
}

CsvReader::Outcome CsvReader::fail(std::string message, const char* at) {
  problem_.message = std::move(message);
  problem_.offset = base_ + static_cast<uint64_t>(at - buffer_.data());
  return Outcome::Problem;
}

/// Copies from behind an opening quote to behind the closing one.
const char* CsvReader::read_quoted(const char* at, const char* stop, char*& to, bool& closed) {
  closed = false;
  while (at < stop) {
    char c = *at++;
    if (c == '"') {
      if (at == stop || *at != '"') {
        closed = true;
        return at;
      }
      ++at;
    } else if (c == '\r') {
      // Line ends of all systems become one, as when Python reads a file.
      if (at < stop && *at == '\n')
        ++at;
      c = '\n';
    }
    *to++ = c;
  }
  return at;
}

CsvReader::Outcome CsvReader::read_record(std::vector<std::string_view>& fields, size_t& end) {
  fields.clear();
  if (scratch_.size() < buffer_.size())
    scratch_.resize(buffer_.size());
  char* to = scratch_.data();
  const char* stop = buffer_.data() + size_;
  const char* at = buffer_.data() + begin_;
  bool blank = *at == '\n' || *at == '\r';
  while (true) {
    const char* field = at;
    if (at < stop && *at == '"') {
      char* unquoted = to;
      bool closed = false;
      at = read_quoted(at + 1, stop, to, closed);
      if (!closed)
        return at_end_ ? fail("a quoted field that never ends", field) : Outcome::NeedMore;
      // What follows a closing quote belongs to the field and is taken as it stands.
      while (at < stop && *at != delimiter_ && *at != '\n' && *at != '\r')
        *to++ = *at++;
      fields.emplace_back(unquoted, static_cast<size_t>(to - unquoted));
    } else {
      while (at < stop && *at != delimiter_ && *at != '\n' && *at != '\r')
        ++at;
      fields.emplace_back(field, static_cast<size_t>(at - field));
    }
    // The byte behind the field, and behind a carriage return, must be known.
    if (at == stop || (*at == '\r' && at + 1 == stop)) {
      if (!at_end_)
        return Outcome::NeedMore;
    }
    if (std::memchr(field, '\0', static_cast<size_t>(at - field)) != nullptr)
      return fail("a NUL byte", field);
    if (at == stop || *at != delimiter_)
      break;
    ++at;
  }
  if (at < stop && *at++ == '\r' && at < stop && *at == '\n')
    ++at;
  if (blank)
    fields.clear();
  end = static_cast<size_t>(at - buffer_.data());
  return Outcome::Record;
}

}  // namespace weft::adapter
