#include "parse/entry_shape.h"

#include <fmt/format.h>

#include "base/json.h"

namespace weft::parse {
namespace {

enum class Shape { Text, Map, List, MapsWithName, Maps };

struct Property {
  std::string_view key;
  Shape shape;
};

/// A key means the same wherever it stands.
constexpr Property kProperties[] = {
    {"description", Shape::Text}, {"config", Shape::Map},           {"meta", Shape::Map},
    {"docs", Shape::Map},         {"columns", Shape::MapsWithName}, {"tables", Shape::Maps},
    {"versions", Shape::Maps},    {"constraints", Shape::Maps},     {"data_tests", Shape::List},
    {"tests", Shape::List},       {"arguments", Shape::Maps},       {"depends_on", Shape::List},
    {"quoting", Shape::Map},      {"external", Shape::Map},         {"given", Shape::Maps},
    {"expect", Shape::Map},
};

bool is_template(const yaml::Node& value) {
  return value.is_string() && value.text.find("{{") != std::string::npos;
}

bool fits(const yaml::Node& value, Shape shape) {
  if (value.is_null() || is_template(value))
    return true;
  switch (shape) {
    case Shape::Text:
      return value.is_scalar();
    case Shape::Map:
      return value.is_mapping();
    case Shape::List:
    case Shape::Maps:
    case Shape::MapsWithName:
      return value.is_sequence();
  }
  return true;
}

std::string_view found_words(const yaml::Node& value) {
  if (value.is_mapping())
    return "a mapping";
  return value.is_sequence() ? "a list" : "a single value";
}

std::string_view wanted_words(Shape shape) {
  if (shape == Shape::Text)
    return "text";
  return shape == Shape::Map ? "a mapping" : "a list";
}

std::string_view schema_type(Shape shape) {
  if (shape == Shape::Text)
    return "string";
  return shape == Shape::Map ? "object" : "array";
}

class ShapeCheck {
 public:
  ShapeCheck(State& state, const Entry& entry) : state_(state), entry_(entry) {}

  /// `path` is the way to the mapping as dbt writes it: "['columns'][0]".
  void check(const yaml::Node& mapping, const std::string& path) {
    for (const Property& property : kProperties) {
      const yaml::Node* value = mapping.find(property.key);
      // Unit tests choose versions by a mapping.
      bool is_choice = property.key == "versions" && entry_.section != "models";
      if (value == nullptr || is_choice)
        continue;
      std::string where = fmt::format("{}['{}']", path, property.key);
      if (!fits(*value, property.shape))
        report(*value, property.key, property.shape, where);
      else if (property.shape == Shape::Maps || property.shape == Shape::MapsWithName)
        check_items(*value, property, where);
    }
  }

 private:
  void check_items(const yaml::Node& list, const Property& property, const std::string& path) {
    for (size_t i = 0; i < list.items.size(); ++i) {
      const yaml::Node& item = *list.items[i];
      std::string where = fmt::format("{}[{}]", path, i);
      if (is_template(item))
        continue;
      if (!item.is_mapping()) {
        report(item, fmt::format("an item of `{}`", property.key), Shape::Map, where);
        continue;
      }
      if (property.shape == Shape::MapsWithName)
        check_name(item, property, where);
      // A constraint's columns are names.
      if (property.key != "constraints")
        check(item, where);
    }
  }

  void check_name(const yaml::Node& item, const Property& property, const std::string& path) {
    const yaml::Node* name = item.find("name");
    // Columns of a version may be those of the model instead.
    bool is_choice = item.find("include") != nullptr || item.find("exclude") != nullptr;
    if (name == nullptr && !is_choice) {
      add(item.span, fmt::format("an item of `{}` of `{}` has no name", property.key, entry_.name),
          "add `name:`", fmt::format("at path {}: 'name' is a required property", path));
    } else if (name != nullptr && !name->is_scalar()) {
      report(*name, "name", Shape::Text, path + "['name']");
    }
  }

  void report(const yaml::Node& value, std::string_view what, Shape shape,
              const std::string& path) {
    bool is_key = what.find(' ') == std::string_view::npos;
    std::string subject = is_key ? fmt::format("`{}`", what) : std::string(what);
    std::string message = fmt::format("{} of `{}` is {}, and {} is expected", subject, entry_.name,
                                      found_words(value), wanted_words(shape));
    std::string hint;
    if (shape != Shape::Text && shape != Shape::Map)
      hint = "start each item with `- `";
    else if (!is_key)
      hint = "write `- name: ...`";
    add(value.span, std::move(message), std::move(hint),
        fmt::format("at path {}: {} is not of type '{}'", path, python_repr(yaml::to_data(value)),
                    schema_type(shape)));
  }

  void add(diag::Span span, std::string message, std::string hint, std::string_view legacy) {
    diag::Diagnostic diagnostic;
    diagnostic.code = diag::Code::PropertiesInvalid;
    diagnostic.message = std::move(message);
    diagnostic.span = span;
    diagnostic.hint = std::move(hint);
    diagnostic.legacy_text = fmt::format(
        "Parsing Error\n  Invalid {0} config given in {1} @ {0}: {2} - {3}", entry_.section,
        state_.files[entry_.file].original_file_path, entry_.name, legacy);
    state_.report(std::move(diagnostic));
  }

  State& state_;
  const Entry& entry_;
};

}  // namespace

void check_entry_shape(State& state, const Entry& entry) {
  ShapeCheck(state, entry).check(*entry.node, "");
}

}  // namespace weft::parse
