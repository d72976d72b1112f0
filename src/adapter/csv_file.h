// CsvFile: a CSV file on the disk as a stream of bytes.
#pragma once

#include <memory>
#include <string>

#include "adapter/csv_reader.h"
#include "diag/diagnostic.h"

namespace weft::adapter {

/// The bytes of the file, which stays open as long as the source lives. A file that cannot be
/// opened is FileUnreadable; one that fails later ends early, as a short read does.
diag::Result<ByteSource> bytes_of_file(const std::string& path);

/// "row 3 of seed `x.csv` has a NUL byte" as a diagnostic.
diag::Diagnostic csv_problem(const std::string& path, int64_t row, const std::string& what);

}  // namespace weft::adapter
