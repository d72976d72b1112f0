#include "select/criterion.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "base/json.h"
#include "base/strings.h"
#include "select/methods.h"

namespace weft::select {
namespace {

using base::Data;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_method_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}

/// The parts of a word as they stand there.
struct Parts {
  bool childrens_parents = false, parents = false, children = false;
  std::string_view parents_depth, method, value, children_depth;
};

/// `@`, then digits and `+`, then `method:`, each optional; at the end `+` and digits; the value is
/// the rest. A word such as `a+1+` gives the value `a+1`.
Parts split_word(std::string_view word) {
  Parts parts;
  if (base::starts_with(word, "@")) {
    parts.childrens_parents = true;
    word.remove_prefix(1);
  }
  size_t digits = 0;
  while (digits < word.size() && is_digit(word[digits]))
    ++digits;
  if (digits < word.size() && word[digits] == '+') {
    parts.parents = true;
    parts.parents_depth = word.substr(0, digits);
    word.remove_prefix(digits + 1);
  }
  size_t method = 0;
  while (method < word.size() && is_method_char(word[method]))
    ++method;
  if (method > 0 && method < word.size() && word[method] == ':') {
    parts.method = word.substr(0, method);
    word.remove_prefix(method + 1);
  }
  size_t end = word.size();
  while (end > 0 && is_digit(word[end - 1]))
    --end;
  if (end > 0 && word[end - 1] == '+') {
    parts.children = true;
    parts.children_depth = word.substr(end);
    word = word.substr(0, end - 1);
  }
  parts.value = word;
  return parts;
}

std::string_view default_method(std::string_view value) {
  if (value.find('/') != value.npos)
    return "path";
  const std::string lower = base::to_lower(value);
  for (std::string_view ending : {".sql", ".py", ".csv"})
    if (base::ends_with(lower, ending))
      return "file";
  return "fqn";
}

diag::Diagnostic syntax_error(std::string message, std::string hint = "") {
  diag::Diagnostic error;
  error.code = diag::Code::SelectorSyntax;
  error.message = std::move(message);
  error.hint = std::move(hint);
  return error;
}

/// Sets method and arguments from "config.meta.owner".
diag::Status set_method(std::string_view written, Criterion& criterion) {
  const std::vector<std::string_view> parts = base::split(written, '.');
  criterion.method = parts.front();
  criterion.arguments.assign(parts.begin() + 1, parts.end());
  if (find_method(criterion.method) != nullptr)
    return diag::Done{};
  const std::vector<std::string> names = method_names();
  std::string hint = "methods are " + base::join(names, ", ");
  if (auto near = base::nearest(criterion.method, names))
    hint = fmt::format("did you mean `{}`?", *near);
  diag::Diagnostic error =
      syntax_error(fmt::format("`{}` is not a valid method name, in the selector `{}`",
                               criterion.method, criterion.raw),
                   std::move(hint));
  error.legacy_text = fmt::format("'{}' is not a valid method name", criterion.method);
  return error;
}

/// A depth beyond all graphs counts as no limit of another kind: the largest number.
uint32_t clamp_depth(std::string_view digits) {
  constexpr uint32_t kMost = std::numeric_limits<uint32_t>::max();
  const std::optional<int64_t> depth = base::parse_int(digits);
  return !depth || *depth > kMost ? kMost : static_cast<uint32_t>(*depth);
}

diag::Status check_operators(const Criterion& c) {
  if (!c.children || !c.childrens_parents)
    return diag::Done{};
  diag::Diagnostic error =
      syntax_error(fmt::format("`{}` has both the prefix `@` and the suffix `+`", c.raw),
                   "`@` takes all descendants already: leave the `+` out");
  error.legacy_text =
      fmt::format("Invalid node spec {} - \"@\" prefix and \"+\" suffix are incompatible", c.raw);
  return error;
}

/// A depth of YAML: a number or its text; 0 and null mean no limit, as in dbt.
diag::Result<std::optional<uint32_t>> depth_of(const base::DataMap& map, std::string_view key) {
  const Data* value = map.find(key);
  if (value == nullptr || !value->truthy())
    return std::optional<uint32_t>();
  if (value->is_int() && value->as_int() > 0)
    return std::optional<uint32_t>(clamp_depth(std::to_string(value->as_int())));
  if (value->is_string() && !value->as_string().empty() &&
      std::all_of(value->as_string().begin(), value->as_string().end(), is_digit))
    return std::optional<uint32_t>(clamp_depth(value->as_string()));
  return syntax_error(
      fmt::format("`{}` is `{}`, a whole number is expected", key, base::python_str(*value)));
}

bool truthy_member(const base::DataMap& map, std::string_view key) {
  const Data* value = map.find(key);
  return value != nullptr && value->truthy();
}

}  // namespace

std::string Criterion::text() const {
  return value.is_string() ? value.as_string() : base::python_str(value);
}

std::optional<IndirectSelection> parse_indirect_selection(std::string_view text) {
  if (text == "eager")
    return IndirectSelection::Eager;
  if (text == "cautious")
    return IndirectSelection::Cautious;
  if (text == "buildable")
    return IndirectSelection::Buildable;
  if (text == "empty")
    return IndirectSelection::Empty;
  return std::nullopt;
}

diag::Result<Criterion> parse_criterion(std::string_view word, IndirectSelection indirect) {
  Criterion made;
  made.raw = word;
  if (word.find('\n') != word.npos) {
    diag::Diagnostic error = syntax_error(fmt::format("the selector `{}` has a line break", word));
    error.legacy_text = fmt::format("Invalid selector spec \"{}\"", word);
    return error;
  }
  const Parts parts = split_word(word);
  made.childrens_parents = parts.childrens_parents;
  made.parents = parts.parents;
  made.children = parts.children;
  if (!parts.parents_depth.empty())
    made.parents_depth = clamp_depth(parts.parents_depth);
  if (!parts.children_depth.empty())
    made.children_depth = clamp_depth(parts.children_depth);
  made.value = Data(parts.value);
  made.indirect = indirect;
  const std::string_view method = parts.method.empty() ? default_method(parts.value) : parts.method;
  if (auto status = set_method(method, made); !status)
    return std::move(status.error());
  if (auto status = check_operators(made); !status)
    return std::move(status.error());
  return made;
}

diag::Result<Criterion> criterion_from_map(const base::DataMap& map, IndirectSelection indirect) {
  Criterion made;
  made.raw = base::to_json(Data(map));
  const Data* method = map.find("method");
  const Data* value = map.find("value");
  if (method == nullptr || !method->is_string() || value == nullptr)
    return syntax_error(fmt::format("`{}` has no `method` and `value`", made.raw));
  if (value->is_list() || value->is_map() || value->is_null())
    return syntax_error(
        fmt::format("the value of `{}` is no single text or number", method->as_string()),
        "several values are several criteria of a `union`");
  made.value = *value;
  made.childrens_parents = truthy_member(map, "childrens_parents");
  made.parents = truthy_member(map, "parents");
  made.children = truthy_member(map, "children");
  made.indirect = indirect;
  if (const Data* own = map.find("indirect_selection")) {
    const auto mode = parse_indirect_selection(own->string_or(""));
    if (!mode)
      return syntax_error(
          fmt::format("`indirect_selection` is `{}`; it can be eager, cautious, "
                      "buildable or empty",
                      base::python_str(*own)));
    made.indirect = *mode;
  }
  for (auto [key, depth] : {std::pair{"parents_depth", &made.parents_depth},
                            std::pair{"children_depth", &made.children_depth}}) {
    auto read = depth_of(map, key);
    if (!read)
      return std::move(read.error());
    *depth = *read;
  }
  if (auto status = set_method(method->as_string(), made); !status)
    return std::move(status.error());
  if (auto status = check_operators(made); !status)
    return std::move(status.error());
  return made;
}

diag::Result<base::DataMap> expand_word(std::string_view word) {
  diag::Result<Criterion> criterion = parse_criterion(word, IndirectSelection::Eager);
  if (!criterion)
    return std::move(criterion.error());
  const Parts parts = split_word(word);
  base::DataMap made;
  if (parts.childrens_parents)
    made.set("childrens_parents", true);
  if (parts.parents)
    made.set("parents", true);
  if (!parts.parents_depth.empty())
    made.set("parents_depth", parts.parents_depth);
  made.set("method", parts.method.empty() ? default_method(parts.value) : parts.method);
  if (!parts.value.empty())
    made.set("value", parts.value);
  if (parts.children)
    made.set("children", true);
  if (!parts.children_depth.empty())
    made.set("children_depth", parts.children_depth);
  return made;
}

}  // namespace weft::select
