// NodeLookup: what ref(), source() and function() name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/data.h"
#include "context/macros.h"
#include "manifest/manifest.h"

namespace weft::context {

using manifest::NodeId;

struct LookupOptions {
  std::string root_package;
  /// Flag require_ref_searches_node_package_before_root.
  bool node_package_first = false;
};

/// Built once the nodes of a manifest are known. Immutable, shared by threads.
class NodeLookup {
 public:
  NodeLookup(const manifest::Manifest& manifest, LookupOptions options);

  struct Found {
    NodeId id;
    /// The name exists, but only disabled.
    bool is_disabled = false;
    /// Several packages have the name and none is preferred.
    std::vector<NodeId> ambiguous;
  };
  /// `package` may be empty. A version of null means the latest one.
  Found find_ref(std::string_view name, std::string_view package, const base::Data& version,
                 std::string_view node_package) const;
  Found find_source(std::string_view source, std::string_view table,
                    std::string_view node_package) const;
  Found find_function(std::string_view name, std::string_view package,
                      std::string_view node_package) const;

  /// All names that ref() (source(), as "source.table") knows, for the nearest one in messages.
  std::vector<std::string> ref_names() const;
  std::vector<std::string> source_names() const;

 private:
  struct Candidate {
    NodeId id;
    bool is_disabled = false;
  };
  using Table = std::unordered_map<std::string, std::vector<Candidate>, TextHash, std::equal_to<>>;
  Found search(const Table& table, std::string_view key, std::string_view package,
               std::string_view node_package) const;
  std::vector<std::string> search_order(std::string_view node_package) const;

  const manifest::Manifest& manifest_;
  LookupOptions options_;
  /// "name" for unversioned and latest, "name.v2" for versions.
  Table refs_, sources_, functions_;
};

}  // namespace weft::context
