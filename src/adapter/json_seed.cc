#include "adapter/json_seed.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>

#include <fmt/format.h>

#include "adapter/csv_file.h"
#include "base/strings.h"

namespace weft::adapter {
namespace {

using Columns = std::vector<std::pair<std::string, std::string>>;

/// Which kinds of values a top-level key has in the whole file.
enum Seen : uint8_t {
  kBoolean = 1,
  kInteger = 2,
  kBigint = 4,
  kHuge = 8,
  kFloat = 16,
  kString = 32,
  kNested = 64,
};

bool is_null(std::string_view value) { return value == "null"; }

uint8_t kind_of(std::string_view value) {
  switch (value.front()) {
    case '"':
      return kString;
    case '{':
    case '[':
      return kNested;
    case 't':
    case 'f':
      return kBoolean;
    default:
      break;
  }
  if (value.find_first_of(".eE") != std::string_view::npos)
    return kFloat;
  std::optional<int64_t> number = base::parse_int(value);
  if (!number)
    return kHuge;
  return *number >= INT32_MIN && *number <= INT32_MAX ? kInteger : kBigint;
}

std::string type_of(uint8_t seen) {
  constexpr uint8_t kNumbers = kInteger | kBigint | kHuge | kFloat;
  if ((seen & kNested) != 0)
    return "jsonb";
  if (seen == kBoolean)
    return "boolean";
  if (seen == 0 || (seen & ~kNumbers) != 0)
    return "text";
  if ((seen & kFloat) != 0)
    return "float8";
  return (seen & kHuge) != 0 ? "numeric" : (seen & kBigint) != 0 ? "bigint" : "integer";
}

diag::Diagnostic wrong_option(const std::string& found, const std::string& expected) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::SeedInvalid;
  diagnostic.message = fmt::format("`meta.weft_json` has {}, expected {}", found, expected);
  return diagnostic;
}

std::string shown(const base::Data& value) {
  return value.is_string() ? "`" + value.as_string() + "`" : "a value that is no text";
}

/// The keys of the file's objects in order of first appearance.
class KeyTable {
 public:
  /// False, and the document refused, when it is not an object with usable keys.
  bool look_at(JsonDocuments& documents, std::string_view text) {
    if (text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()), 1) != "{") {
      documents.refuse("is not a JSON object, which mode `columns` expects");
      return false;
    }
    for (const auto& [name, value] : json_members(text)) {
      if (name.empty()) {
        documents.refuse("has an empty key, which cannot name a column");
        return false;
      }
      auto [found, is_new] = rows_.try_emplace(name, seen_.size());
      if (is_new) {
        names_.push_back(name);
        seen_.push_back(0);
      }
      if (!is_null(value))
        seen_[found->second] |= kind_of(value);
    }
    return true;
  }

  Columns columns() const {
    Columns columns;
    for (size_t i = 0; i < names_.size(); ++i)
      columns.emplace_back(names_[i], type_of(seen_[i]));
    return columns;
  }

 private:
  std::unordered_map<std::string, size_t> rows_;
  std::vector<std::string> names_;
  std::vector<uint8_t> seen_;
};

}  // namespace

diag::Result<std::optional<JsonSeedOptions>> json_seed_options(const base::DataMap& config) {
  const base::Data* meta = config.find("meta");
  const base::Data* said = meta == nullptr ? nullptr : meta->get("weft_json");
  if (said == nullptr || said->is_null())
    return std::optional<JsonSeedOptions>{};
  if (!said->is_map())
    return wrong_option("no mapping", "`{mode: document}` or `{mode: columns}`");
  JsonSeedOptions options;
  for (const auto& [key, value] : said->as_map()) {
    bool is_text = value.is_string();
    if (key == "mode") {
      if (!is_text || (value.as_string() != "document" && value.as_string() != "columns"))
        return wrong_option("mode " + shown(value), "`document` or `columns`");
      options.mode = value.as_string() == "columns" ? JsonMode::Columns : JsonMode::Document;
    } else if (key == "on_error") {
      if (!is_text || (value.as_string() != "fail" && value.as_string() != "keep"))
        return wrong_option("on_error " + shown(value), "`fail` or `keep`");
      options.keep_malformed = value.as_string() == "keep";
    } else {
      return wrong_option(fmt::format("key `{}`", key), "`mode` or `on_error`");
    }
  }
  if (options.keep_malformed && options.mode == JsonMode::Columns)
    return wrong_option("on_error `keep` with mode `columns`", "mode `document` with it");
  return std::optional(options);
}

JsonDocuments json_documents(ByteSource source, const std::string& path,
                             const JsonSeedOptions& options) {
  return {std::move(source), json_layout(path).value_or(JsonLayout::Lines),
          !options.keep_malformed};
}

diag::Result<JsonScan> scan_json(const std::string& path, const JsonSeedOptions& options) {
  JsonScan scan;
  if (options.mode == JsonMode::Document) {
    scan.columns = {{"line", "bigint"}, {"payload", "jsonb"}};
    if (options.keep_malformed)
      scan.columns.back() = {"payload_text", "text"};
    return scan;
  }
  diag::Result<ByteSource> bytes = bytes_of_file(path);
  if (!bytes)
    return bytes.error();
  JsonDocuments documents = json_documents(std::move(*bytes), path, options);
  KeyTable keys;
  JsonDocument document;
  while (documents.next(document) && keys.look_at(documents, document.text)) {
  }
  scan.problem = documents.problem();
  scan.columns = keys.columns();
  return scan;
}

diag::Diagnostic json_problem(const std::string& path, const JsonProblem& problem) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::SeedInvalid;
  diagnostic.message = fmt::format("line {} of seed `{}` {}", problem.line, path, problem.message);
  return diagnostic;
}

JsonProblem place_of_row(std::string_view text, const std::string& path, int64_t row) {
  JsonSeedOptions options;
  options.keep_malformed = true;
  JsonDocuments documents = json_documents(bytes_of(text), path, options);
  JsonDocument document;
  for (int64_t i = 0; i < row; ++i) {
    if (!documents.next(document))
      return {};
  }
  documents.refuse("was refused");
  return documents.problem();
}

JsonRows::JsonRows(JsonDocuments documents, const JsonSeedOptions& options, const Columns& columns)
    : documents_(std::move(documents)), options_(options) {
  for (const auto& [name, type] : columns) {
    columns_.emplace(name, holds_json_.size());
    holds_json_.push_back(type == "jsonb" || type == "json");
  }
}

bool JsonRows::next(std::vector<JsonField>& fields) {
  JsonDocument document;
  if (!documents_.next(document))
    return false;
  fields.assign(holds_json_.size(), std::nullopt);
  if (options_.mode == JsonMode::Document) {
    fields[0] = std::to_string(document.number);
    fields[1] = std::string(document.text);
    return true;
  }
  for (const auto& [name, value] : json_members(document.text)) {
    auto found = columns_.find(name);
    if (found == columns_.end())
      continue;
    // Of two members with one name the last counts.
    JsonField& field = fields[found->second];
    if (is_null(value))
      field.reset();
    else if (value.front() == '"' && !holds_json_[found->second])
      field = json_string(value);
    else
      field = std::string(value);
  }
  return true;
}

}  // namespace weft::adapter
