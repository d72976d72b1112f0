#include "adapter/postgres/dependents.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "adapter/postgres/errors.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

// The rows all have the same columns: what, oid, level, direct, schema, name, owner, sql, extra.
// $S, $T and $B stand for the literals of schema, target and build.
constexpr std::string_view kRelations = R"(
with recursive rel as (
  select c.oid, c.relname, c.relkind, c.relispartition, c.relowner
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $S and c.relname in ($T, $B) and c.relkind not in ('i', 'I', 'c', 't')
), target as (
  select * from rel where relname = $T
), family(role, oid, schema, name, is_part) as (
  select case when relname = $T then 'target' else 'build' end, oid, $S::text, relname::text, false
  from rel where relkind in ('r', 'p', 'm')
  union all
  select case when rel.relname = $T then 'target' else 'build' end, c.oid, n.nspname::text,
    c.relname::text, true
  from rel
  join pg_catalog.pg_inherits i on i.inhparent = rel.oid
  join pg_catalog.pg_class c on c.oid = i.inhrelid and c.relispartition
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where rel.relkind = 'p'
), deps(oid, level) as (
  select oid, 0 from (
    select oid from target union select oid from family where is_part and role = 'target') s
  union
  select r.ev_class, deps.level + 1
  from deps
  join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::regclass
    and d.refobjid = deps.oid and d.classid = 'pg_catalog.pg_rewrite'::regclass
    and d.deptype = 'n'
  join pg_catalog.pg_rewrite r on r.oid = d.objid and r.rulename = '_RETURN'
    and r.ev_class <> deps.oid
), levels as (
  select oid, max(level) as level, bool_or(level = 1) as direct
  from deps where level > 0 group by oid
))";

constexpr std::string_view kFacts = R"(, facts as (
  select case when relname = $T then 'target' else 'build' end as what, oid, 0 as level,
    relispartition as direct, $S::text as schema, relname::text as name,
    pg_catalog.pg_get_userbyid(relowner)::text as owner, relkind::text as sql, ''::text as extra
  from rel
  union all
  select case c.relkind when 'm' then 'matview' else 'view' end, c.oid, l.level, l.direct,
    n.nspname, c.relname, pg_catalog.pg_get_userbyid(c.relowner),
    case when c.relkind = 'v' and l.direct then
      pg_catalog.format('create or replace view %I.%I%s as %s', n.nspname, c.relname,
        ' with (' || pg_catalog.array_to_string(c.reloptions, ', ') || ')',
        pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';'))
    else '' end, ''
  from levels l
  join pg_catalog.pg_class c on c.oid = l.oid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  union all
  select distinct 'function', p.oid, 1, true, n.nspname, p.proname,
    pg_catalog.pg_get_userbyid(p.proowner), pg_catalog.pg_get_functiondef(p.oid), ''
  from target t
  join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::regclass
    and d.refobjid = t.oid and d.classid = 'pg_catalog.pg_proc'::regclass and d.deptype = 'n'
  join pg_catalog.pg_proc p on p.oid = d.objid and p.prokind in ('f', 'p')
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  union all
  select distinct 'rule', c.oid, 1, true, n.nspname, c.relname,
    pg_catalog.pg_get_userbyid(c.relowner),
    pg_catalog.replace(pg_catalog.left(pg_catalog.pg_get_ruledef(r.oid), 12),
      'CREATE RULE', 'CREATE OR REPLACE RULE') ||
      pg_catalog.substr(pg_catalog.pg_get_ruledef(r.oid), 13), ''
  from target t
  join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::regclass
    and d.refobjid = t.oid and d.classid = 'pg_catalog.pg_rewrite'::regclass and d.deptype = 'n'
  join pg_catalog.pg_rewrite r on r.oid = d.objid and r.rulename <> '_RETURN'
    and r.ev_class <> t.oid
  join pg_catalog.pg_class c on c.oid = r.ev_class
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  union all
  select 'key', k.oid, 1, true, n.nspname, c.relname, pg_catalog.pg_get_userbyid(c.relowner),
    pg_catalog.format('alter table %I.%I add constraint %I %s', n.nspname, c.relname, k.conname,
      pg_catalog.pg_get_constraintdef(k.oid)) || coalesce(pg_catalog.format(
      '; comment on constraint %I on %I.%I is %L', k.conname, n.nspname, c.relname,
      pg_catalog.obj_description(k.oid, 'pg_constraint')), ''),
    pg_catalog.format('alter table %I.%I drop constraint %I', n.nspname, c.relname, k.conname)
  from target t
  join pg_catalog.pg_constraint k on k.confrelid = t.oid and k.contype = 'f'
    and k.conrelid <> t.oid and k.conparentid = 0
  join pg_catalog.pg_class c on c.oid = k.conrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  union all
  select 'sequence', s.oid, 0, true, n.nspname, s.relname, '',
    pg_catalog.format('alter sequence %I.%I owned by %I.%I.%I', n.nspname, s.relname, $S::text,
      $T::text, a.attname), ''
  from target t
  join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::regclass
    and d.refobjid = t.oid and d.classid = 'pg_catalog.pg_class'::regclass and d.deptype = 'a'
  join pg_catalog.pg_class s on s.oid = d.objid and s.relkind = 'S'
  join pg_catalog.pg_namespace n on n.oid = s.relnamespace
  join pg_catalog.pg_depend u on u.refclassid = 'pg_catalog.pg_class'::regclass
    and u.refobjid = s.oid and u.classid = 'pg_catalog.pg_attrdef'::regclass
  join pg_catalog.pg_attrdef f on f.oid = u.objid
  join rel b on b.oid = f.adrelid and b.relname = $B and b.relkind in ('r', 'p')
  join pg_catalog.pg_attribute a on a.attrelid = f.adrelid and a.attnum = f.adnum
  union all
  select 'attached', a.oid, 0, true, '', a.name, '', a.sql, a.kind from target t, lateral (
    select g.oid, 'trigger' as kind, g.tgname::text as name, pg_catalog.pg_get_triggerdef(g.oid) ||
      case g.tgenabled when 'O' then '' else pg_catalog.format(
        '; alter table %I.%I %s trigger %I', $S::text, $T::text, case g.tgenabled when 'D' then
        'disable' when 'A' then 'enable always' else 'enable replica' end, g.tgname) end as sql
    from pg_catalog.pg_trigger g where g.tgrelid = t.oid and not g.tgisinternal
      and not exists (select from pg_catalog.pg_trigger o join rel b on b.oid = o.tgrelid
        where b.relname = $B and o.tgname = g.tgname)
    union all
    select r.oid, 'rule', r.rulename, pg_catalog.pg_get_ruledef(r.oid)
    from pg_catalog.pg_rewrite r where r.ev_class = t.oid and r.rulename <> '_RETURN'
      and not exists (select from pg_catalog.pg_rewrite o join rel b on b.oid = o.ev_class
        where b.relname = $B and o.rulename = r.rulename)
    union all
    select p.oid, 'policy', p.polname, pg_catalog.format(
      'create policy %I on %I.%I as %s for %s to %s%s%s', p.polname, $S::text, $T::text,
      case when p.polpermissive then 'permissive' else 'restrictive' end,
      case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update'
        when 'd' then 'delete' else 'all' end,
      (select pg_catalog.string_agg(case u.role when 0 then 'public'
        else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(u.role)) end, ', ')
        from pg_catalog.unnest(p.polroles) as u(role)),
      ' using (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
      ' with check (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')')
    from pg_catalog.pg_policy p where p.polrelid = t.oid
      and not exists (select from pg_catalog.pg_policy o join rel b on b.oid = o.polrelid
        where b.relname = $B and o.polname = p.polname)
    union all
    select c.oid, 'row security', 'row level security', pg_catalog.format(
      'alter table %I.%I enable row level security', $S::text, $T::text) ||
      case when c.relforcerowsecurity then pg_catalog.format(
        '; alter table %I.%I force row level security', $S::text, $T::text) else '' end
    from pg_catalog.pg_class c where c.oid = t.oid and c.relrowsecurity
    union all
    select x.oid, 'statistics', x.stxname, pg_catalog.pg_get_statisticsobjdef(x.oid)
    from pg_catalog.pg_statistic_ext x where x.stxrelid = t.oid
    union all
    $PUBLICATIONS
  ) a
  union all
  select 'kept', 0, 0, true, '', '', '', k.sql, k.kind from (
    select o.*, b.oid as build_oid, b.relacl as build_acl, b.relowner as build_owner,
      b.relkind as build_kind
    from rel x join pg_catalog.pg_class o on o.oid = x.oid and x.relname = $T
    join rel y on y.relname = $B join pg_catalog.pg_class b on b.oid = y.oid) t, lateral (
    select 'owner' as kind, pg_catalog.format('alter table %I.%I owner to %I', $S::text, $T::text,
      pg_catalog.pg_get_userbyid(t.relowner)) as sql
    where t.relowner <> t.build_owner
      and pg_catalog.pg_has_role(current_user, t.relowner, 'MEMBER')
    union all
    select 'grant', pg_catalog.format('GRANT %s ON TABLE %I.%I TO %s%s', x.privilege_type,
      $S::text, $T::text, case x.grantee when 0 then 'public'
        else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) end,
      case when x.is_grantable then ' WITH GRANT OPTION' else '' end)
    from pg_catalog.aclexplode(t.relacl) x
    where x.grantee <> t.relowner and not exists (
      select from pg_catalog.aclexplode(t.build_acl) y where y.grantee = x.grantee
        and y.privilege_type = x.privilege_type and y.is_grantable >= x.is_grantable)
    union all
    select 'column grant', pg_catalog.format('GRANT %s (%I) ON TABLE %I.%I TO %s%s',
      x.privilege_type, a.attname, $S::text, $T::text, case x.grantee when 0 then 'public'
        else pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(x.grantee)) end,
      case when x.is_grantable then ' WITH GRANT OPTION' else '' end)
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_attribute n on n.attrelid = t.build_oid and n.attname = a.attname
      and not n.attisdropped
    cross join lateral pg_catalog.aclexplode(a.attacl) x
    where a.attrelid = t.oid and a.attacl is not null
    union all
    select case d.objsubid when 0 then 'comment' else 'column comment' end,
      case d.objsubid when 0 then pg_catalog.format('comment on %s %I.%I is %L',
        case t.build_kind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
        $S::text, $T::text, d.description)
      else pg_catalog.format('comment on column %I.%I.%I is %L', $S::text, $T::text, a.attname,
        d.description) end
    from pg_catalog.pg_description d
    left join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = d.objsubid
      and d.objsubid > 0
    left join pg_catalog.pg_attribute n on n.attrelid = t.build_oid and n.attname = a.attname
      and not n.attisdropped
    where d.objoid = t.oid and d.classoid = 'pg_catalog.pg_class'::regclass
      and (d.objsubid = 0 or n.attnum is not null) and not exists (
        select from pg_catalog.pg_description e where e.objoid = t.build_oid
          and e.classoid = d.classoid and e.objsubid = coalesce(n.attnum, 0))
  ) k
  union all
  select role || ' part', oid, 0, true, schema, name, '', 'partition', name
  from family where is_part
  union all
  select 'build part', i.indexrelid, 0, true, n.nspname, x.relname, '', 'index', f.name
  from family f
  join pg_catalog.pg_index i on i.indrelid = f.oid
  join pg_catalog.pg_class x on x.oid = i.indexrelid
  join pg_catalog.pg_namespace n on n.oid = x.relnamespace
  where f.role = 'build'
  union all
  select 'build part', k.oid, 0, true, f.schema, k.conname, '', 'constraint', f.name
  from family f
  join pg_catalog.pg_constraint k on k.conrelid = f.oid
  where f.role = 'build' and (k.contype = 'f' or (k.contype in ('c', 'n') and k.coninhcount = 0))
  union all
  select 'build part', x.oid, 0, true, n.nspname, x.relname, '', 'sequence', f.name
  from family f
  join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::regclass
    and d.refobjid = f.oid and d.classid = 'pg_catalog.pg_class'::regclass
    and d.deptype in ('a', 'i')
  join pg_catalog.pg_class x on x.oid = d.objid and x.relkind = 'S'
  join pg_catalog.pg_namespace n on n.oid = x.relnamespace
  where f.role = 'build'
))";

// Column lists and row filters of publications came with PostgreSQL 15.
constexpr std::string_view kPublications15 = R"(
    select p.oid, 'publication', p.pubname, pg_catalog.format(
      'alter publication %I add table %I.%I%s%s', p.pubname, $S::text, $T::text,
      (select ' (' || pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ') || ')'
        from pg_catalog.pg_attribute a where a.attrelid = t.oid and a.attnum = any (x.prattrs)),
      ' where (' || pg_catalog.pg_get_expr(x.prqual, x.prrelid) || ')')
    from pg_catalog.pg_publication_rel x
    join pg_catalog.pg_publication p on p.oid = x.prpubid where x.prrelid = t.oid)";
constexpr std::string_view kPublicationsBefore15 = R"(
    select p.oid, 'publication', p.pubname, pg_catalog.format(
      'alter publication %I add table %I.%I', p.pubname, $S::text, $T::text)
    from pg_catalog.pg_publication_rel x
    join pg_catalog.pg_publication p on p.oid = x.prpubid where x.prrelid = t.oid)";

constexpr std::string_view kDigest =
    "pg_catalog.md5(pg_catalog.string_agg(pg_catalog.concat_ws('|', what, oid, schema, name, "
    "owner, "
    "sql), E'\\n' order by what, oid, sql))";

/// One pass, so that a name with a `$T` in it is not filled in its turn.
std::string filled(std::string_view text, const Names& names, std::string_view digest = {}) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    char next = text[i] == '$' && i + 1 < text.size() ? text[i + 1] : '\0';
    if (next == 'S' || next == 'T' || next == 'B' || next == 'D') {
      out += quote_literal(next == 'S'   ? names.schema
                           : next == 'T' ? names.target
                           : next == 'B' ? names.build
                                         : digest);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string facts_text(int server_version) {
  std::string facts = base::replace_all(
      kFacts, "$PUBLICATIONS", server_version >= 150000 ? kPublications15 : kPublicationsBefore15);
  return std::string(kRelations) + facts;
}

std::string facts_sql(const Names& names, int server_version) {
  return filled(facts_text(server_version), names);
}

std::string query_of(std::string_view facts) {
  return fmt::format("{} select facts.*, (select {} from facts) from facts", facts, kDigest);
}

/// In force while facts are read: the path that names resolve by, and a plan that is made once.
std::string settings_sql(int server_version) {
  std::string sql = "set local search_path to pg_catalog, pg_temp;\n";
  if (server_version >= 120000)
    sql += "set local plan_cache_mode to force_generic_plan;\n";
  return sql;
}

/// The query as one that the session keeps: planning it takes several times as long as running it.
diag::Result<std::string> facts_query(PgConnection& connection, const Names& names) {
  int version = connection.server_version();
  std::string text = facts_text(version);
  for (auto [mark, parameter] :
       {std::pair{"$S", "$1"}, std::pair{"$T", "$2"}, std::pair{"$B", "$3"}})
    text = base::replace_all(text, mark, parameter);
  diag::Result<bool> kept = connection.keep_statement("weft_facts(name, name, name)",
                                                      settings_sql(version), query_of(text));
  if (!kept)
    return kept.error();
  if (!*kept)
    return query_of(facts_sql(names, version));
  return fmt::format("execute weft_facts({}, {}, {})", quote_literal(names.schema),
                     quote_literal(names.target), quote_literal(names.build));
}

/// One try at read_facts(). A failure leaves the caller's transaction as it was.
diag::Result<RawRows> ask_facts(PgConnection& connection, const Names& names) {
  diag::Result<std::string> query = facts_query(connection, names);
  if (!query)
    return query.error();
  // The settings are made for this message only: it is its own transaction, or a savepoint ends it.
  bool joins = connection.in_transaction();
  std::string sql = settings_sql(connection.server_version()) + *query;
  if (joins) {
    sql = fmt::format(
        "savepoint weft_facts; {}; rollback to savepoint weft_facts; release savepoint weft_facts",
        sql);
  }
  diag::Result<RawRows> rows = connection.raw(sql);
  if (rows || !joins || !connection.in_transaction())
    return rows;
  diag::Result<RawRows> undone =
      connection.raw("rollback to savepoint weft_facts; release savepoint weft_facts");
  return undone ? rows : undone;
}

uint32_t to_oid(const std::optional<std::string>& text) {
  return static_cast<uint32_t>(base::parse_int(text.value_or("0")).value_or(0));
}

std::optional<Dependent::Kind> kind_of(std::string_view what) {
  if (what == "view")
    return Dependent::Kind::View;
  if (what == "matview")
    return Dependent::Kind::MaterializedView;
  if (what == "function")
    return Dependent::Kind::Function;
  if (what == "rule")
    return Dependent::Kind::Rule;
  if (what == "key")
    return Dependent::Kind::ForeignKey;
  return std::nullopt;
}

Standing standing_of(const RawRow& row) {
  Standing standing;
  standing.oid = to_oid(row[1]);
  standing.is_partition = row[3] == "t";
  standing.owner = row[6].value_or("");
  standing.kind = row[7].value_or("r").at(0);
  return standing;
}

void add_fact(Facts& facts, const RawRow& row) {
  const std::string what = row[0].value_or("");
  if (what == "target") {
    facts.target = standing_of(row);
  } else if (what == "build") {
    facts.build = standing_of(row);
  } else if (what == "sequence") {
    facts.sequences.push_back(row[7].value_or(""));
  } else if (what == "kept") {
    const std::string word = row[8].value_or("");
    Kept::Kind kind = word == "owner"          ? Kept::Kind::Owner
                      : word == "grant"        ? Kept::Kind::Grant
                      : word == "column grant" ? Kept::Kind::ColumnGrant
                      : word == "comment"      ? Kept::Kind::Comment
                                               : Kept::Kind::ColumnComment;
    facts.kept.push_back({kind, row[7].value_or("")});
  } else if (what == "attached") {
    facts.attachments.push_back(
        {fmt::format("{} `{}`", row[8].value_or(""), row[5].value_or("")), row[7].value_or("")});
  } else if (what == "build part" || what == "target part") {
    const std::string word = row[7].value_or("");
    Part part;
    part.kind = word == "index"        ? Part::Kind::Index
                : word == "constraint" ? Part::Kind::Constraint
                : word == "sequence"   ? Part::Kind::Sequence
                                       : Part::Kind::Partition;
    part.schema = row[4].value_or("");
    part.name = row[5].value_or("");
    part.table = row[8].value_or("");
    (what == "build part" ? facts.build_parts : facts.target_partitions).push_back(std::move(part));
  } else if (std::optional<Dependent::Kind> kind = kind_of(what)) {
    Dependent dependent;
    dependent.kind = *kind;
    dependent.oid = to_oid(row[1]);
    dependent.level = static_cast<int>(base::parse_int(row[2].value_or("1")).value_or(1));
    dependent.is_direct = row[3] == "t";
    dependent.schema = row[4].value_or("");
    dependent.name = row[5].value_or("");
    dependent.owner = row[6].value_or("");
    dependent.repoint_sql = row[7].value_or("");
    dependent.detach_sql = row[8].value_or("");
    facts.dependents.push_back(std::move(dependent));
  }
}

}  // namespace

std::string Dependent::described() const {
  std::string path = fmt::format("`{}.{}`", schema, name);
  switch (kind) {
    case Kind::View:
      return "view " + path;
    case Kind::MaterializedView:
      return "materialized view " + path;
    case Kind::Function:
      return "function " + path;
    case Kind::Rule:
      return "a rule of " + path;
    case Kind::ForeignKey:
      break;
  }
  return "a foreign key of " + path;
}

std::string enter_settings_sql(int lock_timeout_ms) {
  return fmt::format(
      "select pg_catalog.set_config('weft.search_path', pg_catalog.current_setting('search_path'), "
      "true), pg_catalog.set_config('weft.lock_timeout', "
      "pg_catalog.current_setting('lock_timeout'), true); "
      "set local search_path to pg_catalog, pg_temp; set local lock_timeout to {};\n",
      lock_timeout_ms);
}

std::string leave_settings_sql() {
  return "select pg_catalog.set_config('search_path', "
         "pg_catalog.current_setting('weft.search_path'), "
         "true), pg_catalog.set_config('lock_timeout', "
         "pg_catalog.current_setting('weft.lock_timeout'), true);\n";
}

diag::Result<Facts> read_facts(PgConnection& connection, const Names& names) {
  diag::Result<RawRows> rows = ask_facts(connection, names);
  if (!rows && sqlstate_of(rows.error()) == "26000") {
    // A hook or macro threw away what the session kept.
    connection.forget_statements();
    rows = ask_facts(connection, names);
  }
  if (!rows)
    return rows.error();
  Facts facts;
  for (const RawRow& row : *rows) {
    add_fact(facts, row);
    facts.digest = row[9].value_or("");
  }
  std::sort(facts.dependents.begin(), facts.dependents.end(),
            [](const Dependent& a, const Dependent& b) {
              return a.level != b.level ? a.level > b.level : a.oid < b.oid;
            });
  // The owner comes before what only an owner may do.
  std::stable_sort(facts.kept.begin(), facts.kept.end(),
                   [](const Kept& a, const Kept& b) { return a.kind < b.kind; });
  return facts;
}

diag::Result<std::string> recheck_sql(PgConnection& connection, const Names& names,
                                      std::string_view digest) {
  int version = connection.server_version();
  std::string query = fmt::format(
      "{} select case when d = $D then 0 else ('{} ' || d)::pg_catalog.int4 end from (select {} as "
      "d from facts) x",
      facts_text(version), kChangedMark, kDigest);
  std::string kept_query = query;
  for (auto [mark, parameter] :
       {std::pair{"$S", "$1"}, std::pair{"$T", "$2"}, std::pair{"$B", "$3"}, std::pair{"$D", "$4"}})
    kept_query = base::replace_all(kept_query, mark, parameter);
  diag::Result<bool> kept = connection.keep_statement("weft_recheck(name, name, name, text)",
                                                      settings_sql(version), kept_query);
  if (!kept)
    return kept.error();
  if (!*kept)
    return filled(query, names, digest) + ";\n";
  std::string generic =
      version >= 120000 ? "set local plan_cache_mode to force_generic_plan;\n" : "";
  return generic + fmt::format("execute weft_recheck({}, {}, {}, {});\n",
                               quote_literal(names.schema), quote_literal(names.target),
                               quote_literal(names.build), quote_literal(digest));
}

std::string_view drop_words(char kind) {
  switch (kind) {
    case 'v':
      return "drop view";
    case 'm':
      return "drop materialized view";
    case 'f':
      return "drop foreign table";
    case 'S':
      return "drop sequence";
    default:
      return "drop table";
  }
}

RelationType relation_type_of(char kind) {
  switch (kind) {
    case 'v':
      return RelationType::View;
    case 'm':
      return RelationType::MaterializedView;
    default:
      return RelationType::Table;
  }
}

}  // namespace weft::adapter::postgres
