// AdapterObject: `adapter` of the templates. Each method is a row of a table in one of the files
// adapter_pure.cc (needs no database, works while parsing), adapter_queries.cc,
// adapter_publish.cc, adapter_partition.cc and adapter_seed.cc.
#pragma once

#include <span>
#include <string_view>

#include "context/worker.h"

namespace weft::context {

using AdapterFunction = jinja::Value (*)(Worker& worker, const jinja::Arguments& arguments);

struct AdapterMethod {
  std::string_view name;
  AdapterFunction run;
  /// What the method gives while nodes are parsed; null when it runs then too.
  jinja::Value (*while_parsing)() = nullptr;
};

std::span<const AdapterMethod> pure_adapter_methods();
std::span<const AdapterMethod> query_adapter_methods();
std::span<const AdapterMethod> publish_adapter_methods();
std::span<const AdapterMethod> partition_adapter_methods();
std::span<const AdapterMethod> seed_adapter_methods();

/// The command's adapter; raises where no database may be asked.
adapter::Adapter& adapter_of(Worker& worker);
/// The relation that an argument of `function` holds; raises for any other value.
adapter::Relation relation_at(Worker& worker, const ArgumentReader& reader, size_t index,
                              std::string_view function);

/// Ends the render with a database's error, placed on the user's own line where that is known.
/// `sql` is what was sent.
[[noreturn]] void raise_database_error(Worker& worker, diag::Diagnostic error,
                                       std::string_view sql);

/// What dbt's AdapterResponse shows: prints as its message.
jinja::Value response_value(const adapter::Response& response);

}  // namespace weft::context
