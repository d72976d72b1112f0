// `weft jinja`: renders a template with a JSON context, and many of them by the line contract that
// the differential tests speak.
#pragma once

#include <iosfwd>
#include <string>

namespace weft::cli {

struct JinjaArguments {
  /// One JSON case a line on the input, one answer a line on the output.
  bool batch = false;
  /// Text of the template and of its context, a JSON object or nothing.
  std::string text;
  std::string context;
};

/// 0 when everything was rendered (in a batch: answered), 1 when the template failed, 2 when the
/// context is no JSON object.
int cmd_jinja(const JinjaArguments& arguments, std::istream& in, std::ostream& out,
              std::ostream& err);

}  // namespace weft::cli
