#include "context/template_cache.h"

#include <utility>

namespace weft::context {
namespace {

/// A template takes a few kilobytes.
constexpr size_t kMostTemplates = 10'000;

}  // namespace

std::variant<KeptTemplate, jinja::Error> TemplateCache::get(const Shared& shared,
                                                            std::string_view path,
                                                            std::string_view name,
                                                            std::string_view text) {
  std::string key(name);
  key += '\0';
  key += text;
  {
    std::lock_guard lock(mutex_);
    if (auto found = kept_.find(key); found != kept_.end())
      return found->second;
  }
  diag::SourceId source = shared.sources.add(std::string(path), std::string(text));
  auto compiled = shared.jinja.compile(source, name);
  if (auto* error = std::get_if<jinja::Error>(&compiled))
    return std::move(*error);
  KeptTemplate made{std::move(std::get<0>(compiled)), source};
  std::lock_guard lock(mutex_);
  if (kept_.size() < kMostTemplates)
    kept_.emplace(std::move(key), made);
  return made;
}

}  // namespace weft::context
