// JSON seeds: what `meta.weft_json` asks for, and a file's documents as rows of a table.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapter/json_documents.h"
#include "base/data.h"
#include "diag/diagnostic.h"

namespace weft::adapter {

enum class JsonMode { Document, Columns };

struct JsonSeedOptions {
  JsonMode mode = JsonMode::Document;
  /// on_error: keep. Lines are loaded as text, whatever they hold.
  bool keep_malformed = false;
};

/// What a seed's configuration says in `meta.weft_json`: none when it says nothing, so that the
/// JSON files of a project that never heard of it stay what they are. A wrong value is SeedInvalid.
diag::Result<std::optional<JsonSeedOptions>> json_seed_options(const base::DataMap& config);

struct JsonScan {
  /// Name and SQL type in the order in which the file brings them.
  std::vector<std::pair<std::string, std::string>> columns;
  /// The message is empty when the file can be loaded.
  JsonProblem problem;
};

/// The columns of a file's rows. Only mode `columns` looks through the file, once, in memory that
/// does not grow with a file of lines. A file that cannot be opened is FileUnreadable.
diag::Result<JsonScan> scan_json(const std::string& path, const JsonSeedOptions& options);

/// A value of a row; none is null.
using JsonField = std::optional<std::string>;

class JsonRows {
 public:
  /// `columns` are name and SQL type, as the table has them. Columns of a JSON type get a value as
  /// it is written, others the text of a string.
  JsonRows(JsonDocuments documents, const JsonSeedOptions& options,
           const std::vector<std::pair<std::string, std::string>>& columns);

  /// Fills `fields`, one a column. False at the end of the file and after a problem.
  bool next(std::vector<JsonField>& fields);
  const JsonProblem& problem() const { return documents_.problem(); }

 private:
  JsonDocuments documents_;
  JsonSeedOptions options_;
  /// Places of the columns by their names.
  std::unordered_map<std::string, size_t> columns_;
  std::vector<bool> holds_json_;
};

/// "line 3 of seed `x.jsonl` is not JSON: ..." as a diagnostic.
diag::Diagnostic json_problem(const std::string& path, const JsonProblem& problem);

/// Where the row stands that is the n-th of the file: lines are counted from 1, blank ones are no
/// rows. The message is empty when there is no such row.
JsonProblem place_of_row(std::string_view text, const std::string& path, int64_t row);

/// The documents of an open file as these options read it.
JsonDocuments json_documents(ByteSource source, const std::string& path,
                             const JsonSeedOptions& options);

}  // namespace weft::adapter
