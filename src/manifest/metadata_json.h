// The `metadata` map at the start of every artifact.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "manifest/json_text.h"
#include "manifest/manifest.h"

namespace weft::manifest {

/// Appends `"metadata": {...}` with the keys that all artifacts have. `schema` is the end of the
/// schema's address: "run-results/v6". The map is left open for more keys.
void open_metadata(JsonText& json, const Metadata& metadata, std::string_view schema);

/// "2026-01-31T12:30:00.5Z" without the fraction when it is zero, as Python's isoformat, and with
/// `suffix` for the zone: "Z" or "+00:00".
std::string iso_time(int64_t us, std::string_view suffix);

/// The microseconds since 1970 that such a text means, whatever its zone; nothing when it is no
/// time.
std::optional<int64_t> parse_iso_time(std::string_view text);

}  // namespace weft::manifest
