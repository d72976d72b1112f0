#include "context/deferred.h"

#include "context/worker.h"

namespace weft::context {

std::optional<adapter::Relation> deferred_relation(Worker& worker, const manifest::Node& target) {
  const Deferred& deferred = worker.shared().deferred;
  auto found = deferred.relations.find(target.unique_id);
  if (found == deferred.relations.end())
    return std::nullopt;
  bool is_favoured =
      !found->second.is_selected && (deferred.favor_state || worker.scope().prefers_state);
  if (!is_favoured && find_existing(worker, target.schema, target.alias))
    return std::nullopt;
  return found->second.relation;
}

}  // namespace weft::context
