#include "adapter/postgres/json_rows.h"

#include "adapter/postgres/copy_text.h"

namespace weft::adapter::postgres {

std::optional<std::string> JsonWriter::next_chunk() {
  std::string out;
  while (out.size() < kCopyChunk && rows_.next(fields_)) {
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (i > 0)
        out += '\t';
      if (fields_[i])
        append_copy_text(out, *fields_[i]);
      else
        out += "\\N";
    }
    out += '\n';
  }
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

}  // namespace weft::adapter::postgres
