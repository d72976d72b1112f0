// Exposures: what stands behind the models, and which of them it uses.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/paths.h"
#include "base/strings.h"
#include "parse/checks.h"
#include "parse/node_patch.h"
#include "parse/properties_error.h"

namespace weft::parse {
namespace {

using base::Data;
using base::DataList;
using base::DataMap;

Data member(const Data& data, std::string_view key) {
  const Data* value = data.get(key);
  return value == nullptr ? Data() : *value;
}

const std::vector<std::string> kTypes = {"dashboard", "notebook", "analysis", "ml", "application"};
const std::vector<std::string> kMaturities = {"low", "medium", "high"};

class ExposureParser {
 public:
  explicit ExposureParser(State& state)
      : state_(state), worker_(*state.shared, nullptr), configs_(state) {}

  void add(Entry& entry) {
    if (!check(entry))
      return;
    warn_of_name(entry);
    const ProjectFile& file = state_.files[entry.file];
    Node node;
    node.type = ResourceType::Exposure;
    node.name = entry.name;
    node.package_name = state_.project_of(file).name;
    node.path = file.path;
    node.original_file_path = file.original_file_path;
    node.unique_id = fmt::format("exposure.{}.{}", node.package_name, node.name);
    node.fqn = folder_fqn(node.package_name, file.path);
    node.fqn.push_back(node.name);
    node.created_at = state_.now;
    node.patch_span = entry.node->span;
    DescriptionRenderer descriptions(state_, worker_);
    node.description = descriptions.render(description_text(entry.data), node.package_name,
                                           entry.node->span, node.doc_blocks);
    node.details = std::make_unique<DataMap>();
    node.details->set("type", member(entry.data, "type"));
    node.details->set("owner", owner_of(entry.data));
    for (const char* key : {"label", "maturity", "url"})
      node.details->set(key, member(entry.data, key));
    if (!take_config(node, entry.data, state_.project_of(file).trees.exposures))
      return;
    if (capture_references(node, entry))
      add_node(state_, std::move(node));
  }

 private:
  bool report(const Entry& entry, const std::string& message, diag::Span span, std::string hint) {
    std::string sentence =
        fmt::format("Invalid exposures config given in {} @ exposures: {} - {}",
                    state_.files[entry.file].original_file_path, python_repr(entry.data), message);
    state_.report(properties_error(fmt::format("exposure `{}`: {}", entry.name, message), span,
                                   std::move(hint), sentence));
    return false;
  }

  void warn_of_name(const Entry& entry) {
    bool is_plain = !entry.name.empty() &&
                    std::all_of(entry.name.begin(), entry.name.end(), [](unsigned char c) {
                      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                             (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
                    });
    if (is_plain)
      return;
    diag::Diagnostic d;
    d.code = diag::Code::ExposureName;
    d.message =
        fmt::format("the name of exposure `{}` has more than letters, digits and `_`", entry.name);
    const yaml::Node* name = entry.node->find("name");
    d.span = name == nullptr ? entry.node->span : name->span;
    d.hint = "put the text into `label`";
    d.legacy_text = fmt::format(
        "Starting in v1.3, the 'name' of an exposure should contain only letters, numbers, and "
        "underscores. Exposures support a new property, 'label', which may contain spaces, capital "
        "letters, and special characters. {} does not follow this pattern. Please update the "
        "'name', and use the 'label' property for a human-friendly title. This will raise an error "
        "in a future version of dbt-core.",
        entry.name);
    d.event_data.set("exposure", Data(entry.name));
    state_.report(std::move(d));
  }

  bool check_word(const Entry& entry, const char* key, const std::vector<std::string>& words,
                  bool is_required) {
    Data value = member(entry.data, key);
    if (value.is_null() && !is_required)
      return true;
    const yaml::Node* node = entry.node->find(key);
    diag::Span span = node == nullptr ? entry.node->span : node->span;
    if (value.is_null())
      return report(entry, fmt::format("'{}' is a required property", key), span,
                    fmt::format("write one of {}", base::join(words, ", ")));
    std::string text = python_str(value);
    if (std::find(words.begin(), words.end(), text) != words.end())
      return true;
    std::optional<std::string> near = base::nearest(text, words);
    return report(entry, fmt::format("`{}` is no {}", text, key), span,
                  near ? fmt::format("did you mean `{}`?", *near)
                       : fmt::format("write one of {}", base::join(words, ", ")));
  }

  bool check(const Entry& entry) {
    if (!check_word(entry, "type", kTypes, true) ||
        !check_word(entry, "maturity", kMaturities, false))
      return false;
    Data owner = member(entry.data, "owner");
    if (!owner.is_map())
      return report(entry, "'owner' is a required property", entry.node->span,
                    "add `owner:` with `name:` or `email:`");
    if (member(owner, "name").is_null() && member(owner, "email").is_null())
      return report(entry, "Exposure owner must have at least one of 'name' or 'email'.",
                    entry.node->find("owner")->span, "add `name:` or `email:`");
    Data depends_on = member(entry.data, "depends_on");
    if (!depends_on.is_null() && !depends_on.is_list())
      return report(entry, "`depends_on` must be a list", entry.node->find("depends_on")->span,
                    "start each item with `- ref('...')`");
    return true;
  }

  /// email and name first, then what else the owner has.
  static Data owner_of(const Data& entry) {
    const Data& owner = *entry.get("owner");
    DataMap made;
    made.set("email", member(owner, "email"));
    made.set("name", member(owner, "name"));
    for (const auto& [key, value] : owner.as_map())
      made.set(key, value);
    return Data(std::move(made));
  }

  /// Tags and meta stand at the exposure and in its configuration, the same in both places.
  bool take_config(Node& node, const Data& entry, const DataMap& of_project) {
    DataMap given;
    if (const Data* config = entry.get("config"); config != nullptr && config->is_map())
      given = config->as_map();
    DataMap config = configs_.build(ResourceType::Exposure, node.package_name, node.fqn, given, {});
    if (!check_config(state_, node, config))
      return false;
    // Here the exposure's own tags and meta replace those of dbt_project.yml, unlike at other
    // kinds; but what stands at the top of its `exposures` is kept, with or without a plus.
    for (const char* key : {"tags", "meta"}) {
      if (const Data* own = given.find(key); own != nullptr && !own->is_null())
        config.set(key, *own);
    }
    std::set<std::string> tags;
    for (const Data* list : {of_project.find("tags"), entry.get("tags"),
                             static_cast<const Data*>(config.find("tags"))}) {
      if (list == nullptr || list->is_null())
        continue;
      for (const Data& tag : list->is_list() ? list->as_list() : DataList{*list})
        tags.insert(python_str(tag));
    }
    node.tags.assign(tags.begin(), tags.end());
    for (const Data* meta : {of_project.find("meta"), entry.get("meta"),
                             static_cast<const Data*>(config.find("meta"))}) {
      if (meta == nullptr || !meta->is_map())
        continue;
      for (const auto& [key, value] : meta->as_map())
        node.meta.set(key, value);
    }
    config.set("tags", Data(DataList(node.tags.begin(), node.tags.end())));
    config.set("meta", Data(node.meta));
    node.unrendered_config = state_.interner->intern(
        configs_.unrendered(ResourceType::Exposure, node.package_name, node.fqn, given, {}));
    node.config = state_.interner->intern(std::move(config));
    return true;
  }

  bool capture_references(Node& node, const Entry& entry) {
    const Data* list = entry.data.get("depends_on");
    if (list == nullptr || list->is_null())
      return true;
    const yaml::Node* places = entry.node->find("depends_on");
    context::Capture capture;
    context::NodeScope scope;
    scope.package_name = node.package_name;
    scope.node = &node;
    scope.capture = &capture;
    for (size_t i = 0; i < list->as_list().size(); ++i) {
      std::string text = "{{ " + python_str(list->as_list()[i]) + " }}";
      diag::Result<jinja::Rendered> rendered = worker_.render_text(text, node.name, scope);
      if (rendered)
        continue;
      diag::Diagnostic error = rendered.error();
      error.span =
          places != nullptr && i < places->items.size() ? places->items[i]->span : entry.node->span;
      state_.report(std::move(error));
      return false;
    }
    take_capture(node, capture);
    return true;
  }

  State& state_;
  context::Worker worker_;
  ConfigBuilder configs_;
};

}  // namespace

void parse_exposures(State& state) {
  ExposureParser parser(state);
  for (Entry& entry : state.entries) {
    if (entry.section == "exposures") {
      entry.is_used = true;
      parser.add(entry);
    }
  }
}

}  // namespace weft::parse
