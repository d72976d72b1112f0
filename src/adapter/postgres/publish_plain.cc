#include "adapter/postgres/publish_plain.h"

#include <utility>

#include <fmt/format.h>

#include "adapter/relation.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

// o is the old relation, b the new one. What other objects depend on makes the drop fail; this is
// about what would go silently, or would stay behind.
constexpr std::string_view kCheck = R"(
select case when count(*) = 1 then 0 else ('weft: not plain ' || count(*))::pg_catalog.int4 end
from pg_catalog.pg_namespace n
join pg_catalog.pg_class o on o.relnamespace = n.oid and o.relname = $2
join pg_catalog.pg_class b on b.relnamespace = n.oid and b.relname = $3
where n.nspname = $1 and o.relkind = b.relkind and o.relkind in ('r', 'v')
  and o.relowner = b.relowner and o.relacl is not distinct from b.relacl
  and not (o.relispartition or o.relhastriggers or o.relrowsecurity)
  and not (b.relhasindex or b.relhastriggers or b.relchecks > 0)
  and (o.relkind = 'v' or not o.relhasrules)
  and not exists (select from pg_catalog.pg_rewrite r
    where r.ev_class = o.oid and r.rulename <> '_RETURN')
  and not exists (select from pg_catalog.pg_attribute a
    where a.attrelid = o.oid and a.attnum > 0 and a.attacl is not null)
  and not exists (select from pg_catalog.pg_description d
    where d.objoid = o.oid and d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass)
  and not exists (select from pg_catalog.pg_statistic_ext s where s.stxrelid = o.oid)
  and not exists (select from pg_catalog.pg_publication_rel p where p.prrelid = o.oid)
  and not exists (select from pg_catalog.pg_depend d
    where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid in (o.oid, b.oid)
      and d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjsubid > 0))";

}  // namespace

diag::Result<std::string> plain_check_sql(PgConnection& connection, std::string_view schema,
                                          std::string_view old_name, std::string_view new_name) {
  bool has_modes = connection.server_version() >= 120000;
  std::string generic = has_modes ? "set local plan_cache_mode to force_generic_plan;\n" : "";
  diag::Result<bool> kept =
      connection.keep_statement("weft_plain(name, name, name)", generic, std::string(kCheck));
  if (!kept)
    return kept.error();
  std::string first = quote_literal(schema), second = quote_literal(old_name),
              third = quote_literal(new_name);
  if (*kept)
    return generic + fmt::format("execute weft_plain({}, {}, {});\n", first, second, third);
  // One pass: a name may hold a mark.
  std::string text;
  for (size_t i = 0; i < kCheck.size(); ++i) {
    char next = kCheck[i] == '$' && i + 1 < kCheck.size() ? kCheck[i + 1] : '\0';
    if (next >= '1' && next <= '3') {
      text += next == '1' ? first : next == '2' ? second : third;
      ++i;
    } else {
      text += kCheck[i];
    }
  }
  return text + ";\n";
}

}  // namespace weft::adapter::postgres
