#include "manifest/described_keys.h"

namespace weft::manifest {
namespace {

constexpr std::string_view kExposure[] = {
    "type",    "owner",   "description",       "label", "maturity",   "meta",
    "tags",    "config",  "unrendered_config", "url",   "depends_on", "refs",
    "sources", "metrics", "created_at"};

constexpr std::string_view kMetric[] = {"description",
                                        "label",
                                        "type",
                                        "type_params",
                                        "filter",
                                        "metadata",
                                        "time_granularity",
                                        "config",
                                        "unrendered_config",
                                        "sources",
                                        "depends_on",
                                        "refs",
                                        "metrics",
                                        "created_at",
                                        "group",
                                        "meta",
                                        "tags"};

constexpr std::string_view kSemanticModel[] = {
    "model",    "node_relation",     "description",    "label",      "defaults", "entities",
    "measures", "dimensions",        "metadata",       "depends_on", "refs",     "created_at",
    "config",   "unrendered_config", "primary_entity", "group"};

constexpr std::string_view kSavedQuery[] = {
    "query_params",      "exports", "description", "label",      "metadata", "config",
    "unrendered_config", "group",   "depends_on",  "created_at", "refs",     "tags"};

}  // namespace

std::span<const std::string_view> described_keys(ResourceType type) {
  switch (type) {
    case ResourceType::Exposure:
      return kExposure;
    case ResourceType::Metric:
      return kMetric;
    case ResourceType::SemanticModel:
      return kSemanticModel;
    default:
      return kSavedQuery;
  }
}

}  // namespace weft::manifest
