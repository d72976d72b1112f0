#include "config/fields.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "base/strings.h"

namespace weft::config {

using base::Data;
using diag::Diagnostic;

std::string dashed(std::string_view key) { return base::replace_all(key, "_", "-"); }

namespace {

std::string kind_name(const Data& value) {
  switch (value.kind()) {
    case Data::Kind::Null:
      return "empty";
    case Data::Kind::List:
      return "a list";
    case Data::Kind::Map:
      return "a mapping";
    default:
      return fmt::format("`{}`", base::utf8_prefix(base::python_str(value), 60));
  }
}

}  // namespace

Diagnostic make_error(diag::Code code, std::string message, diag::Span span, std::string hint) {
  Diagnostic error;
  error.code = code;
  error.message = std::move(message);
  error.span = span;
  error.hint = std::move(hint);
  return error;
}

const yaml::Entry* Fields::entry(std::string_view key) const {
  if (!node_)
    return nullptr;
  std::string wanted = dashed(key);
  for (const yaml::Entry& candidate : node_->entries) {
    if (candidate.key == key || dashed(candidate.key) == wanted)
      return &candidate;
  }
  return nullptr;
}

const Data* Fields::find(std::string_view key) const {
  if (const Data* value = values_.find(key))
    return value;
  std::string wanted = dashed(key);
  for (const base::DataEntry& candidate : values_) {
    if (dashed(candidate.key) == wanted)
      return &candidate.value;
  }
  return nullptr;
}

const yaml::Node* Fields::node(std::string_view key) const {
  const yaml::Entry* found = entry(key);
  return found ? found->value : nullptr;
}

diag::Span Fields::key_span(std::string_view key) const {
  const yaml::Entry* found = entry(key);
  return found ? found->key_span : diag::Span();
}

diag::Span Fields::value_span(std::string_view key) const {
  const yaml::Entry* found = entry(key);
  if (!found)
    return {};
  return found->value->is_scalar() && found->value->span.end > found->value->span.begin
             ? found->value->span
             : found->key_span;
}

std::string Fields::text(std::string_view key, std::string_view fallback) {
  const Data* value = find(key);
  if (!value || value->is_null())
    return std::string(fallback);
  if (value->is_list() || value->is_map()) {
    fail(wrong(key, "text"));
    return std::string(fallback);
  }
  return base::python_str(*value);
}

bool Fields::boolean(std::string_view key, bool fallback) {
  const Data* value = find(key);
  if (!value || value->is_null())
    return fallback;
  if (value->is_bool())
    return value->as_bool();
  // Jinja gives text: "{{ env_var('X') }}".
  std::string word = base::to_lower(value->string_or(""));
  if (word == "true" || word == "false")
    return word == "true";
  fail(wrong(key, "`true` or `false`"));
  return fallback;
}

int64_t Fields::integer(std::string_view key, int64_t fallback) {
  const Data* value = find(key);
  if (!value || value->is_null())
    return fallback;
  if (value->is_int())
    return value->as_int();
  if (value->is_string()) {
    if (auto n = base::parse_int(base::trim(value->as_string())))
      return *n;
  }
  fail(wrong(key, "a whole number"));
  return fallback;
}

std::vector<std::string> Fields::list(std::string_view key, std::vector<std::string> fallback) {
  const Data* value = find(key);
  if (!value || value->is_null())
    return fallback;
  if (!value->is_list()) {
    fail(wrong(key, "a list"));
    return fallback;
  }
  std::vector<std::string> result;
  for (const Data& item : value->as_list()) {
    if (item.is_list() || item.is_map() || item.is_null()) {
      Diagnostic error = wrong(key, "text");
      error.message = fmt::format("an item of `{}` of {} is {}, and text is expected", key, what_,
                                  kind_name(item));
      fail(std::move(error));
    }
    result.push_back(base::python_str(item));
  }
  return result;
}

std::vector<std::string> Fields::text_or_list(std::string_view key) {
  const Data* value = find(key);
  if (value && value->is_string())
    return {value->as_string()};
  return list(key);
}

base::DataMap Fields::map(std::string_view key) {
  const Data* value = find(key);
  if (!value || value->is_null())
    return {};
  if (!value->is_map()) {
    fail(wrong(key, "a mapping"));
    return {};
  }
  return value->as_map();
}

Diagnostic Fields::wrong(std::string_view key, std::string_view wanted) const {
  const Data* value = find(key);
  Diagnostic d;
  d.code = code_;
  d.message = fmt::format("`{}` of {} is {}, and {} is expected", key, what_,
                          value ? kind_name(*value) : "missing", wanted);
  d.span = value_span(key);
  return d;
}

void Fields::fail(Diagnostic error) {
  if (!error_)
    error_ = std::move(error);
}

std::vector<Diagnostic> Fields::unknown_keys(std::span<const std::string_view> known) const {
  std::vector<Diagnostic> made;
  std::vector<std::string> names(known.begin(), known.end());
  for (const base::DataEntry& entry : values_) {
    std::string key = dashed(entry.key);
    bool is_known = std::any_of(names.begin(), names.end(),
                                [&](const std::string& name) { return dashed(name) == key; });
    if (is_known)
      continue;
    Diagnostic d;
    d.code = diag::Code::UnknownKey;
    d.message = fmt::format("`{}` is no key of {}", entry.key, what_);
    d.span = key_span(entry.key);
    if (auto near = base::nearest(entry.key, names))
      d.hint = fmt::format("did you mean `{}`?", *near);
    d.legacy_text = fmt::format(
        "Runtime Error\n  at path []: Additional properties are not allowed ('{}' was unexpected)",
        entry.key);
    made.push_back(std::move(d));
  }
  return made;
}

void Fields::warn_unknown(std::span<const std::string_view> known, diag::Sink& sink) const {
  for (Diagnostic& d : unknown_keys(known)) {
    d.legacy_text.clear();
    sink.report(std::move(d));
  }
}

void Fields::refuse_unknown(std::span<const std::string_view> known) {
  for (Diagnostic& d : unknown_keys(known)) {
    d.code = code_;
    if (d.hint.empty())
      d.hint = "remove it; values of your own belong under `vars`";
    fail(std::move(d));
  }
}

diag::Result<std::optional<yaml::Document>> read_yaml(const std::string& path,
                                                      const std::string& shown,
                                                      base::FileSystem& files,
                                                      diag::Sources& sources, diag::Sink& sink,
                                                      diag::SourceId* source) {
  auto text = files.read(path);
  if (!text && (text.error.code == ENOENT || text.error.code == ENOTDIR))
    return std::optional<yaml::Document>();
  if (!text) {
    Diagnostic d;
    d.code = diag::Code::FileUnreadable;
    d.message = fmt::format("`{}` cannot be read: {}", path, text.error.message);
    return d;
  }
  diag::SourceId id = sources.add(shown, std::move(*text));
  if (source)
    *source = id;
  auto document = yaml::parse(id, sources, sink);
  if (!document)
    return std::move(document.error());
  return std::optional(std::move(*document));
}

}  // namespace weft::config
