// HTML escaping as MarkupSafe does it.
#pragma once

#include <string>
#include <string_view>

#include "jinja/interpreter.h"
#include "jinja/value.h"

namespace weft::jinja {

/// Appends text with & < > " ' as entities.
void append_escaped(std::string& out, std::string_view text);
/// Text of a String escaped, of a Markup as it is.
std::string escaped_text(const Value& string);
/// str() of anything, escaped unless it is Markup.
std::string escape_text(Interpreter& interpreter, const Value& value);
/// True when Python's value would have an __html__ method.
bool has_html(const Value& value);
/// Text without tags and comments, entities replaced, white space collapsed.
std::string strip_tags(std::string_view text);
/// html.unescape().
std::string unescape_html(std::string_view text);

}  // namespace weft::jinja
