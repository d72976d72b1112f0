// Dependents: what stands on a relation that is to be replaced, read from the catalog.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapter/postgres/pg_connection.h"
#include "adapter/relation.h"

namespace weft::adapter::postgres {

struct Dependent {
  enum class Kind : uint8_t { View, MaterializedView, Function, Rule, ForeignKey };
  Kind kind = Kind::View;
  uint32_t oid = 0;
  /// Steps between it and the relation, the longest way.
  int level = 1;
  /// It names the relation itself, not only something between.
  bool is_direct = true;
  /// Of the view, of the rule's or foreign key's table, of the function.
  std::string schema, name, owner;
  /// Points it at whatever has the relation's name when this runs. For a materialized view empty.
  std::string repoint_sql;
  /// Foreign keys only: what must run before the old table can go.
  std::string detach_sql;

  /// "view `s.v`", for messages.
  std::string described() const;
  bool is_view_like() const { return kind == Kind::View || kind == Kind::MaterializedView; }
};

struct Standing {
  uint32_t oid = 0;
  /// pg_class.relkind.
  char kind = 'r';
  bool is_partition = false;
  std::string owner;
};

/// Something that belongs to the relation itself and would go with it.
struct Attachment {
  /// "trigger `t`".
  std::string described;
  std::string sql;
};

/// A partition, index, constraint or sequence that belongs to one of the two tables.
struct Part {
  enum class Kind : uint8_t { Partition, Index, Constraint, Sequence };
  Kind kind = Kind::Partition;
  std::string schema, name;
  /// The table or partition that it belongs to.
  std::string table;
};

/// A right or comment of the target that the build relation lacks.
struct Kept {
  enum class Kind : uint8_t { Owner, Grant, ColumnGrant, Comment, ColumnComment };
  Kind kind = Kind::Owner;
  /// Gives it to whatever has the target's name.
  std::string sql;
};

struct Facts {
  std::optional<Standing> target, build;
  /// In the order in which they must run.
  std::vector<Kept> kept;
  /// All of the build relation's.
  std::vector<Part> build_parts;
  /// The target's partitions.
  std::vector<Part> target_partitions;
  /// In the order in which they are locked: farthest first, then by oid.
  std::vector<Dependent> dependents;
  std::vector<Attachment> attachments;
  /// Statements that give the new relation what the old one owns and the new one's defaults draw
  /// from.
  std::vector<std::string> sequences;
  /// Of all the above.
  std::string digest;
};

/// Names of the two relations, which are in one schema.
struct Names {
  std::string schema, target, build;
};

/// Reads the facts, in one round trip and without locks.
diag::Result<Facts> read_facts(PgConnection& connection, const Names& names);

/// A query that fails, with kChangedMark in its message, unless the facts still have this digest.
/// To be sent between the settings of enter_settings_sql() and leave_settings_sql().
diag::Result<std::string> recheck_sql(PgConnection& connection, const Names& names,
                                      std::string_view digest);
inline constexpr std::string_view kChangedMark = "weft: dependents changed";

/// Statements that save the settings, then qualify every name in definitions; and that bring them
/// back.
std::string enter_settings_sql(int lock_timeout_ms);
std::string leave_settings_sql();

/// "drop table", "drop view", ... for a pg_class.relkind.
std::string_view drop_words(char kind);
RelationType relation_type_of(char kind);

}  // namespace weft::adapter::postgres
