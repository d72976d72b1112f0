// The functions that know their project: `builtins.ref.config`, by which packages read the
// project's settings, the arguments of the command and the versions of other packages.
#pragma once

#include "jinja/object.h"

namespace weft::context {

class Worker;

/// `function` as a value whose attribute `config` is the configuration of the root project. It
/// refers to the worker. `name` must outlive the value.
jinja::Value configured_function(Worker& worker, std::string_view name,
                                 jinja::NativeFunction function);

}  // namespace weft::context
