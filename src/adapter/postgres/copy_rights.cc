#include "adapter/postgres/copy_rights.h"

#include <fmt/format.h>

namespace weft::adapter::postgres {
namespace {

// Gives statements in order. {0} and {1} stand for the two relations as literals. What default
// privileges gave the new table goes first.
constexpr std::string_view kStatements = R"(
with old as (select * from pg_catalog.pg_class where oid = {0}::pg_catalog.regclass),
new as (select * from pg_catalog.pg_class where oid = {1}::pg_catalog.regclass),
grants as (
  select null::name as attname, a.ordinality as number, a.grantee, a.privilege_type, a.is_grantable
  from old, pg_catalog.aclexplode(old.relacl) with ordinality a where a.grantee <> old.relowner
  union all
  select c.attname, a.ordinality, a.grantee, a.privilege_type, a.is_grantable
  from old join pg_catalog.pg_attribute c on c.attrelid = old.oid and c.attnum > 0,
    pg_catalog.aclexplode(c.attacl) with ordinality a where a.grantee <> old.relowner
)
select sql from (
  select 1 as step, 0::bigint as number, pg_catalog.format('REVOKE ALL ON TABLE %s FROM %s', {1},
    case a.grantee when 0 then 'public'
      else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(a.grantee)) end) as sql
  from new, pg_catalog.aclexplode(new.relacl) a where a.grantee <> new.relowner
  union
  select 2, number, pg_catalog.format('GRANT %s%s ON TABLE %s TO %s%s', privilege_type,
    ' (' || pg_catalog.quote_ident(attname) || ')', {1},
    case grantee when 0 then 'public'
      else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) end,
    case when is_grantable then ' WITH GRANT OPTION' else '' end)
  from grants
  union all
  select 3, 0, pg_catalog.format('comment on table %s is %L', {1}, d.description)
  from old join pg_catalog.pg_description d on d.objoid = old.oid and d.objsubid = 0
    and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
) s order by step, number)";

}  // namespace

diag::Status copy_rights(PgConnection& connection, const Relation& from, const Relation& to) {
  diag::Result<RawRows> rows = connection.raw_or_rollback(
      fmt::format(kStatements, quote_literal(from.render_name()), quote_literal(to.render_name())));
  if (!rows)
    return rows.error();
  std::string sql;
  for (const auto& row : *rows)
    sql += row[0].value_or("") + ";\n";
  if (sql.empty())
    return diag::Done{};
  diag::Result<RawRows> done = connection.raw_or_rollback(sql);
  if (!done)
    return done.error();
  return diag::Done{};
}

}  // namespace weft::adapter::postgres
