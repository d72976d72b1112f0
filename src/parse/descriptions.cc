#include "parse/descriptions.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "base/strings.h"
#include "base/text_list.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataMap;
using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

/// The block that doc(name) or doc(package, name) means in a file of `package`; null for none.
const manifest::DocBlock* find_doc(const State& state, const std::string& package,
                                   std::span<const std::string> names) {
  std::vector<std::string> packages;
  if (names.size() == 2) {
    packages = {names.front()};
  } else {
    packages = {package};
    for (const config::Project* project : state.projects)
      packages.push_back(project->name);
  }
  for (const std::string& searched : packages) {
    auto found = state.docs.find(searched + "." + names.back());
    if (found != state.docs.end())
      return &state.result->manifest.docs[found->second];
  }
  return nullptr;
}

/// doc(name) and doc(package, name).
class DocFunction final : public jinja::Object {
 public:
  DocFunction(const State& state, std::string package)
      : state_(state), package_(std::move(package)) {}
  std::string_view type_name() const override { return "doc"; }
  bool is_callable() const override { return true; }

  Value call(Interpreter& interpreter, const Arguments& arguments) override {
    size_t count = arguments.positional.size();
    if (count != 1 && count != 2) {
      interpreter.raise("CompilationError",
                        fmt::format("doc() takes one or two names, found {}", count));
    }
    std::vector<std::string> names;
    for (const Value& argument : arguments.positional)
      names.push_back(argument.str());
    if (const manifest::DocBlock* doc = find_doc(state_, package_, names))
      return Value::string(doc->block_contents);
    raise_unknown(interpreter, names.back());
  }

 private:
  [[noreturn]] void raise_unknown(Interpreter& interpreter, const std::string& name) const {
    std::vector<std::string> names;
    for (const manifest::DocBlock& doc : state_.result->manifest.docs)
      names.push_back(doc.name);
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::UnknownDoc;
    diagnostic.message = fmt::format("`doc` names unknown docs block `{}`", name);
    if (std::optional<std::string> near = base::nearest(name, names))
      diagnostic.hint = fmt::format("did you mean `{}`?", *near);
    diagnostic.legacy_text =
        fmt::format("Compilation Error\n  Documentation for '{}' not found", name);
    interpreter.raise(std::move(diagnostic));
  }

  const State& state_;
  std::string package_;
};

/// The texts of "'a', \"b\"" when there is nothing but such constants; else none.
std::vector<std::string> constants(std::string_view list) {
  std::vector<std::string> made;
  while (true) {
    list = base::trim(list);
    size_t end = list.empty() ? std::string_view::npos : list.find(list.front(), 1);
    if (end == std::string_view::npos || (list.front() != '\'' && list.front() != '"'))
      return {};
    made.emplace_back(list.substr(1, end - 1));
    list = base::trim(list.substr(end + 1));
    if (list.empty())
      return made;
    if (list.front() != ',')
      return {};
    list.remove_prefix(1);
  }
}

/// The blocks that a description shows whole, `{{ doc('x') }}`: those alone stand in the manifest.
void add_shown_docs(const State& state, const std::string& package, std::string_view text,
                    std::vector<std::string>& blocks) {
  constexpr std::string_view kCall = "doc";
  for (size_t begin = text.find("{{"); begin != std::string_view::npos;
       begin = text.find("{{", begin + 2)) {
    size_t end = text.find("}}", begin);
    if (end == std::string_view::npos)
      return;
    std::string_view tag = text.substr(begin + 2, end - begin - 2);
    if (base::starts_with(tag, "-"))
      tag.remove_prefix(1);
    if (base::ends_with(tag, "-"))
      tag.remove_suffix(1);
    tag = base::trim(tag);
    if (!base::starts_with(tag, kCall) || !base::ends_with(tag, ")"))
      continue;
    tag = base::trim(tag.substr(kCall.size(), tag.size() - kCall.size() - 1));
    if (!base::starts_with(tag, "("))
      continue;
    std::vector<std::string> names = constants(tag.substr(1));
    if (names.empty() || names.size() > 2)
      continue;
    if (const manifest::DocBlock* doc = find_doc(state, package, names))
      blocks.push_back(doc->unique_id);
  }
}

std::optional<std::string> optional_text(const Data& data, std::string_view key) {
  const Data* value = data.get(key);
  if (value == nullptr || value->is_null())
    return std::nullopt;
  return python_str(*value);
}

void append_unique(std::vector<std::string>& list, const std::vector<std::string>& more) {
  for (const std::string& item : more) {
    if (std::find(list.begin(), list.end(), item) == list.end())
      list.push_back(item);
  }
}

bool is_known_column_key(std::string_view key) {
  constexpr std::array<std::string_view, 15> kKnown = {
      "name",        "description", "data_type", "constraints", "quote",
      "tags",        "meta",        "config",    "tests",       "data_tests",
      "granularity", "dimension",   "entity",    "doc_blocks",  "docs"};
  return std::find(kKnown.begin(), kKnown.end(), key) != kKnown.end();
}

manifest::Column read_column(const Data& data, const std::string& package, diag::Span span,
                             DescriptionRenderer& descriptions) {
  manifest::Column column;
  column.name = optional_text(data, "name").value_or("");
  column.description =
      descriptions.render(description_text(data), package, span, column.doc_blocks);
  column.data_type = optional_text(data, "data_type");
  column.constraints = read_constraints(data);
  if (const Data* quote = data.get("quote"); quote != nullptr && quote->is_bool())
    column.quote = quote->as_bool();
  column.granularity = optional_text(data, "granularity");
  const Data* config = data.get("config");
  for (const Data* holder : {&data, config}) {
    if (holder == nullptr || !holder->is_map())
      continue;
    append_unique(column.tags, base::text_list(holder->get("tags")));
    if (const Data* meta = holder->get("meta"); meta != nullptr && meta->is_map()) {
      for (const auto& [key, value] : meta->as_map())
        column.meta.set(key, value);
    }
  }
  column.config_meta = column.meta;
  column.config_tags = column.tags;
  if (const Data* dimension = data.get("dimension"))
    column.dimension = *dimension;
  if (const Data* entity = data.get("entity"))
    column.entity = *entity;
  for (const auto& [key, value] : data.as_map()) {
    if (!is_known_column_key(key))
      column.extra.set(key, value);
  }
  return column;
}

}  // namespace

std::string DescriptionRenderer::render(const std::string& text, const std::string& package,
                                        diag::Span span, std::vector<std::string>& blocks) {
  if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos &&
      text.find("{#") == std::string::npos)
    return text;
  context::NodeScope scope;
  scope.package_name = package;
  scope.extras.emplace_back("doc", Value::object(new DocFunction(state_, package)));
  diag::Result<jinja::Rendered> rendered = worker_.render_text(text, "description", scope);
  if (rendered) {
    add_shown_docs(state_, package, text, blocks);
    return rendered->text;
  }
  diag::Diagnostic error = rendered.error();
  error.span = span;
  state_.report(std::move(error));
  return text;
}

std::string description_text(const Data& entry) {
  const Data* text = entry.get("description");
  return text == nullptr || text->is_null() ? "" : python_str(*text);
}

std::vector<manifest::Constraint> read_constraints(const Data& entry) {
  std::vector<manifest::Constraint> made;
  const Data* list = entry.get("constraints");
  if (list == nullptr || !list->is_list())
    return made;
  for (const Data& data : list->as_list()) {
    manifest::Constraint constraint;
    constraint.type = optional_text(data, "type").value_or("");
    constraint.name = optional_text(data, "name");
    constraint.expression = optional_text(data, "expression");
    constraint.to = optional_text(data, "to");
    constraint.to_columns = base::text_list(data.get("to_columns"));
    constraint.columns = base::text_list(data.get("columns"));
    if (const Data* warn = data.get("warn_unsupported"))
      constraint.warn_unsupported = warn->bool_or(true);
    if (const Data* warn = data.get("warn_unenforced"))
      constraint.warn_unenforced = warn->bool_or(true);
    made.push_back(std::move(constraint));
  }
  return made;
}

std::vector<manifest::Column> read_columns(const Data& entry, const yaml::Node* node,
                                           const std::string& package,
                                           DescriptionRenderer& descriptions) {
  std::vector<manifest::Column> made;
  const Data* list = entry.get("columns");
  if (list == nullptr || !list->is_list())
    return made;
  const yaml::Node* nodes = node == nullptr ? nullptr : node->find("columns");
  std::unordered_map<std::string, size_t> places;
  for (size_t i = 0; i < list->as_list().size(); ++i) {
    const Data& data = list->as_list()[i];
    if (!data.is_map() || data.get("name") == nullptr)
      continue;
    diag::Span span;
    if (nodes != nullptr && i < nodes->items.size())
      span = nodes->items[i]->span;
    manifest::Column column = read_column(data, package, span, descriptions);
    // The last of two entries for one column counts, at the place of the first.
    auto [place, is_new] = places.emplace(column.name, made.size());
    if (is_new)
      made.push_back(std::move(column));
    else
      made[place->second] = std::move(column);
  }
  return made;
}

}  // namespace weft::parse
