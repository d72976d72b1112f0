// latest_version_pointer: a view under the model's bare name that reads its latest version.
#pragma once

#include "run/node_run.h"

namespace weft::run {

/// Makes the view when the node is the latest version of a model that asks for it; does nothing
/// otherwise. To be called once the version itself stands. Its failure is the model's.
diag::Status publish_version_pointer(NodeRun& run);

}  // namespace weft::run
