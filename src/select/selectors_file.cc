// selectors.yml: reading it, and the expanded form that manifest.json holds.
#include <algorithm>

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "config/config_render.h"
#include "select/select.h"
#include "select/spec.h"
#include "yaml/document.h"

namespace weft::select {
namespace {

using base::Data;
using base::DataMap;

constexpr std::string_view kFileName = "selectors.yml";
constexpr std::string_view kKeys[] = {"name", "definition", "description", "default"};

diag::Diagnostic invalid(const diag::Span& span, std::string message, std::string hint = "") {
  diag::Diagnostic error;
  error.code = diag::Code::SelectorFileInvalid;
  error.message = std::move(message);
  error.span = span;
  error.hint = std::move(hint);
  return error;
}

class FileReader {
 public:
  FileReader(diag::Sources& sources, const config::RenderContext* context) {
    if (context != nullptr)
      renderer_.emplace(*context, sources);
  }

  diag::Result<Selectors> read(const yaml::Node& root) {
    Selectors made;
    const yaml::Node* list = root.find("selectors");
    if (list == nullptr || !list->is_sequence())
      return invalid(list != nullptr ? list->span : root.span,
                     "selectors.yml has no list `selectors`",
                     "the file starts with `selectors:` and a list of mappings below it");
    for (const yaml::Node* item : list->items) {
      diag::Result<Selectors::Definition> one = definition(*item);
      if (!one)
        return std::move(one.error());
      if (auto error = add(made, std::move(*one), item->span))
        return *error;
    }
    return made;
  }

 private:
  /// A later definition of the same name takes the place of the earlier one.
  static std::optional<diag::Diagnostic> add(Selectors& to, Selectors::Definition one,
                                             const diag::Span& span) {
    if (one.is_default)
      for (const Selectors::Definition& other : to.definitions)
        if (other.is_default)
          return invalid(span,
                         fmt::format("`{}` and `{}` are both the default", other.name, one.name),
                         "`default: true` may stand at one selector only");
    for (Selectors::Definition& other : to.definitions)
      if (other.name == one.name) {
        other = std::move(one);
        return std::nullopt;
      }
    to.definitions.push_back(std::move(one));
    return std::nullopt;
  }

  diag::Result<Selectors::Definition> definition(const yaml::Node& item) {
    if (!item.is_mapping())
      return invalid(item.span, "a selector is no mapping", "it has a `name` and a `definition`");
    for (const yaml::Entry& entry : item.entries)
      if (std::find(std::begin(kKeys), std::end(kKeys), entry.key) == std::end(kKeys))
        return unknown_key(entry);
    const yaml::Node* name = item.find("name");
    if (name == nullptr || !name->is_string())
      return invalid(name != nullptr ? name->span : item.span, "a selector has no name",
                     "give it a `name:`, a text");
    diag::Result<Data> data = render(item);
    if (!data)
      return std::move(data.error());
    return checked(std::move(data->as_map()), item);
  }

  diag::Result<Selectors::Definition> checked(DataMap data, const yaml::Node& item) {
    Selectors::Definition made;
    made.name = std::string(data["name"].string_or(item.find("name")->text));
    const yaml::Node* node = item.find("definition");
    if (node == nullptr)
      return invalid(item.span, fmt::format("the selector `{}` has no definition", made.name));
    made.definition = data["definition"];
    if (const Data* description = data.find("description"))
      made.description = description->string_or("");
    if (const Data* is_default = data.find("default")) {
      if (!is_default->is_bool())
        return invalid(item.find("default")->span,
                       fmt::format("`default` of the selector `{}` is no boolean", made.name));
      made.is_default = is_default->as_bool();
    }
    // Tells mistakes now, at their place in the file.
    diag::Result<Spec> spec = spec_from_definition(made.definition, IndirectSelection::Eager);
    if (!spec) {
      diag::Diagnostic error = std::move(spec.error());
      error.code = diag::Code::SelectorFileInvalid;
      error.message = fmt::format("selector `{}`: {}", made.name, error.message);
      error.legacy_text.clear();
      error.span = node->span;
      return error;
    }
    made.entry = std::move(data);
    return made;
  }

  static diag::Diagnostic unknown_key(const yaml::Entry& entry) {
    const std::vector<std::string> known(std::begin(kKeys), std::end(kKeys));
    const auto near = base::nearest(entry.key, known);
    return invalid(entry.key_span, fmt::format("a selector has no key `{}`", entry.key),
                   near ? fmt::format("did you mean `{}`?", *near)
                        : "the keys are " + base::join(known, ", "));
  }

  diag::Result<Data> render(const yaml::Node& node) {
    if (renderer_)
      return renderer_->render(node);
    return yaml::to_data(node);
  }

  std::optional<config::ConfigRenderer> renderer_;
};

Data expanded(const Data& definition);

base::DataList expanded_items(const Data& list) {
  base::DataList made;
  for (const Data& item : list.as_list())
    made.push_back(expanded(item));
  return made;
}

/// Texts become mappings and one-key mappings get `method` and `value`. dbt leaves a mapping that
/// has both as it is, texts in its `exclude` included.
Data expanded(const Data& definition) {
  if (definition.is_string()) {
    diag::Result<DataMap> map = expand_word(definition.as_string());
    return map ? Data(std::move(*map)) : definition;
  }
  if (!definition.is_map() || definition.as_map().empty())
    return definition;
  for (std::string_view key : {"union", "intersection"})
    if (const Data* list = definition.get(key))
      return list->is_list() ? Data(DataMap{{std::string(key), Data(expanded_items(*list))}})
                             : definition;
  const base::DataEntry& first = *definition.as_map().begin();
  const Data value = first.value.is_list() ? Data(expanded_items(first.value)) : first.value;
  if (first.key == "exclude")
    return DataMap{{"exclude", value}};
  if (definition.as_map().size() == 1)
    return DataMap{{"method", Data(first.key)}, {"value", value}};
  return definition;
}

}  // namespace

diag::Result<Selectors> read_selectors(base::FileSystem& files, const std::string& root,
                                       diag::Sources& sources, diag::Sink& sink,
                                       const config::RenderContext* context) {
  const std::string path = base::join_path(root, kFileName);
  if (!files.exists(path))
    return Selectors();
  base::IoResult<std::string> text = files.read(path);
  if (!text) {
    diag::Diagnostic error;
    error.code = diag::Code::FileUnreadable;
    error.message = fmt::format("cannot read `{}`: {}", kFileName, text.error.message);
    return error;
  }
  const diag::SourceId source = sources.add(std::string(kFileName), std::move(*text));
  diag::Result<yaml::Document> document = yaml::parse(source, sources, sink);
  if (!document)
    return std::move(document.error());
  if (document->root == nullptr || document->root->is_null())
    return Selectors();
  return FileReader(sources, context).read(*document->root);
}

base::DataMap expanded_selectors(const Selectors& selectors) {
  DataMap made;
  for (const Selectors::Definition& one : selectors.definitions) {
    DataMap entry = one.entry;
    if (entry.empty())
      entry.set("name", one.name);
    entry.set("definition", expanded(one.definition));
    made.set(one.name, Data(std::move(entry)));
  }
  return made;
}

}  // namespace weft::select
