// One resource that two entries of properties files describe.
#include "parse/duplicate_patch.h"

#include <fmt/format.h>

#include "parse/state.h"

namespace weft::parse {
namespace {

void report(State& state, const Entry& entry, diag::Span first, const std::string& later_path,
            const std::string& first_path) {
  diag::Diagnostic diagnostic;
  diagnostic.code = diag::Code::DuplicatePatch;
  diagnostic.message = fmt::format("`{}` is described twice under `{}`", entry.name, entry.section);
  diagnostic.span = entry.node->span;
  diagnostic.labels.push_back({first, "described here too"});
  diagnostic.hint = "merge the two entries or remove one";
  std::string remove =
      later_path == first_path
          ? fmt::format("remove one of the resource entries for {} in this file:\n   - {}\n",
                        entry.name, first_path)
          : fmt::format("remove the resource entry for {} in one of these files:\n   - {}\n  {}",
                        entry.name, later_path, first_path);
  diagnostic.legacy_text = fmt::format(
      "Compilation Error\n  dbt found two schema.yml entries for the same resource named {}. "
      "Resources and their associated columns may only be described a single time. To fix this, {}",
      entry.name, remove);
  state.report(std::move(diagnostic));
}

const std::string& path_of(const State& state, const Entry& entry) {
  return state.files[entry.file].original_file_path;
}

}  // namespace

void report_duplicate_patch(State& state, const Entry& entry, const Entry& first) {
  report(state, entry, first.node->span, path_of(state, entry), path_of(state, first));
}

bool report_patch_of_patched(State& state, const Entry& entry) {
  const std::string& package = state.project_of(state.files[entry.file]).name;
  context::NodeLookup::Found found =
      state.result->lookup->find_ref(entry.name, "", base::Data(), package);
  if (!found.id.valid() || found.is_disabled)
    return false;
  const Node& node = state.manifest().node(found.id);
  size_t scheme = node.patch_path ? node.patch_path->find("://") : std::string::npos;
  if (node.package_name == package || scheme == std::string::npos ||
      std::string(resource_type_name(node.type)) + "s" != entry.section)
    return false;
  // The root project's entries come first.
  const std::string theirs = node.patch_path->substr(scheme + 3);
  bool is_first = package == state.input.root.name;
  report(state, entry, node.patch_span, is_first ? theirs : path_of(state, entry),
         is_first ? path_of(state, entry) : theirs);
  return true;
}

}  // namespace weft::parse
