// How configurations of one node are put together: dbt's merge rules by key.
#pragma once

#include <string>
#include <string_view>

#include "base/data.h"

namespace weft::context {

/// The spelling that configurations are kept under: pre_hook and post_hook become pre-hook,
/// post-hook.
std::string config_key(std::string_view key);

/// Puts `stronger` over `weaker`. tags, hooks and packages append; meta, docs, quoting,
/// column_types and contract merge by key; grants replace by privilege, or extend for "+privilege";
/// all else replaces. Single tags and hooks become lists, hooks become {sql, transaction}.
void merge_config(base::DataMap& weaker, const base::DataMap& stronger);

/// Puts the arguments of one config() call over those of earlier ones. As merge_config(), but that
/// a
/// "+privilege" stays one: what it extends is known when the node's whole configuration is made.
void merge_call(base::DataMap& earlier, const base::DataMap& call);

/// A hook or a list of hooks in any form dbt accepts, as a list of {sql, transaction, index}.
base::DataList hook_list(const base::Data& hooks);

/// Merges the arguments of one config() call into those of earlier ones as dbt keeps them for
/// comparison with other runs: values as written, lists only where a second call appends.
void merge_raw_config(base::DataMap& weaker, const base::DataMap& stronger);

}  // namespace weft::context
