#include "context/event_time.h"

#include <algorithm>

#include "jinja/datetime.h"

namespace weft::context {
namespace {

using manifest::Node;
using manifest::ResourceType;

/// What utc_micros() gives for 1970-01-01: 0001-01-01 is day 1.
constexpr int64_t kUnixEpoch = 719163 * jinja::kMicrosPerDay;

/// Quoted when the column's properties, or the source's `quoting`, say so.
std::string field_name(const Node& target, const std::string& field) {
  std::optional<bool> quoted;
  for (const manifest::Column& column : target.columns) {
    if (column.name == field)
      quoted = column.quote;
  }
  const base::Data* of_source =
      target.source == nullptr ? nullptr : target.source->quoting.find("column");
  if (!quoted && of_source != nullptr && of_source->is_bool())
    quoted = of_source->as_bool();
  return quoted.value_or(false) ? adapter::quote_identifier(field) : field;
}

}  // namespace

jinja::DateTime utc_moment(int64_t time) {
  jinja::DateTime made;
  made.date = {1970, 1, 1};
  made.time = {};
  made.utc_offset = 0;
  made.zone = "UTC";
  return jinja::with_local_micros(made, time + kUnixEpoch).value_or(made);
}

int64_t time_of(const jinja::DateTime& moment) { return jinja::utc_micros(moment) - kUnixEpoch; }

std::optional<adapter::EventTimeFilter> event_time_filter(const Worker& worker,
                                                          const Node& target) {
  const Shared& shared = worker.shared();
  const NodeScope& scope = worker.scope();
  bool reads = scope.node != nullptr && (scope.node->type == ResourceType::Model ||
                                         scope.node->type == ResourceType::Snapshot);
  if (!reads || (!scope.batch && !shared.sample) || !target.config.valid())
    return std::nullopt;
  std::string field(shared.manifest.config_of(target).text("event_time"));
  if (field.empty())
    return std::nullopt;
  TimeWindow window = scope.batch ? scope.batch->window : *shared.sample;
  if (shared.sample) {
    window.start = std::max(window.start, shared.sample->start);
    window.end = std::min(window.end, shared.sample->end);
  }
  return adapter::EventTimeFilter{field_name(target, field),
                                  jinja::iso_text(utc_moment(window.start), ' '),
                                  jinja::iso_text(utc_moment(window.end), ' ')};
}

jinja::Value batch_value(const Batch& batch) {
  jinja::Value made = jinja::Value::dict();
  made.set_item("id", jinja::Value::string(batch.id));
  made.set_item("event_time_start", jinja::Value::date_time(utc_moment(batch.window.start)));
  made.set_item("event_time_end", jinja::Value::date_time(utc_moment(batch.window.end)));
  return made;
}

}  // namespace weft::context
