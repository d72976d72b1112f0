// JSON documents as rows in COPY's text format.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapter/json_seed.h"
#include "diag/diagnostic.h"

namespace weft::adapter::postgres {

class JsonWriter {
 public:
  explicit JsonWriter(JsonRows rows) : rows_(std::move(rows)) {}

  /// The next rows; nothing at the end and after a problem.
  std::optional<std::string> next_chunk();
  const JsonProblem& problem() const { return rows_.problem(); }

 private:
  JsonRows rows_;
  std::vector<JsonField> fields_;
};

}  // namespace weft::adapter::postgres
