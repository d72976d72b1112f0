// simple_reader: the YAML that most properties files are written in, several times faster than
// yaml-cpp reads it.
//
// It knows block mappings and sequences, plain and quoted scalars of one line, flow collections of
// one line and comments. At everything else (block scalars, anchors, tags, tabs, scalars of several
// lines, empty values, errors) it gives up, and yaml-cpp reads the text from its start. What it
// reads, it reads as yaml-cpp does: the same events with the same places.
#pragma once

#include <string_view>

namespace YAML {
class EventHandler;
}

namespace weft::yaml {

/// Tells the events of `text`, which is UTF-8, to `handler`; false when it holds something else,
/// after any number of events. What the handler throws passes through.
bool read_simple(std::string_view text, YAML::EventHandler& handler);

}  // namespace weft::yaml
