// Batches of a microbatch model: stretches of time of one hour, day, month or year, in UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "context/scope.h"
#include "diag/diagnostic.h"

namespace weft::run {

using context::TimeWindow;

enum class BatchSize { Hour, Day, Month, Year };

std::optional<BatchSize> parse_batch_size(std::string_view word);

// Times are microseconds since 1970, of the years 1 to 9999.

/// The begin of the batch that holds `time`.
int64_t truncate_time(int64_t time, BatchSize size);
/// The begin of the batch that is `count` batches away from the one that holds `time`.
int64_t offset_time(int64_t time, BatchSize size, int64_t count);
/// `time` when a batch begins there, else the begin of the next batch.
int64_t ceil_time(int64_t time, BatchSize size);

/// Neighbouring windows from `start` to `end`, at least one; the last ends at `end`.
std::vector<TimeWindow> batches_between(int64_t start, int64_t end, BatchSize size);

/// "2024-01-31", "2024-01-31T07", "2024-01" or "2024".
std::string batch_label(int64_t start, BatchSize size);
/// The same without dashes, for names.
std::string batch_id(int64_t start, BatchSize size);

/// An ISO date or datetime; UTC unless it names an offset.
std::optional<int64_t> parse_event_time(std::string_view text);
/// The window "3 days" (hour, day, month or year, one or many) that ends at `now`. The error says
/// which half cannot be read.
diag::Result<TimeWindow> parse_sample(std::string_view text, int64_t now);

/// "2024-01-31T07:00:00+00:00", as results hold it.
std::string iso_utc(int64_t time);

}  // namespace weft::run
