#include "adapter/postgres/recreate.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

// Gives (oid, step, number, sql). $O stands for the list of oids. The order of the steps matters:
// the owner comes before what only an owner may do, grants come last.
constexpr std::string_view kScripts = R"(
with views as (
  select c.*, pg_catalog.format('%I.%I', n.nspname, c.relname) as path
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.oid in ($O)
), steps(oid, step, number, sql) as (
  select oid, 0, 0, case relkind when 'v' then
      pg_catalog.format('create view %s%s as %s', path,
        ' with (' || pg_catalog.array_to_string(reloptions, ', ') || ')',
        pg_catalog.rtrim(pg_catalog.pg_get_viewdef(oid), ';'))
    else
      pg_catalog.format('create materialized view %s%s%s%s as %s with %s', path,
        (select pg_catalog.format(' using %I', amname) from pg_catalog.pg_am
          where pg_am.oid = relam),
        ' with (' || pg_catalog.array_to_string(reloptions, ', ') || ')',
        (select pg_catalog.format(' tablespace %I', spcname) from pg_catalog.pg_tablespace s
          where s.oid = reltablespace),
        pg_catalog.rtrim(pg_catalog.pg_get_viewdef(oid), ';'),
        case when relispopulated then 'data' else 'no data' end)
    end
  from views
  union all
  select oid, 1, 0, pg_catalog.format('alter table %s owner to %I', path,
    pg_catalog.pg_get_userbyid(relowner))
  from views where pg_catalog.pg_get_userbyid(relowner) <> current_user
  union all
  select v.oid, 2, a.attnum, pg_catalog.format('alter view %s alter column %I set default %s', path,
    a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid))
  from views v
  join pg_catalog.pg_attrdef d on d.adrelid = v.oid
  join pg_catalog.pg_attribute a on a.attrelid = v.oid and a.attnum = d.adnum
  union all
  select v.oid, 3, i.indexrelid::bigint, pg_catalog.pg_get_indexdef(i.indexrelid) ||
    case when i.indisclustered then
      pg_catalog.format('; alter materialized view %s cluster on %I', path, x.relname)
      else '' end ||
    coalesce(pg_catalog.format('; comment on index %I.%I is %L', n.nspname, x.relname,
      pg_catalog.obj_description(x.oid, 'pg_class')), '')
  from views v
  join pg_catalog.pg_index i on i.indrelid = v.oid
  join pg_catalog.pg_class x on x.oid = i.indexrelid
  join pg_catalog.pg_namespace n on n.oid = x.relnamespace
  union all
  select v.oid, 4, a.attnum, pg_catalog.format(
    'alter materialized view %s alter column %I set statistics %s', path, a.attname,
    a.attstattarget)
  from views v
  join pg_catalog.pg_attribute a on a.attrelid = v.oid and a.attnum > 0 and a.attstattarget >= 0
    and not a.attisdropped
  where v.relkind = 'm'
  union all
  select v.oid, 5, x.oid::bigint, pg_catalog.pg_get_statisticsobjdef(x.oid)
  from views v join pg_catalog.pg_statistic_ext x on x.stxrelid = v.oid
  union all
  select v.oid, 6, r.oid::bigint, pg_catalog.pg_get_ruledef(r.oid) || coalesce(pg_catalog.format(
    ' comment on rule %I on %s is %L', r.rulename, path,
    pg_catalog.obj_description(r.oid, 'pg_rewrite')), '')
  from views v join pg_catalog.pg_rewrite r on r.ev_class = v.oid and r.rulename <> '_RETURN'
  union all
  select v.oid, 7, g.oid::bigint, pg_catalog.pg_get_triggerdef(g.oid) || coalesce(pg_catalog.format(
    '; comment on trigger %I on %s is %L', g.tgname, path,
    pg_catalog.obj_description(g.oid, 'pg_trigger')), '')
  from views v join pg_catalog.pg_trigger g on g.tgrelid = v.oid and not g.tgisinternal
  union all
  select v.oid, 8, d.objsubid, case when d.objsubid = 0 then pg_catalog.format(
      'comment on %s %s is %L', case v.relkind when 'v' then 'view' else 'materialized view' end,
      path, d.description)
    else pg_catalog.format('comment on column %s.%I is %L', path, a.attname, d.description) end
  from views v
  join pg_catalog.pg_description d on d.objoid = v.oid
    and d.classoid = 'pg_catalog.pg_class'::regclass
  left join pg_catalog.pg_attribute a on a.attrelid = v.oid and a.attnum = d.objsubid
    and d.objsubid > 0
  union all
  select v.oid, 9, l.objsubid, pg_catalog.format('security label for %I on %s is %L', l.provider,
    case when l.objsubid > 0 then pg_catalog.format('column %s.%I', path, a.attname)
      when v.relkind = 'v' then 'view ' || path else 'materialized view ' || path end, l.label)
  from views v
  join pg_catalog.pg_seclabel l on l.objoid = v.oid and l.classoid = 'pg_catalog.pg_class'::regclass
  left join pg_catalog.pg_attribute a on a.attrelid = v.oid and a.attnum = l.objsubid
    and l.objsubid > 0
  union all
  -- Default privileges gave the new view grants that the old one need not have had.
  select v.oid, 10, 0, pg_catalog.format('revoke all on table %s from %s', path, (
    select pg_catalog.string_agg(distinct case x.grantee when 0 then 'public'
      else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) end, ', ')
    from pg_catalog.pg_default_acl f, pg_catalog.aclexplode(f.defaclacl) x
    where f.defaclrole = current_user::regrole and f.defaclobjtype = 'r'
      and f.defaclnamespace in (0, v.relnamespace) and x.grantee <> v.relowner))
  from views v
  where exists (select from pg_catalog.pg_default_acl f, pg_catalog.aclexplode(f.defaclacl) x
    where f.defaclrole = current_user::regrole and f.defaclobjtype = 'r'
      and f.defaclnamespace in (0, v.relnamespace) and x.grantee <> v.relowner)
  union all
  select v.oid, 11, 0, pg_catalog.format('revoke all on table %s from %I', path,
    pg_catalog.pg_get_userbyid(relowner))
  from views v where relacl is not null
  union all
  select v.oid, 12, pg_catalog.min(x.place), pg_catalog.format('grant %s on table %s to %s%s',
    pg_catalog.string_agg(x.privilege_type, ', '), path,
    case x.grantee when 0 then 'public'
      else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) end,
    case when x.is_grantable then ' with grant option' else '' end)
  -- In the order in which they stand in the list.
  from views v, pg_catalog.aclexplode(v.relacl) with ordinality
    x(grantor, grantee, privilege_type, is_grantable, place)
  group by v.oid, path, x.grantee, x.is_grantable
  union all
  select v.oid, 13, a.attnum * 1000 + x.place, pg_catalog.format(
    'grant %s (%I) on table %s to %s%s', x.privilege_type, a.attname, path, case x.grantee when 0 then 'public'
      else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) end,
    case when x.is_grantable then ' with grant option' else '' end)
  from views v
  join pg_catalog.pg_attribute a on a.attrelid = v.oid and a.attacl is not null
  cross join lateral pg_catalog.aclexplode(a.attacl) with ordinality
    x(grantor, grantee, privilege_type, is_grantable, place)
)
select oid, sql from steps order by oid, step, number, sql)";

}  // namespace

diag::Result<std::vector<Script>> read_scripts(PgConnection& connection,
                                               const std::vector<Dependent>& dependents) {
  std::string oids = "0";
  std::vector<Script> scripts;
  std::unordered_map<uint32_t, size_t> places;
  // Nearest first is the reverse of the order of locking.
  for (size_t i = dependents.size(); i-- > 0;) {
    if (!dependents[i].is_view_like())
      continue;
    oids += fmt::format(", {}", dependents[i].oid);
    places[dependents[i].oid] = scripts.size();
    scripts.push_back({dependents[i].oid, {}});
  }
  diag::Result<RawRows> rows = connection.raw(base::replace_all(kScripts, "$O", oids));
  if (!rows)
    return rows.error();
  for (const RawRow& row : *rows) {
    auto oid = static_cast<uint32_t>(base::parse_int(row[0].value_or("0")).value_or(0));
    if (auto place = places.find(oid); place != places.end() && row[1])
      scripts[place->second].statements.push_back(*row[1]);
  }
  return scripts;
}

}  // namespace weft::adapter::postgres
