// state:new, state:modified and their kin.
#include <fmt/format.h>

#include "base/strings.h"
#include "select/methods.h"
#include "select/state_compare.h"

namespace weft::select {
namespace {

using manifest::Node;

/// What a value of the method asks.
struct Question {
  std::string_view name;
  enum class Kind { New, Old, Modified, Unmodified, Aspect } kind;
  Aspect aspect = Aspect::Body;
};

constexpr Question kQuestions[] = {
    {"new", Question::Kind::New},
    {"old", Question::Kind::Old},
    {"modified", Question::Kind::Modified},
    {"unmodified", Question::Kind::Unmodified},
    {"modified.body", Question::Kind::Aspect, Aspect::Body},
    {"modified.configs", Question::Kind::Aspect, Aspect::Configs},
    {"modified.persisted_descriptions", Question::Kind::Aspect, Aspect::PersistedDescriptions},
    {"modified.relation", Question::Kind::Aspect, Aspect::Relation},
    {"modified.macros", Question::Kind::Aspect, Aspect::Macros},
    {"modified.contract", Question::Kind::Aspect, Aspect::Contract},
};

diag::Diagnostic unknown_question(const std::string& value) {
  std::vector<std::string> names;
  for (const Question& question : kQuestions)
    names.emplace_back(question.name);
  const auto near = base::nearest(value, names);
  return bad_value(
      fmt::format("the state cannot be asked for `{}`", value),
      near ? fmt::format("did you mean `{}`?", *near) : "it can be " + base::join(names, ", "),
      fmt::format("Got an invalid selector \"{}\", expected one of \"['{}']\"", value,
                  base::join(names, "', '")));
}

diag::Result<bool> answer(StateComparison& comparison, const Question& question, const Node& n) {
  switch (question.kind) {
    case Question::Kind::New:
      return comparison.before(n) == nullptr;
    case Question::Kind::Old:
      return comparison.before(n) != nullptr;
    case Question::Kind::Aspect:
      return comparison.is_modified_in(n, question.aspect);
    case Question::Kind::Modified:
    case Question::Kind::Unmodified:
      break;
  }
  diag::Result<bool> modified = comparison.is_modified(n);
  if (modified && question.kind == Question::Kind::Unmodified)
    *modified = !*modified;
  return modified;
}

}  // namespace

diag::Result<NodeSet> select_by_state(MethodContext& context, const Criterion& criterion) {
  if (context.state.manifest == nullptr)
    return missing_state(criterion, "manifest.json",
                         "Got a state selector method, but no comparison manifest");
  const std::string value = criterion.text();
  const Question* question = nullptr;
  for (const Question& one : kQuestions)
    if (one.name == value)
      question = &one;
  if (question == nullptr)
    return unknown_question(value);
  if (!context.comparison)
    context.comparison =
        std::make_unique<StateComparison>(context.manifest, *context.state.manifest, context.sink);
  const manifest::Manifest& m = context.manifest;
  NodeSet rows(m.nodes.size());
  for (size_t i = 0; i < m.nodes.size(); ++i) {
    if (!context.members.contains(manifest::NodeId(i)))
      continue;
    diag::Result<bool> is_member = answer(*context.comparison, *question, m.nodes[i]);
    if (!is_member)
      return std::move(is_member.error());
    if (*is_member)
      rows.insert(manifest::NodeId(i));
  }
  const bool looks_at_contracts =
      question->kind == Question::Kind::Modified || question->kind == Question::Kind::Unmodified ||
      (question->kind == Question::Kind::Aspect && question->aspect == Aspect::Contract);
  if (looks_at_contracts)
    if (auto status = context.comparison->check_removed(); !status)
      return std::move(status.error());
  return rows;
}

}  // namespace weft::select
