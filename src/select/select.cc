// Evaluation. Each criterion gives two sets: the rows it selects, with the tests that its mode of
// indirect selection adds, and the tests that still wait for other parents. Set operations work on
// both, and after each the waiting tests are looked at again. All steps are linear in rows and
// edges.
#include "select/select.h"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/strings.h"
#include "select/methods.h"
#include "select/spec.h"

namespace weft::select {
namespace {

using manifest::Node;
using manifest::NodeId;

struct Selected {
  NodeSet direct, waiting;
};

class Evaluator {
 public:
  Evaluator(const manifest::Manifest& manifest, const graph::Graph& graph,
            const Selectors& selectors, const Request& request, const State& state,
            diag::Sink& sink)
      : m_(manifest),
        graph_(graph),
        selectors_(selectors),
        request_(request),
        sink_(sink),
        context_(manifest, state, request, sink) {}

  /// The rows of the spec that the command can work on.
  diag::Result<NodeSet> final_rows(const Spec& spec) {
    diag::Result<Selected> selected = evaluate(spec);
    if (!selected)
      return std::move(selected.error());
    return filtered(std::move(selected->direct));
  }

  /// The rows of a selector, made once however often it is named.
  diag::Result<NodeSet> named_rows(const Selectors::Definition& definition) {
    if (auto known = named_.find(definition.name); known != named_.end())
      return known->second;
    if (std::find(open_.begin(), open_.end(), definition.name) != open_.end())
      return circle(definition.name);
    diag::Result<Spec> spec = spec_from_definition(definition.definition, request_.indirect);
    if (!spec)
      return std::move(spec.error());
    open_.push_back(definition.name);
    diag::Result<NodeSet> rows = final_rows(*spec);
    open_.pop_back();
    if (rows)
      named_.emplace(definition.name, *rows);
    return rows;
  }

  diag::Result<NodeSet> all_rows() {
    return filtered(rows_where(context_, [](const Node&) { return true; }));
  }

 private:
  diag::Result<Selected> evaluate(const Spec& spec) {
    if (spec.kind == Spec::Kind::Criterion)
      return evaluate_criterion(spec.criterion);
    Selected made{NodeSet(size()), NodeSet(size())};
    for (size_t i = 0; i < spec.parts.size(); ++i) {
      diag::Result<Selected> part = evaluate(spec.parts[i]);
      if (!part)
        return part;
      part->waiting |= part->direct;
      combine(spec.kind, i == 0, made, std::move(*part));
    }
    add_complete_tests(spec.indirect, made);
    if (spec.must_exist && made.direct.empty())
      warn_empty(spec);
    return made;
  }

  static void combine(Spec::Kind kind, bool is_first, Selected& made, Selected part) {
    if (is_first)
      made = std::move(part);
    else if (kind == Spec::Kind::Union) {
      made.direct |= part.direct;
      made.waiting |= part.waiting;
    } else if (kind == Spec::Kind::Intersection) {
      made.direct &= part.direct;
      made.waiting &= part.waiting;
    } else {
      made.direct -= part.direct;
      made.waiting -= part.waiting;
    }
  }

  diag::Result<Selected> evaluate_criterion(const Criterion& criterion) {
    diag::Result<NodeSet> found = criterion.method == "selector"
                                      ? select_by_selector(criterion)
                                      : (*find_method(criterion.method))(context_, criterion);
    if (!found)
      return std::move(found.error());
    NodeSet rows = with_neighbours(criterion, std::move(*found));
    rows &= context_.members;
    // What a named selector left out must not come back through its models.
    if (criterion.indirect == IndirectSelection::Empty || criterion.method == "selector")
      return Selected{std::move(rows), NodeSet(size())};
    return with_tests(criterion.indirect, std::move(rows));
  }

  NodeSet with_neighbours(const Criterion& criterion, NodeSet found) const {
    NodeSet rows = found;
    if (criterion.childrens_parents) {
      NodeSet below = graph_.descendants(found);
      below |= found;
      rows |= graph_.ancestors(below);
      rows |= below;
    }
    if (criterion.parents)
      rows |= graph_.ancestors(found, criterion.parents_depth);
    if (criterion.children)
      rows |= graph_.descendants(found, criterion.children_depth);
    return rows;
  }

  bool is_test(NodeId id) const {
    const ResourceType type = m_.node(id).type;
    return type == ResourceType::Test || type == ResourceType::UnitTest;
  }

  bool has_parents_in(NodeId id, const NodeSet& rows) const {
    const std::vector<NodeId>& parents = m_.node(id).depends_on;
    return std::all_of(parents.begin(), parents.end(),
                       [&](NodeId parent) { return rows.contains(parent); });
  }

  Selected with_tests(IndirectSelection mode, NodeSet rows) const {
    Selected made{rows, NodeSet(size())};
    NodeSet buildable(0);
    if (mode == IndirectSelection::Buildable) {
      buildable = graph_.ancestors(rows);
      buildable |= rows;
      buildable |=
          rows_where(context_, [](const Node& n) { return n.type == ResourceType::Source; });
    }
    for (NodeId id : rows.members())
      for (NodeId child : graph_.children(id)) {
        if (!is_test(child) || !context_.members.contains(child))
          continue;
        if (mode == IndirectSelection::Eager || has_parents_in(child, rows) ||
            (mode == IndirectSelection::Buildable && has_parents_in(child, buildable)))
          made.direct.insert(child);
        else
          made.waiting.insert(child);
      }
    return made;
  }

  /// Takes the waiting rows whose parents have been selected by now.
  void add_complete_tests(IndirectSelection mode, Selected& made) const {
    if (mode != IndirectSelection::Cautious && mode != IndirectSelection::Buildable)
      return;
    NodeSet parents = made.direct;
    if (mode == IndirectSelection::Buildable)
      parents |= graph_.ancestors(made.direct);
    for (NodeId id : made.waiting.members())
      if (!made.direct.contains(id) && is_executable_node(m_.node(id).type) &&
          has_parents_in(id, parents))
        made.direct.insert(id);
  }

  diag::Result<NodeSet> select_by_selector(const Criterion& criterion) {
    const std::string pattern = criterion.text();
    if (selectors_.definitions.empty())
      return unknown_selector(
          "Cannot use selector: method if selectors.yml is not provided",
          fmt::format("`{}` needs a selectors.yml, which is not there or empty", criterion.raw),
          "");
    NodeSet rows(size());
    bool found = false;
    for (const Selectors::Definition* definition : definitions_by_name()) {
      if (!base::matches_pattern(definition->name, pattern))
        continue;
      found = true;
      diag::Result<NodeSet> named = named_rows(*definition);
      if (!named)
        return named;
      rows |= *named;
    }
    if (!found)
      return unknown_selector(
          fmt::format("Selector '{}' did not match any selector in selectors.yml", pattern),
          fmt::format("no selector of selectors.yml is named `{}`", pattern), pattern);
    return rows;
  }

  std::vector<const Selectors::Definition*> definitions_by_name() const {
    std::vector<const Selectors::Definition*> sorted;
    for (const Selectors::Definition& definition : selectors_.definitions)
      sorted.push_back(&definition);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->name < b->name; });
    return sorted;
  }

  diag::Diagnostic unknown_selector(std::string legacy, std::string message,
                                    std::string_view name) const {
    diag::Diagnostic error;
    error.code = diag::Code::SelectorUnknown;
    error.message = std::move(message);
    error.legacy_text = std::move(legacy);
    std::vector<std::string> names;
    for (const Selectors::Definition& one : selectors_.definitions)
      names.push_back(one.name);
    if (auto near = base::nearest(name, names))
      error.hint = fmt::format("did you mean `{}`?", *near);
    else if (!names.empty())
      error.hint = "there are " + base::join(names, ", ");
    return error;
  }

  diag::Diagnostic circle(const std::string& name) const {
    std::string path;
    for (auto at = std::find(open_.begin(), open_.end(), name); at != open_.end(); ++at)
      path += fmt::format("`{}` -> ", *at);
    diag::Diagnostic error;
    error.code = diag::Code::SelectorFileInvalid;
    error.message = fmt::format("selectors refer to each other in a circle: {}`{}`", path, name);
    error.hint = "take one `method: selector` out of the circle";
    error.legacy_text = fmt::format("Circular dependency detected in selector: {}",
                                    base::python_str(find_selector(selectors_, name)->definition));
    return error;
  }

  void warn_empty(const Spec& spec) {
    diag::Diagnostic warning;
    warning.code = diag::Code::SelectsNothing;
    warning.message =
        fmt::format("The selection criterion '{}' does not match any enabled nodes", spec.raw);
    // Looking for a near name reads all names: not for each of a thousand words.
    constexpr size_t kMostHints = 20;
    if (spec.parts.size() == 1 && spec.parts.front().criterion.method == "fqn" &&
        ++hints_ <= kMostHints)
      warning.hint = name_hint(spec.parts.front().criterion.text());
    sink_.report(std::move(warning));
  }

  /// What a misspelt or disabled name may have meant.
  std::string name_hint(const std::string& name) const {
    if (base::has_wildcard(name) || name.empty())
      return "";
    std::vector<std::string> names;
    for (size_t i = 0; i < m_.nodes.size(); ++i) {
      const Node& n = m_.nodes[i];
      if (!is_refable(n.type))
        continue;
      if (n.name == name)
        return fmt::format("`{}` is disabled", n.unique_id);
      if (!m_.is_disabled(NodeId(i)))
        names.push_back(n.name);
    }
    const auto near = base::nearest(name, names);
    return near ? fmt::format("did you mean `{}`?", *near) : std::string();
  }

  /// Only the kinds of the command, without those that have nothing to run.
  NodeSet filtered(NodeSet rows) const {
    const auto has = [](const std::vector<ResourceType>& types, ResourceType type) {
      return std::find(types.begin(), types.end(), type) != types.end();
    };
    for (NodeId id : rows.members()) {
      const Node& n = m_.node(id);
      const bool is_wanted =
          (request_.resource_types.empty() || has(request_.resource_types, n.type)) &&
          !has(request_.exclude_resource_types, n.type);
      const bool is_empty = request_.drop_empty && is_executable_node(n.type) &&
                            n.type != ResourceType::Seed && base::trim(n.raw_code).empty();
      // A test of something that is not there.
      const bool is_off = n.type == ResourceType::Test && n.config.valid() &&
                          !m_.config_of(n).flag("enabled", true);
      if (!is_wanted || is_empty || is_off)
        rows.erase(id);
    }
    return rows;
  }

  size_t size() const { return m_.nodes.size(); }

  const manifest::Manifest& m_;
  const graph::Graph& graph_;
  const Selectors& selectors_;
  const Request& request_;
  diag::Sink& sink_;
  MethodContext context_;
  std::unordered_map<std::string, NodeSet> named_;
  size_t hints_ = 0;
  /// Selectors that are being evaluated, outermost first.
  std::vector<std::string> open_;
};

diag::Diagnostic no_such_selector(const Selectors& selectors, const std::string& name) {
  std::vector<std::string> names;
  for (const Selectors::Definition& one : selectors.definitions)
    names.push_back(one.name);
  diag::Diagnostic error;
  error.code = diag::Code::SelectorUnknown;
  error.message = fmt::format("there is no selector `{}`", name);
  if (auto near = base::nearest(name, names))
    error.hint = fmt::format("did you mean `{}`?", *near);
  else
    error.hint = names.empty() ? "selectors are defined in selectors.yml"
                               : "there are " + base::join(names, ", ");
  std::string listed;
  for (const std::string& one : names)
    listed += (listed.empty() ? "'" : ", '") + one + "'";
  error.legacy_text =
      fmt::format("Could not find selector named {}, expected one of [{}]", name, listed);
  return error;
}

void warn_ignored(diag::Sink& sink) {
  diag::Diagnostic warning;
  warning.code = diag::Code::SelectIgnored;
  warning.message =
      "The --select and --exclude arguments are being ignored for node selection because "
      "--selector is provided";
  sink.report(std::move(warning));
}

}  // namespace

const Selectors::Definition* find_selector(const Selectors& selectors, std::string_view name) {
  for (const Selectors::Definition& definition : selectors.definitions)
    if (definition.name == name)
      return &definition;
  return nullptr;
}

const Selectors::Definition* default_selector(const Selectors& selectors, const Request& request) {
  if (!request.selector.empty() || !request.select.empty() || !request.exclude.empty())
    return nullptr;
  for (const Selectors::Definition& definition : selectors.definitions)
    if (definition.is_default)
      return &definition;
  return nullptr;
}

diag::Result<NodeSet> select_nodes(const manifest::Manifest& manifest, const graph::Graph& graph,
                                   const Selectors& selectors, const Request& request,
                                   const State& state, diag::Sink& sink) {
  Evaluator evaluator(manifest, graph, selectors, request, state, sink);
  const Selectors::Definition* named = default_selector(selectors, request);
  if (!request.selector.empty()) {
    if (!request.select.empty() || !request.exclude.empty())
      warn_ignored(sink);
    named = find_selector(selectors, request.selector);
    if (named == nullptr)
      return no_such_selector(selectors, request.selector);
  }
  if (named != nullptr)
    return evaluator.named_rows(*named);
  if (request.select.empty() && request.exclude.empty())
    return evaluator.all_rows();
  std::vector<std::string> everything = {"fqn:*", "source:*"};
  diag::Result<Spec> included =
      spec_from_words(request.select.empty() ? everything : request.select, request.indirect);
  if (!included)
    return std::move(included.error());
  if (request.select.empty())
    for (Spec& part : included->parts)
      part.must_exist = false;
  diag::Result<Spec> excluded = spec_from_words(request.exclude, request.indirect);
  if (!excluded)
    return std::move(excluded.error());
  return evaluator.final_rows(difference_of(std::move(*included), std::move(*excluded)));
}

}  // namespace weft::select
