// Names of what belongs to a table: its partitions, and the indexes, constraints and sequences
// whose names PostgreSQL makes of the table's name. Those of a build relation are renamed when it
// is published.
#pragma once

#include <string>
#include <string_view>

#include "adapter/postgres/dependents.h"

namespace weft::adapter::postgres {

/// `name`, made by PostgreSQL of the name `built` of a build relation, as it would have made it of
/// `target`. Any other name as it is.
std::string renamed_after(std::string_view name, std::string_view built, std::string_view target);

/// The names of one publication. `shared` knows which of them were promised.
class PartNames {
 public:
  PartNames(Shared& shared, const Names& names, const Facts& facts)
      : shared_(shared), names_(names), facts_(facts) {}

  /// Behind the renaming of the tables: the old table's partitions give up the names that the new
  /// table's take.
  std::string partitions_sql() const;
  /// Behind the drop of the old table. A name that something else has is not taken.
  std::string others_sql() const;

 private:
  std::string final_table(const std::string& built) const;
  std::string final_name(const Part& part) const;

  Shared& shared_;
  const Names& names_;
  const Facts& facts_;
};

}  // namespace weft::adapter::postgres
