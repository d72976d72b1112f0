#include "run/batches.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/event_time.h"
#include "jinja/datetime.h"

namespace weft::run {
namespace {

using jinja::DateTime;

using context::time_of;
using context::utc_moment;

int64_t begin_of(int year, int month, int day, int hour) {
  DateTime made;
  made.date = {year, month, day};
  made.time = {hour, 0, 0, 0};
  made.utc_offset = 0;
  return time_of(made);
}

diag::Diagnostic bad_sample(std::string message, std::string hint) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::FlagInvalid;
  diagnostic.legacy_text = "Runtime Error\n  " + message;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  return diagnostic;
}

/// `time` with another month or year; a day that the month lacks becomes its last.
int64_t shift_calendar(int64_t time, int64_t months) {
  DateTime moment = utc_moment(time);
  int64_t month = moment.date.year * 12 + moment.date.month - 1 + months;
  moment.date.year = static_cast<int>(std::clamp<int64_t>(month / 12, 1, 9999));
  moment.date.month = static_cast<int>(month % 12) + 1;
  moment.date.day =
      std::min(moment.date.day, jinja::days_in_month(moment.date.year, moment.date.month));
  return time_of(moment);
}

}  // namespace

std::optional<BatchSize> parse_batch_size(std::string_view word) {
  if (word == "hour")
    return BatchSize::Hour;
  if (word == "day")
    return BatchSize::Day;
  if (word == "month")
    return BatchSize::Month;
  if (word == "year")
    return BatchSize::Year;
  return std::nullopt;
}

int64_t truncate_time(int64_t time, BatchSize size) {
  DateTime moment = utc_moment(time);
  const jinja::Date& date = moment.date;
  switch (size) {
    case BatchSize::Hour:
      return begin_of(date.year, date.month, date.day, moment.time.hour);
    case BatchSize::Day:
      return begin_of(date.year, date.month, date.day, 0);
    case BatchSize::Month:
      return begin_of(date.year, date.month, 1, 0);
    case BatchSize::Year:
      break;
  }
  return begin_of(date.year, 1, 1, 0);
}

int64_t offset_time(int64_t time, BatchSize size, int64_t count) {
  int64_t begin = truncate_time(time, size);
  switch (size) {
    case BatchSize::Hour:
      return begin + count * 3600 * jinja::kMicrosPerSecond;
    case BatchSize::Day:
      return begin + count * jinja::kMicrosPerDay;
    case BatchSize::Month:
      return shift_calendar(begin, count);
    case BatchSize::Year:
      break;
  }
  return shift_calendar(begin, count * 12);
}

int64_t ceil_time(int64_t time, BatchSize size) {
  int64_t begin = truncate_time(time, size);
  return begin == time ? begin : offset_time(begin, size, 1);
}

std::vector<TimeWindow> batches_between(int64_t start, int64_t end, BatchSize size) {
  std::vector<TimeWindow> made;
  int64_t begin = start;
  do {
    int64_t next = offset_time(begin, size, 1);
    made.push_back({begin, next});
    begin = next;
  } while (begin < end);
  made.back().end = end;
  return made;
}

std::string batch_label(int64_t start, BatchSize size) {
  DateTime moment = utc_moment(start);
  std::string text = fmt::format("{:04}", moment.date.year);
  if (size != BatchSize::Year)
    text += fmt::format("-{:02}", moment.date.month);
  if (size == BatchSize::Day || size == BatchSize::Hour)
    text += fmt::format("-{:02}", moment.date.day);
  if (size == BatchSize::Hour)
    text += fmt::format("T{:02}", moment.time.hour);
  return text;
}

std::string batch_id(int64_t start, BatchSize size) {
  return base::replace_all(batch_label(start, size), "-", "");
}

std::optional<int64_t> parse_event_time(std::string_view text) {
  if (std::optional<DateTime> moment = jinja::parse_date_time(text))
    return time_of(*moment);
  std::optional<jinja::Date> date = jinja::parse_date(text);
  if (!date)
    return std::nullopt;
  return begin_of(date->year, date->month, date->day, 0);
}

diag::Result<TimeWindow> parse_sample(std::string_view text, int64_t now) {
  std::vector<std::string_view> parts = base::split(text, ' ');
  if (parts.size() != 2) {
    return bad_sample(fmt::format("Cannot load SAMPLE_WINDOW from '{}'. Must be of form 'DAYS_INT "
                                  "GRAIN_SIZE'.",
                                  text),
                      "for example: --sample \"3 days\"");
  }
  std::optional<int64_t> count = base::parse_int(parts[0]);
  if (!count) {
    return bad_sample(fmt::format("Unable to convert '{}' to an integer.", parts[0]),
                      "for example: --sample \"3 days\"");
  }
  std::string word = base::to_lower(parts[1]);
  while (!word.empty() && word.back() == 's')
    word.pop_back();
  std::optional<BatchSize> size = parse_batch_size(word);
  constexpr int64_t kMostBatches = 10'000'000;
  if (!size || *count > kMostBatches || *count < -kMostBatches) {
    return bad_sample(fmt::format("Invalid grain size '{}'. Must be one of ['hour', 'day', "
                                  "'month', 'year', 'hours', 'days', 'months', 'years'].",
                                  parts[1]),
                      "for example: --sample \"3 days\"");
  }
  int64_t start = *size == BatchSize::Hour ? now - *count * 3600 * jinja::kMicrosPerSecond
                  : *size == BatchSize::Day
                      ? now - *count * jinja::kMicrosPerDay
                      : shift_calendar(now, *size == BatchSize::Month ? -*count : -*count * 12);
  return TimeWindow{start, now};
}

std::string iso_utc(int64_t time) { return jinja::iso_text(utc_moment(time)); }

}  // namespace weft::run
