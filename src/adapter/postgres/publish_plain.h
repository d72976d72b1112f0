// The quick way of publishing: nothing stands on the old relation, nothing belongs to it, and the
// new one has nothing whose name would have to follow. That was seen when the run began; here the
// server looks again, under its locks, in the message that swaps.
#pragma once

#include <string>
#include <string_view>

#include "adapter/postgres/dependents.h"

namespace weft::adapter::postgres {

/// A query to be sent while the old relation, locked against everybody, and the new one have these
/// names: fails, with 22P02 (a text that is no number), unless both are as plain as said above.
diag::Result<std::string> plain_check_sql(PgConnection& connection, std::string_view schema,
                                          std::string_view old_name, std::string_view new_name);

}  // namespace weft::adapter::postgres
