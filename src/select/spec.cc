#include "select/spec.h"

#include <optional>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"

namespace weft::select {
namespace {

using base::Data;
using base::DataMap;

diag::Diagnostic bad_definition(std::string message, std::string hint) {
  diag::Diagnostic error;
  error.code = diag::Code::SelectorFileInvalid;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return error;
}

Spec leaf(Criterion criterion) {
  Spec made;
  made.kind = Spec::Kind::Criterion;
  made.raw = criterion.raw;
  made.criterion = std::move(criterion);
  return made;
}

diag::Result<Spec> intersection_of_word(std::string_view word, IndirectSelection indirect) {
  Spec made;
  made.kind = Spec::Kind::Intersection;
  made.indirect = indirect;
  made.must_exist = true;
  made.raw = word;
  for (std::string_view part : base::split(word, ',')) {
    diag::Result<Criterion> criterion = parse_criterion(part, indirect);
    if (!criterion)
      return std::move(criterion.error());
    made.parts.push_back(leaf(std::move(*criterion)));
  }
  return made;
}

/// Reads definitions. Their depth is bounded by that of YAML documents.
class DefinitionReader {
 public:
  explicit DefinitionReader(IndirectSelection indirect) : indirect_(indirect) {}

  diag::Result<Spec> read(const Data& definition) {
    if (definition.is_string())
      return word(definition.as_string());
    if (!definition.is_map())
      return bad_definition(
          fmt::format("a definition is `{}`", base::python_str(definition)),
          "it is a text, a mapping with `method` and `value`, a `union` or an `intersection`");
    const DataMap& map = definition.as_map();
    if (map.contains("union"))
      return combination(map, "union", Spec::Kind::Union);
    if (map.contains("intersection"))
      return combination(map, "intersection", Spec::Kind::Intersection);
    return criterion(map);
  }

 private:
  diag::Result<Spec> word(const std::string& text) {
    diag::Result<Criterion> made = parse_criterion(text, indirect_);
    if (!made)
      return std::move(made.error());
    return leaf(std::move(*made));
  }

  diag::Result<Spec> criterion(const DataMap& map) {
    DataMap full = map;
    if (map.size() == 1) {
      const base::DataEntry& entry = *map.begin();
      full = DataMap{{"method", Data(entry.key)}, {"value", entry.value}};
    } else if (!map.contains("method") || !map.contains("value")) {
      return bad_definition(
          fmt::format("the definition `{}` has no `method` and `value`", base::to_json(Data(map))),
          "a mapping has the one key that is a method, or `method` and `value` and more");
    }
    diag::Result<Criterion> base = criterion_from_map(full, indirect_);
    if (!base)
      return std::move(base.error());
    Spec made = leaf(std::move(*base));
    if (map.size() == 1 || !map.contains("exclude"))
      return made;
    diag::Result<std::optional<Spec>> excluded = exclusions(map);
    if (!excluded)
      return std::move(excluded.error());
    return *excluded ? difference_of(std::move(made), std::move(**excluded)) : std::move(made);
  }

  /// The items of `map[key]`, which must be texts or mappings.
  diag::Result<const base::DataList*> items(const DataMap& map, std::string_view key) {
    const Data* list = map.find(key);
    if (list == nullptr || !list->is_list())
      return bad_definition(fmt::format("`{}` is no list", key),
                            "write its definitions below each other, each after a dash");
    for (const Data& item : list->as_list())
      if (!item.is_string() && !item.is_map())
        return bad_definition(fmt::format("`{}` holds `{}`, a text or a mapping is expected", key,
                                          base::python_str(item)),
                              "");
    return &list->as_list();
  }

  diag::Result<std::optional<Spec>> exclusions(const DataMap& map) {
    diag::Result<const base::DataList*> list = items(map, "exclude");
    if (!list)
      return std::move(list.error());
    Spec made;
    for (const Data& item : **list) {
      diag::Result<Spec> part = read(item);
      if (!part)
        return std::move(part.error());
      made.parts.push_back(std::move(*part));
    }
    if (made.parts.empty())
      return std::optional<Spec>();
    if (made.parts.size() == 1) {
      Spec only = std::move(made.parts.front());
      return std::optional<Spec>(std::move(only));
    }
    return std::optional<Spec>(std::move(made));
  }

  diag::Result<Spec> combination(const DataMap& map, std::string_view key, Spec::Kind kind) {
    diag::Result<const base::DataList*> list = items(map, key);
    if (!list)
      return std::move(list.error());
    Spec made;
    made.kind = kind;
    std::optional<Spec> excluded;
    bool has_exclude = false;
    for (const Data& item : **list) {
      // As in dbt, whatever else stands in an item with `exclude` does not count.
      if (item.is_map() && item.as_map().contains("exclude")) {
        if (has_exclude && excluded)
          return bad_definition(fmt::format("`{}` has several `exclude` items", key),
                                "put all that is excluded into one list");
        has_exclude = true;
        diag::Result<std::optional<Spec>> read_one = exclusions(item.as_map());
        if (!read_one)
          return std::move(read_one.error());
        excluded = std::move(*read_one);
        continue;
      }
      diag::Result<Spec> part = read(item);
      if (!part)
        return std::move(part.error());
      made.parts.push_back(std::move(*part));
    }
    return excluded ? difference_of(std::move(made), std::move(*excluded)) : std::move(made);
  }

  IndirectSelection indirect_;
};

}  // namespace

diag::Result<Spec> spec_from_words(const std::vector<std::string>& words,
                                   IndirectSelection indirect) {
  Spec made;
  made.indirect = indirect;
  for (const std::string& argument : words)
    for (std::string_view word : base::split(argument, ' ')) {
      diag::Result<Spec> part = intersection_of_word(word, indirect);
      if (!part)
        return std::move(part.error());
      made.parts.push_back(std::move(*part));
    }
  return made;
}

Spec difference_of(Spec included, Spec excluded) {
  Spec made;
  made.kind = Spec::Kind::Difference;
  made.parts.push_back(std::move(included));
  made.parts.push_back(std::move(excluded));
  return made;
}

diag::Result<Spec> spec_from_definition(const Data& definition, IndirectSelection indirect) {
  if (definition.is_map() && definition.as_map().size() > 1)
    for (std::string_view key : {"union", "intersection"})
      if (definition.as_map().contains(key))
        return bad_definition(
            fmt::format("a definition has other keys beside `{}`", key),
            "the outermost mapping holds only the `union` or only the `intersection`");
  return DefinitionReader(indirect).read(definition);
}

}  // namespace weft::select
