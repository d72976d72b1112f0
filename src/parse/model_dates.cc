// Models with a deprecation date: those past it, and what refers to them.
#include <fmt/format.h>

#include "manifest/metadata_json.h"
#include "parse/checks.h"

namespace weft::parse {
namespace {

using base::Data;

std::string version_text(const Data& version) {
  return version.is_null() ? "" : python_str(version);
}

struct Dated {
  const Node* node = nullptr;
  bool is_past = false;
};

Data text_or_null(const Data& version) {
  return version.is_null() ? Data() : Data(python_str(version));
}

void report_model(State& state, const Node& node) {
  const manifest::ModelFields& model = *node.model;
  std::string version = version_text(model.version);
  diag::Diagnostic d;
  d.code = diag::Code::ModelDeprecated;
  d.message =
      fmt::format("model `{}` is past its deprecation date {}", node.name, *model.deprecation_date);
  d.span = place_of(node);
  d.hint = "disable or remove it, or change `deprecation_date`";
  d.legacy_text = fmt::format(
      "Model {}{}{} has passed its deprecation date of {}. This model should be disabled or "
      "removed.",
      node.name, version.empty() ? "" : ".v", version, *model.deprecation_date);
  d.event_data.set("model_name", Data(node.name));
  d.event_data.set("model_version", Data(version));
  d.event_data.set("deprecation_date", Data(*model.deprecation_date));
  state.report(std::move(d));
}

void report_reference(State& state, const Node& from, const Dated& to) {
  const manifest::ModelFields& model = *to.node->model;
  std::string version = version_text(model.version), latest = version_text(model.latest_version);
  diag::Diagnostic d;
  d.code = to.is_past ? diag::Code::DeprecatedReference : diag::Code::UpcomingDeprecation;
  d.message = fmt::format("model `{}` refers to `{}`, which {} deprecated on {}", from.name,
                          to.node->name, to.is_past ? "was" : "will be", *model.deprecation_date);
  d.span = from.source_span.valid() ? from.source_span : from.patch_span;
  d.legacy_text = fmt::format(
      "While compiling '{}': Found a reference to {}{}{}, which {} on '{}'. ", from.name,
      to.node->name, version.empty() ? "" : ".v", version,
      to.is_past ? "was deprecated" : "is slated for deprecation", *model.deprecation_date);
  if (!version.empty() && version != latest) {
    std::string call =
        fmt::format("ref('{}', '{}', v='{}')", to.node->package_name, to.node->name, latest);
    d.hint = fmt::format("a newer version exists: {}", call);
    d.legacy_text += fmt::format("A new version of '{}' is available. {}: {{{{ {} }}}}.",
                                 to.node->name, to.is_past ? "Migrate now" : "Try it out", call);
  }
  d.event_data.set("model_name", Data(from.name));
  d.event_data.set("ref_model_package", Data(to.node->package_name));
  d.event_data.set("ref_model_name", Data(to.node->name));
  d.event_data.set("ref_model_version", Data(version));
  d.event_data.set("ref_model_latest_version",
                   Data(python_str(text_or_null(model.latest_version))));
  d.event_data.set("ref_model_deprecation_date", Data(*model.deprecation_date));
  state.report(std::move(d));
}

}  // namespace

void report_deprecated_models(State& state) {
  const manifest::Manifest& manifest = state.manifest();
  std::unordered_map<uint32_t, Dated> dated;
  int64_t now = state.input.env.clock.now_us();
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const Node& node = manifest.nodes[i];
    if (node.model == nullptr || !node.model->deprecation_date || manifest.is_disabled(NodeId(i)))
      continue;
    std::optional<int64_t> date = manifest::parse_iso_time(*node.model->deprecation_date);
    bool is_past = date && *date < now;
    dated.emplace(static_cast<uint32_t>(i), Dated{&node, is_past});
    if (is_past)
      report_model(state, node);
  }
  if (dated.empty())
    return;
  for (size_t i = 0; i < manifest.nodes.size(); ++i) {
    const Node& node = manifest.nodes[i];
    if (node.model == nullptr || manifest.is_disabled(NodeId(i)))
      continue;
    for (NodeId to : node.depends_on) {
      if (auto found = dated.find(to.value); found != dated.end())
        report_reference(state, node, found->second);
    }
  }
}

}  // namespace weft::parse
