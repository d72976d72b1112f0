// TemplateCache: templates of texts that many nodes share, compiled once.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "context/shared.h"
#include "diag/source.h"
#include "jinja/environment.h"

namespace weft::context {

struct KeptTemplate {
  std::shared_ptr<const jinja::Template> code;
  /// Where its spans point: a source of its own, called after the first who asked.
  diag::SourceId source;
};

/// Safe from several threads.
class TemplateCache {
 public:
  /// The template of `text`, called `name`, whose source has the path `path`. A cache that is full
  /// compiles without keeping.
  std::variant<KeptTemplate, jinja::Error> get(const Shared& shared, std::string_view path,
                                               std::string_view name, std::string_view text);

 private:
  std::mutex mutex_;
  /// By name and text.
  std::unordered_map<std::string, KeptTemplate> kept_;
};

}  // namespace weft::context
