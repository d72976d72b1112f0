// Fields: the keys of one mapping of a configuration file, read with their types.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/data.h"
#include "base/files.h"
#include "diag/diagnostic.h"
#include "diag/sink.h"
#include "yaml/document.h"

namespace weft::config {

diag::Diagnostic make_error(diag::Code code, std::string message, diag::Span span = {},
                            std::string hint = {});

/// Looks a key up in both spellings, "model-paths" and "model_paths". The first value of a wrong
/// type becomes error(); readers give their fallback then. Node and values must outlive it.
class Fields {
 public:
  /// `what` names the mapping in messages: "dbt_project.yml". `node` may be null: no places then.
  Fields(const yaml::Node* node, const base::DataMap& values, diag::Code code, std::string what)
      : node_(node), values_(values), code_(code), what_(std::move(what)) {}

  /// Null when the key is missing.
  const base::Data* find(std::string_view key) const;
  bool has(std::string_view key) const { return find(key) != nullptr; }
  const yaml::Node* node(std::string_view key) const;
  diag::Span key_span(std::string_view key) const;
  diag::Span value_span(std::string_view key) const;

  /// Numbers count as text.
  std::string text(std::string_view key, std::string_view fallback = {});
  bool boolean(std::string_view key, bool fallback);
  /// A text of digits counts as a number.
  int64_t integer(std::string_view key, int64_t fallback);
  std::vector<std::string> list(std::string_view key, std::vector<std::string> fallback = {});
  /// One text counts as a list of one; null as an empty list.
  std::vector<std::string> text_or_list(std::string_view key);
  /// Null counts as an empty mapping.
  base::DataMap map(std::string_view key);

  /// Makes an error about the value of `key`.
  diag::Diagnostic wrong(std::string_view key, std::string_view wanted) const;
  /// Keeps the first error.
  void fail(diag::Diagnostic error);
  const std::optional<diag::Diagnostic>& error() const { return error_; }

  /// Warns about the keys that are not in `known`, naming the nearest.
  void warn_unknown(std::span<const std::string_view> known, diag::Sink& sink) const;
  /// Makes the first key that is not in `known` an error, in dbt's words too.
  void refuse_unknown(std::span<const std::string_view> known);

 private:
  std::vector<diag::Diagnostic> unknown_keys(std::span<const std::string_view> known) const;
  const yaml::Entry* entry(std::string_view key) const;

  const yaml::Node* node_;
  const base::DataMap& values_;
  diag::Code code_;
  std::string what_;
  std::optional<diag::Diagnostic> error_;
};

/// The key with dashes for underscores.
std::string dashed(std::string_view key);

/// Reads and parses a YAML file; `shown` is its name in messages. Nothing when the file does not
/// exist.
diag::Result<std::optional<yaml::Document>> read_yaml(const std::string& path,
                                                      const std::string& shown,
                                                      base::FileSystem& files,
                                                      diag::Sources& sources, diag::Sink& sink,
                                                      diag::SourceId* source = nullptr);

}  // namespace weft::config
