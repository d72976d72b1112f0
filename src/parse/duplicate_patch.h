// What is said when two entries of properties files describe one resource.
#pragma once

namespace weft::parse {

struct Entry;
struct State;

/// Reports `entry`, which describes what `first` of the same package has described.
void report_duplicate_patch(State& state, const Entry& entry, const Entry& first);

/// For an entry whose own package has no such resource: reports it when it names another package's
/// that is described there. Otherwise nothing happens and the result is false.
bool report_patch_of_patched(State& state, const Entry& entry);

}  // namespace weft::parse
