// Rows of a stretch of time: what microbatch models and --sample read of their inputs.
#pragma once

#include "adapter/relation.h"
#include "context/worker.h"
#include "jinja/value.h"

namespace weft::context {

/// Microseconds since 1970 as a datetime in UTC. Times outside of the years 1 to 9999 become 1970.
jinja::DateTime utc_moment(int64_t time);
/// The opposite; a naive datetime counts as UTC.
int64_t time_of(const jinja::DateTime& moment);

/// The rows of `target` that the worker's model may read: those of its batch and of the sample.
/// Nothing when all may be read, which is so for targets without `event_time`.
std::optional<adapter::EventTimeFilter> event_time_filter(const Worker& worker,
                                                          const manifest::Node& target);

/// `model.batch` of templates: id, event_time_start, event_time_end.
jinja::Value batch_value(const Batch& batch);

}  // namespace weft::context
