#include "config/package_add.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "config/fields.h"

namespace weft::config {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

constexpr std::string_view kLocations[] = {"package", "git", "local", "tarball", "private"};

Data entry_of(const AddedPackage& package) {
  DataMap entry;
  entry.set(package.source == "hub" ? "package" : package.source, package.name);
  if (!package.version.empty()) {
    Data version(package.version);
    if (package.version.find(',') != std::string::npos) {
      DataList bounds;
      for (std::string_view bound : base::split(package.version, ','))
        bounds.emplace_back(bound);
      version = Data(std::move(bounds));
    }
    entry.set(package.source == "git" ? "revision" : "version", std::move(version));
  }
  return Data(std::move(entry));
}

bool is_same_package(const Data& entry, const std::string& name) {
  for (std::string_view key : kLocations) {
    const Data* location = entry.get(key);
    if (location != nullptr && location->is_string() && !location->as_string().empty())
      return names_same_package(location->as_string(), name);
  }
  return false;
}

bool is_boundary(char c) { return c == '/' || c == '.'; }

/// The list of the file's `packages`, with dbt's indentation of a list in a mapping.
std::string file_text(const Data& file) {
  std::string text;
  for (const auto& [key, value] : file.as_map()) {
    if (!value.is_list() || value.as_list().empty()) {
      text += yaml::dump(Data(DataMap{{key, value}}), true);
      continue;
    }
    text += fmt::format("{}:\n", key);
    const std::string list = yaml::dump(value, true);
    for (std::string_view line : base::split(base::trim(list), '\n'))
      text += fmt::format("  {}\n", line);
  }
  return text;
}

std::string packages_file(const Project& root, const base::Env& env) {
  bool has_dependencies = env.files.exists(base::join_path(root.root, "dependencies.yml"));
  bool has_packages = env.files.exists(base::join_path(root.root, "packages.yml"));
  return has_dependencies && !has_packages ? "dependencies.yml" : "packages.yml";
}

}  // namespace

bool names_same_package(std::string_view location, const std::string& name) {
  std::string bare = name.substr(name.rfind('/') == std::string::npos ? 0 : name.rfind('/') + 1);
  for (const std::string& one : {name, bare}) {
    for (const std::string& spelling :
         {one, base::replace_all(one, "_", "-"), base::replace_all(one, "-", "_")}) {
      size_t at = spelling.empty() ? std::string_view::npos : location.find(spelling);
      if (at == std::string_view::npos)
        continue;
      size_t end = at + spelling.size();
      if ((at == 0 || is_boundary(location[at - 1])) &&
          (end == location.size() || is_boundary(location[end])))
        return true;
    }
  }
  return false;
}

diag::Status add_package(const Project& root, const AddedPackage& package, const base::Env& env,
                         diag::Sources& sources, diag::Sink& sink,
                         const InstallProgress& progress) {
  std::string name = packages_file(root, env);
  std::string path = base::join_path(root.root, name);
  auto document = read_yaml(path, name, env.files, sources, sink);
  if (!document)
    return std::move(document.error());
  const yaml::Node* node = *document ? (*document)->root : nullptr;
  Data file = node != nullptr && node->is_mapping() ? yaml::to_data(*node) : Data(DataMap{});
  if (node == nullptr)
    progress({"Formatting", "Z017", "Created " + name});
  const Data* old = file.get("packages");
  DataList entries = old != nullptr && old->is_list() ? old->as_list() : DataList{};
  std::erase_if(entries, [&](const Data& entry) {
    bool is_same = is_same_package(entry, package.name);
    if (is_same) {
      DataMap data;
      data.set("removed_package", Data(python_repr(entry)));
      progress({"DepsFoundDuplicatePackage", "M033",
                "Found duplicate package in packages.yml, removing: " + python_repr(entry),
                std::move(data)});
    }
    return is_same;
  });
  entries.push_back(entry_of(package));
  file.as_map().set("packages", Data(std::move(entries)));
  if (auto error = env.files.write(path, file_text(file))) {
    diag::Diagnostic d;
    d.code = diag::Code::FileUnwritable;
    d.message = fmt::format("`{}` cannot be written: {}", path, error->message);
    return d;
  }
  const std::string version = package.version.empty() ? "None" : package.version;
  DataMap data;
  data.set("package_name", Data(package.name));
  data.set("version", Data(version));
  data.set("packages_filepath", Data(path));
  progress({"DepsAddPackage", "M032",
            fmt::format("Added new package {}@{} to {}", package.name, version, path),
            std::move(data)});
  return diag::Done{};
}

}  // namespace weft::config
