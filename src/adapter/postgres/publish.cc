// Publishing.
//
// The problem: a table is built anew beside the old one and must take its place. Renaming is quick,
// but views, foreign keys, rules and functions know relations by oid and would stay with the old
// one; dropping them with CASCADE, as dbt does, breaks their readers and loses those that nobody
// builds again; and every lock we wait for makes all later readers wait behind us.
//
// The method, in at most two round trips where nothing but views stands on the table:
//   1. Read, without locks, what there is and what stands on it, farthest first.
//   2. In one transaction (or a savepoint of the open one), with a lock timeout of one slice: lock
//   the
//      dependents from the farthest to the nearest (readers lock in the same direction, so no
//      deadlock), check that nothing changed since 1, rename old away and new in, point the
//      dependents at the new one, drop the old one without CASCADE, commit.
// A view is pointed at the new table by `create or replace view` with its own definition: it keeps
// its oid, so what stands on the view needs no touch and its owner, grants and comments stay. That
// works while its columns keep their types. If not, or for materialized views, all views on the way
// are dropped and made again from scripts read under their locks (recreate.cc). If a view cannot be
// made on the new table, because a column is gone, it may be left out only when this run builds it
// anew later; else everything is rolled back and the error names it. Whatever else still holds on
// to the old table makes its DROP fail, and that is an error, never a loss.
//
// A slice that was not enough, a deadlock, and a catalog that changed in between begin the attempt
// anew.
#include "adapter/postgres/publish.h"

#include <functional>
#include <utility>

#include <fmt/format.h>

#include "adapter/postgres/build_names.h"
#include "adapter/postgres/dependents.h"
#include "adapter/postgres/errors.h"
#include "adapter/postgres/part_names.h"
#include "adapter/postgres/publish_locks.h"
#include "adapter/postgres/publish_plain.h"
#include "adapter/postgres/recreate.h"
#include "base/strings.h"

namespace weft::adapter::postgres {
namespace {

using diag::Code;
using diag::Diagnostic;
using Kind = Dependent::Kind;

/// Attempts that may fail for what looks like a change of the catalog but may be something that
/// stays.
constexpr int kDoubtfulTries = 20;

/// How the dependents follow the table.
enum class Mode {
  /// There are none, as far as was known when the run began.
  Plain,
  /// `create or replace`, all in one message.
  Repoint,
  /// Drop and make again, all in one message.
  Recreate,
  /// The same one by one, so that the one that fails is known and may be left out.
  OneByOne,
};

/// What to make of a failed attempt.
enum class Verdict { Locked, Changed, Harder, Final };

std::string path_of(std::string_view schema, std::string_view name) {
  return quote_identifier(schema) + "." + quote_identifier(name);
}

class Publisher {
 public:
  Publisher(PgConnection& connection, const Relation& build, const Relation& target,
            const PublishContext& context)
      : connection_(connection),
        context_(context),
        build_(build),
        target_(target),
        names_{target.schema.value_or(""), target.identifier.value_or(""),
               build.identifier.value_or("")},
        commits_(context.commits_build && connection.in_transaction()),
        joins_(connection.in_transaction() && !commits_),
        target_path_(path_of(names_.schema, names_.target)),
        build_path_(path_of(names_.schema, names_.build)),
        old_name_(build_name(names_.schema, names_.target, connection.shared().run, "old")) {
    std::optional<uint32_t> plain = connection.shared().take_plain(names_.schema, names_.target);
    std::optional<Relation> known = connection.shared().cache.find(names_.schema, names_.target);
    if (plain && known && known->type == build.type) {
      mode_ = Mode::Plain;
      old_oid_ = *plain;
    }
  }

  diag::Status run();

 private:
  diag::Status commit_build();
  diag::Status prepare();
  diag::Result<std::string> plain_steps();
  diag::Status swap_plain();
  diag::Status attempt();
  diag::Status swap_alone();
  diag::Status swap_with_views();
  diag::Status send_last(const std::string& sql);
  diag::Status one_by_one(const std::vector<Script>& scripts, const std::string& drops);
  diag::Status make_or_leave(const Dependent& dependent, const std::string& sql);
  diag::Status refused(const Dependent& dependent, const Diagnostic& cause) const;
  Verdict judge(const Diagnostic& error);
  Diagnostic final_error(Diagnostic error) const;
  bool undo();
  void finish();
  bool was_published(const Diagnostic& error);
  bool another_stands_there();

  std::string open_sql() const;
  std::string close_sql() const;
  std::string lock_sql(bool all) const;
  std::string rename_sql() const;
  std::string drop_old_sql() const;
  std::string repoint_sql() const;
  std::string attach_sql() const;
  std::string kept_sql() const;
  bool carries_attachments() const;
  const Dependent* find_dependent(uint32_t oid) const;

  PgConnection& connection_;
  const PublishContext& context_;
  const Relation& build_;
  const Relation& target_;
  Names names_;
  /// The open transaction is still to be committed.
  bool commits_;
  bool joins_;
  std::string target_path_, build_path_, old_name_;
  Facts facts_;
  Mode mode_ = Mode::Repoint;
  int doubts_ = 0;
  /// The attempt began its transaction or savepoint.
  bool opened_ = false;
  bool drop_failed_ = false;
  uint32_t build_oid_ = 0;
  /// Known in mode Plain: the relation that is to be replaced.
  uint32_t old_oid_ = 0;
  /// Why mode Plain failed.
  std::optional<Diagnostic> plain_error_;
  /// Views left out because the run builds them later.
  std::vector<Relation> left_out_;
};

/// Every attempt is undone whole, also when it joins a transaction.
std::string Publisher::open_sql() const {
  return (joins_ ? std::string("savepoint weft_publish; ")
                 : std::string("begin isolation level read committed; ")) +
         enter_settings_sql(kLockSliceMs);
}

/// The number of the transaction that goes on saves a question when it is committed.
std::string Publisher::close_sql() const {
  return joins_ ? leave_settings_sql() +
                      "release savepoint weft_publish; "
                      "select pg_catalog.txid_current_if_assigned()"
                : std::string("commit");
}

/// False when the open transaction cannot be brought back to where it was before the attempt.
bool Publisher::undo() {
  diag::Result<RawRows> undone = connection_.raw(
      joins_ ? "rollback to savepoint weft_publish; release savepoint weft_publish" : "rollback");
  return undone.ok();
}

/// Changing the owner to who it is takes the strongest lock and does nothing else. LOCK TABLE would
/// go through a view to all tables under it.
std::string Publisher::lock_sql(bool all) const {
  std::string sql;
  for (const Dependent& dependent : facts_.dependents) {
    if (dependent.kind == Kind::Function || (!all && !dependent.is_direct))
      continue;
    sql += fmt::format("alter table {} owner to {};\n", path_of(dependent.schema, dependent.name),
                       quote_identifier(dependent.owner));
  }
  return sql;
}

std::string Publisher::rename_sql() const {
  std::string sql;
  if (facts_.target)
    sql = fmt::format("alter table {} rename to {};\n", target_path_, quote_identifier(old_name_));
  sql +=
      fmt::format("alter table {} rename to {};\n", build_path_, quote_identifier(names_.target));
  for (const std::string& sequence : facts_.sequences)
    sql += sequence + ";\n";
  return sql + PartNames(connection_.shared(), names_, facts_).partitions_sql();
}

/// What had names of the old relation can have them then.
std::string Publisher::drop_old_sql() const {
  std::string sql;
  if (facts_.target) {
    sql =
        fmt::format("{} {};\n", drop_words(facts_.target->kind), path_of(names_.schema, old_name_));
  }
  return sql + PartNames(connection_.shared(), names_, facts_).others_sql();
}

/// What keeps its oid: views, functions and rules are replaced in place, keys are dropped and
/// added.
std::string Publisher::repoint_sql() const {
  std::string sql;
  for (const Dependent& dependent : facts_.dependents) {
    if (!dependent.is_direct || (mode_ != Mode::Repoint && dependent.is_view_like()))
      continue;
    if (!dependent.detach_sql.empty())
      sql += dependent.detach_sql + ";\n";
    sql += dependent.repoint_sql + ";\n";
  }
  return sql;
}

bool Publisher::carries_attachments() const {
  if (!facts_.target || facts_.attachments.empty() || !context_.has_hooks)
    return false;
  auto is_table = [](char kind) { return kind == 'r' || kind == 'p'; };
  bool same_sort = facts_.target->kind == facts_.build->kind ||
                   (is_table(facts_.target->kind) && is_table(facts_.build->kind));
  return same_sort && !context_.has_hooks(target_);
}

std::string Publisher::attach_sql() const {
  std::string sql;
  if (carries_attachments()) {
    for (const Attachment& attachment : facts_.attachments)
      sql += attachment.sql + ";\n";
  }
  return sql;
}

std::string Publisher::kept_sql() const {
  std::string sql;
  for (const Kept& kept : facts_.kept) {
    bool wanted = kept.kind == Kept::Kind::Owner         ? context_.keeps_grants
                  : kept.kind == Kept::Kind::Grant       ? context_.keeps_grants
                  : kept.kind == Kept::Kind::ColumnGrant ? context_.keeps_grants
                  : kept.kind == Kept::Kind::Comment     ? context_.keeps_comment
                                                         : context_.keeps_column_comments;
    if (wanted)
      sql += kept.sql + ";\n";
  }
  return sql;
}

const Dependent* Publisher::find_dependent(uint32_t oid) const {
  for (const Dependent& dependent : facts_.dependents) {
    if (dependent.oid == oid)
      return &dependent;
  }
  return nullptr;
}

diag::Status Publisher::prepare() {
  diag::Result<Facts> facts = read_facts(connection_, names_);
  if (!facts)
    return facts.error();
  facts_ = std::move(*facts);
  if (!facts_.build && plain_error_)
    return *plain_error_;
  if (!facts_.build) {
    return plain_error(Code::DatabaseFailed,
                       fmt::format("`{}.{}`, built to become `{}`, does not exist", names_.schema,
                                   names_.build, names_.target));
  }
  build_oid_ = facts_.build->oid;
  if (facts_.target && facts_.target->is_partition) {
    return plain_error(Code::PublishRefused,
                       fmt::format("`{}.{}` is a partition of another table and cannot be replaced",
                                   names_.schema, names_.target),
                       "detach it first, or build the model under another name");
  }
  for (const Dependent& dependent : facts_.dependents) {
    if (mode_ == Mode::Repoint && dependent.is_direct && dependent.kind == Kind::MaterializedView)
      mode_ = Mode::Recreate;
  }
  return diag::Done{};
}

/// Sends the message that ends the attempt.
diag::Status Publisher::send_last(const std::string& sql) {
  diag::Result<RawRows> done = connection_.raw(sql);
  if (!done)
    return done.error();
  if (joins_ && !done->empty())
    connection_.remember_transaction(done->front().front().value_or(""));
  return diag::Done{};
}

/// A table gives its name free by going, which spares the server one of two renames. A view cannot
/// be locked without the tables under it, but by a rename.
diag::Result<std::string> Publisher::plain_steps() {
  bool is_view = build_.type == RelationType::View;
  std::string old_path = path_of(names_.schema, old_name_);
  diag::Result<std::string> check =
      is_view ? plain_check_sql(connection_, names_.schema, old_name_, names_.target)
              : plain_check_sql(connection_, names_.schema, names_.target, names_.build);
  if (!check)
    return check;
  std::string rename =
      fmt::format("alter table {} rename to {};\n", build_path_, quote_identifier(names_.target));
  if (is_view) {
    return fmt::format("alter table {} rename to {};\n{}{}drop view {};\n", target_path_,
                       quote_identifier(old_name_), rename, *check, old_path);
  }
  return fmt::format("lock table only {0} in access exclusive mode;\n{1}drop table {0};\n{2}",
                     target_path_, *check, rename);
}

/// Commit and swap in one message: the build is committed however the swap ends.
diag::Status Publisher::swap_plain() {
  diag::Result<std::string> steps = plain_steps();
  if (!steps)
    return steps.error();
  std::string sql = commits_ ? "COMMIT; " : "";
  sql += joins_
             ? open_sql()
             : fmt::format("begin isolation level read committed; set local lock_timeout to {};\n",
                           kLockSliceMs);
  sql += *steps + close_sql();
  if (std::exchange(commits_, false))
    connection_.ended_by_raw();
  opened_ = true;
  return send_last(sql);
}

diag::Status Publisher::commit_build() {
  return std::exchange(commits_, false) ? connection_.commit() : diag::Status(diag::Done{});
}

diag::Status Publisher::attempt() {
  opened_ = false;
  if (mode_ == Mode::Plain)
    return swap_plain();
  if (diag::Status committed = commit_build(); !committed)
    return committed;
  diag::Status ready = prepare();
  if (!ready)
    return ready;
  opened_ = true;
  return mode_ == Mode::Repoint ? swap_alone() : swap_with_views();
}

diag::Status Publisher::swap_alone() {
  std::string sql = open_sql();
  if (!facts_.dependents.empty()) {
    diag::Result<std::string> recheck = recheck_sql(connection_, names_, facts_.digest);
    if (!recheck)
      return recheck.error();
    sql += lock_sql(false) + *recheck;
  }
  sql += rename_sql() + repoint_sql() + drop_old_sql() + attach_sql() + kept_sql() + close_sql();
  return send_last(sql);
}

diag::Status Publisher::swap_with_views() {
  diag::Result<std::string> recheck = recheck_sql(connection_, names_, facts_.digest);
  if (!recheck)
    return recheck.error();
  std::string sql = open_sql() + lock_sql(true) + *recheck;
  diag::Result<RawRows> locked = connection_.raw(sql);
  if (!locked)
    return locked.error();
  diag::Result<std::vector<Script>> scripts = read_scripts(connection_, facts_.dependents);
  if (!scripts)
    return scripts.error();
  std::string drops;
  for (const Dependent& dependent : facts_.dependents) {
    if (dependent.is_view_like()) {
      drops += fmt::format("{} {};\n", drop_words(dependent.kind == Kind::View ? 'v' : 'm'),
                           path_of(dependent.schema, dependent.name));
    }
  }
  if (mode_ == Mode::OneByOne)
    return one_by_one(*scripts, drops);
  sql = drops + rename_sql();
  for (const Script& script : *scripts) {
    for (const std::string& statement : script.statements)
      sql += statement + ";\n";
  }
  sql += repoint_sql() + drop_old_sql() + attach_sql() + kept_sql() + close_sql();
  return send_last(sql);
}

diag::Status Publisher::one_by_one(const std::vector<Script>& scripts, const std::string& drops) {
  left_out_.clear();
  diag::Result<RawRows> renamed = connection_.raw(drops + rename_sql());
  if (!renamed)
    return renamed.error();
  for (const Script& script : scripts) {
    std::string sql;
    for (const std::string& statement : script.statements)
      sql += statement + ";\n";
    if (const Dependent* dependent = find_dependent(script.oid)) {
      diag::Status made = make_or_leave(*dependent, sql);
      if (!made)
        return made;
    }
  }
  for (const Dependent& dependent : facts_.dependents) {
    if (dependent.is_view_like() || !dependent.is_direct)
      continue;
    if (!dependent.detach_sql.empty()) {
      diag::Result<RawRows> detached = connection_.raw(dependent.detach_sql);
      if (!detached)
        return detached.error();
    }
    diag::Status made = make_or_leave(dependent, dependent.repoint_sql);
    if (!made)
      return made;
  }
  return send_last(drop_old_sql() + attach_sql() + kept_sql() + close_sql());
}

diag::Status Publisher::make_or_leave(const Dependent& dependent, const std::string& sql) {
  diag::Result<RawRows> made = connection_.raw(
      fmt::format("savepoint weft_dependent; {}; release savepoint weft_dependent", sql));
  if (made)
    return diag::Done{};
  if (sqlstate_of(made.error()) == "55P03" || made.error().code == Code::ConnectionLost)
    return made.error();
  Relation relation;
  relation.database = target_.database;
  relation.schema = dependent.schema;
  relation.identifier = dependent.name;
  relation.type = dependent.kind == Kind::View               ? RelationType::View
                  : dependent.kind == Kind::MaterializedView ? RelationType::MaterializedView
                  : dependent.kind == Kind::Function         ? RelationType::Function
                                                             : RelationType::Table;
  if (!context_.is_rebuilt_later || !context_.is_rebuilt_later(relation))
    return refused(dependent, made.error());
  diag::Result<RawRows> undone =
      connection_.raw("rollback to savepoint weft_dependent; release savepoint weft_dependent");
  if (!undone)
    return undone.error();
  if (dependent.is_view_like())
    left_out_.push_back(std::move(relation));
  return diag::Done{};
}

diag::Status Publisher::refused(const Dependent& dependent, const Diagnostic& cause) const {
  Diagnostic error = plain_error(
      Code::PublishRefused,
      fmt::format("`{}.{}` is not replaced: {} cannot be kept on the new relation: {}",
                  names_.schema, names_.target, dependent.described(), cause.message),
      fmt::format("change or drop {}, or select its model in the same run; nothing was changed",
                  dependent.described()));
  error.database = cause.database;
  if (error.database)
    error.database->position = 0;
  return error;
}

/// The old relation could not go: the server's detail names what holds on to it.
Diagnostic Publisher::final_error(Diagnostic error) const {
  if (error.code == Code::PublishRefused || sqlstate_of(error) != "2BP01")
    return error;
  std::string holders = base::replace_all(error.database->detail, old_name_, names_.target);
  Diagnostic refusal = plain_error(
      Code::PublishRefused,
      fmt::format("`{}.{}` is not replaced, because other objects depend on it: {}", names_.schema,
                  names_.target, base::collapse_whitespace(holders)),
      "drop them, or change them so that they do not depend on it; nothing was changed");
  refusal.database = std::move(error.database);
  refusal.database->position = 0;
  return refusal;
}

Verdict Publisher::judge(const Diagnostic& error) {
  std::string_view state = sqlstate_of(error);
  if (error.code == Code::PublishRefused || error.code == Code::ConnectionLost || state.empty())
    return Verdict::Final;
  if (state == "55P03" || state == "40P01")
    return Verdict::Locked;
  // Whatever it was, the long way finds out.
  if (mode_ == Mode::Plain && state != "57014")
    return Verdict::Harder;
  // Another publisher went first; that is progress, so only time limits how often.
  if (error.message.find(kChangedMark) != std::string::npos)
    return Verdict::Changed;
  bool changed = state == "23505" || state == "42P07" || state == "42809" || state == "XX000" ||
                 (state == "42P01" && mode_ == Mode::Repoint && facts_.dependents.empty());
  // What holds on to the old relation may have come after it was looked at; the second time it
  // stays.
  if (state == "2BP01" && !drop_failed_)
    drop_failed_ = changed = true;
  if (changed)
    return ++doubts_ < kDoubtfulTries ? Verdict::Changed : Verdict::Final;
  if (facts_.dependents.empty() || state == "2BP01" || state == "42501" || state == "57014" ||
      mode_ == Mode::OneByOne)
    return Verdict::Final;
  return Verdict::Harder;
}

void Publisher::finish() {
  RelationCache& cache = connection_.shared().cache;
  cache.remove(build_);
  Relation published = target_;
  published.type = facts_.build ? relation_type_of(facts_.build->kind) : build_.type;
  cache.add(published);
  for (const Relation& relation : left_out_)
    cache.remove(relation);
  if (facts_.target && !facts_.attachments.empty() && !carries_attachments() &&
      !context_.has_hooks) {
    std::string list;
    for (const Attachment& attachment : facts_.attachments)
      list += (list.empty() ? "" : ", ") + attachment.described;
    connection_.notice(
        fmt::format("`{}.{}` was replaced without its {}", names_.schema, names_.target, list));
  }
}

/// After a lost connection: the swap was committed when the new relation has the target's name.
bool Publisher::was_published(const Diagnostic& error) {
  if (error.code != Code::ConnectionLost || joins_ || (build_oid_ == 0 && old_oid_ == 0))
    return false;
  if (!connection_.ensure_open())
    return false;
  if (build_oid_ == 0)
    return another_stands_there();
  diag::Result<RawRows> rows = connection_.raw(
      fmt::format("select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = "
                  "c.relnamespace "
                  "where c.oid = {} and n.nspname = {} and c.relname = {}",
                  build_oid_, quote_literal(names_.schema), quote_literal(names_.target)));
  return rows && !rows->empty();
}

/// In mode Plain: the old relation is gone, the build relation is not there under its own name, and
/// something has the target's name.
bool Publisher::another_stands_there() {
  diag::Result<RawRows> rows = connection_.raw(fmt::format(
      "select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = "
      "c.relnamespace "
      "where n.nspname = {} and c.relname = {} and c.oid <> {} and not exists (select from "
      "pg_catalog.pg_class b where b.relnamespace = n.oid and b.relname = {})",
      quote_literal(names_.schema), quote_literal(names_.target), old_oid_,
      quote_literal(names_.build)));
  return rows && !rows->empty();
}

diag::Status Publisher::run() {
  LockWait wait(connection_.shared().credentials, connection_.shared().env);
  while (true) {
    diag::Status done = attempt();
    if (done) {
      finish();
      return done;
    }
    Diagnostic error = done.error();
    if (was_published(error)) {
      finish();
      return diag::Done{};
    }
    Verdict verdict = judge(error);
    if (opened_ && connection_.in_transaction() && !undo())
      verdict = Verdict::Final;
    if (verdict == Verdict::Locked && wait.rest())
      continue;
    if (verdict == Verdict::Locked) {
      std::vector<uint32_t> oids;
      if (facts_.target)
        oids.push_back(facts_.target->oid);
      else if (old_oid_ != 0)
        oids.push_back(old_oid_);
      for (const Dependent& dependent : facts_.dependents)
        oids.push_back(dependent.oid);
      return blocked_error(connection_, names_.schema, names_.target, oids);
    }
    if (verdict == Verdict::Changed && wait.rest())
      continue;
    if (verdict == Verdict::Harder) {
      if (mode_ == Mode::Plain)
        plain_error_ = error;
      mode_ = mode_ == Mode::Plain     ? Mode::Repoint
              : mode_ == Mode::Repoint ? Mode::Recreate
                                       : Mode::OneByOne;
      continue;
    }
    return final_error(std::move(error));
  }
}

}  // namespace

diag::Status publish(PgConnection& connection, const Relation& build, const Relation& target,
                     const PublishContext& context) {
  if (build.schema == target.schema && build.identifier == target.identifier) {
    // It was made in place, where nothing stood.
    Relation made = target;
    made.type = build.type;
    connection.shared().cache.add(made);
    return context.commits_build ? connection.commit() : diag::Status(diag::Done{});
  }
  if (build.schema != target.schema) {
    return plain_error(Code::PublishRefused,
                       fmt::format("`{}` and `{}` are in different schemas", build.render_name(),
                                   target.render_name()));
  }
  diag::Status open = connection.ensure_open();
  if (!open)
    return open;
  bool joined = connection.in_transaction();
  diag::Status done = Publisher(connection, build, target, context).run();
  if (!done && joined) {
    diag::Status rolled_back = connection.rollback();
    if (!rolled_back)
      return rolled_back;
  }
  return done;
}

}  // namespace weft::adapter::postgres
