#include "cli/event_info.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace weft::cli {
namespace {

constexpr WarningTag kPlain = WarningTag::Plain, kOld = WarningTag::Deprecated,
                     kNamed = WarningTag::NamedDeprecation;

constexpr WarningEvent kEvents[] = {
    {"PackageRedirectDeprecation", "D001", kOld, true},
    {"PackageInstallPathDeprecation", "D002", kOld, true},
    {"ConfigSourcePathDeprecation", "D003", kOld, true},
    {"ConfigDataPathDeprecation", "D004", kOld, true},
    {"MetricAttributesRenamed", "D006", kOld, true},
    {"ExposureNameDeprecation", "D007", kOld, true},
    {"InternalDeprecation", "D008", kPlain, false},
    {"EnvironmentVariableRenamed", "D009", kOld, true},
    {"ConfigLogPathDeprecation", "D010", kOld, true},
    {"ConfigTargetPathDeprecation", "D011", kOld, true},
    {"TestsConfigDeprecation", "D012", kOld, true},
    {"CollectFreshnessReturnSignature", "D012", kOld, false},
    {"ProjectFlagsMovedDeprecation", "D013", kOld, true},
    {"SpacesInResourceNameDeprecation", "D014", kPlain, false},
    {"ResourceNamesWithSpacesDeprecation", "D015", kPlain, true},
    {"PackageMaterializationOverrideDeprecation", "D016", kPlain, true},
    {"SourceFreshnessProjectHooksNotRun", "D017", kPlain, true},
    {"MFTimespineWithoutYamlConfigurationDeprecation", "D018", kPlain, true},
    {"MFCumulativeTypeParamsDeprecation", "D019", kPlain, true},
    {"MicrobatchMacroOutsideOfBatchesDeprecation", "D020", kPlain, true},
    {"GenericJSONSchemaValidationDeprecation", "D022", kNamed, true},
    {"UnexpectedJinjaBlockDeprecation", "D023", kNamed, true},
    {"DuplicateYAMLKeysDeprecation", "D024", kNamed, true},
    {"CustomTopLevelKeyDeprecation", "D025", kNamed, true},
    {"CustomKeyInConfigDeprecation", "D026", kNamed, true},
    {"CustomKeyInObjectDeprecation", "D027", kNamed, true},
    {"DeprecationsSummary", "D028", kNamed, false},
    {"CustomOutputPathInSourceFreshnessDeprecation", "D029", kNamed, true},
    {"PropertyMovedToConfigDeprecation", "D030", kNamed, true},
    {"WEOIncludeExcludeDeprecation", "D031", kNamed, true},
    {"ModelParamUsageDeprecation", "D032", kNamed, true},
    {"ModulesItertoolsUsageDeprecation", "D034", kNamed, true},
    {"SourceOverrideDeprecation", "D035", kNamed, true},
    {"EnvironmentVariableNamespaceDeprecation", "D036", kNamed, true},
    {"MissingPlusPrefixDeprecation", "D037", kNamed, true},
    {"ArgumentsPropertyInGenericTestDeprecation", "D038", kNamed, true},
    {"MissingArgumentsPropertyInGenericTestDeprecation", "D039", kNamed, true},
    {"DuplicateNameDistinctNodeTypesDeprecation", "D040", kNamed, true},
    {"TimeDimensionsRequireGranularityDeprecation", "D041", kNamed, true},
    {"GenericSemanticLayerDeprecation", "D042", kNamed, true},
    {"GenerateSchemaNameNullValueDeprecation", "D044", kNamed, true},
    {"InvalidValueForField", "I008"},
    {"ValidationWarning", "I009"},
    {"UnusedResourceConfigPath", "I051"},
    {"SeedIncreased", "I052"},
    {"SeedExceedsLimitSamePath", "I053"},
    {"SeedExceedsLimitAndPathChanged", "I054"},
    {"SeedExceedsLimitChecksumChanged", "I055"},
    {"UnusedTables", "I056"},
    {"WrongResourceSchemaFile", "I057"},
    {"NoNodeForYamlKey", "I058"},
    {"MacroNotFoundForPatch", "I059"},
    {"NodeNotFoundOrDisabled", "I060"},
    {"JinjaLogWarning", "I061"},
    {"DeprecatedModel", "I065"},
    {"UpcomingReferenceDeprecation", "I066"},
    {"DeprecatedReference", "I067"},
    {"UnsupportedConstraintMaterialization", "I068"},
    {"SemanticValidationFailure", "I070"},
    {"UnversionedBreakingChange", "I071"},
    {"WarnStateTargetEqual", "I072"},
    {"FreshnessConfigProblem", "I073"},
    {"MicrobatchModelNoEventTimeInputs", "I074"},
    {"InvalidConcurrentBatchesConfig", "I075"},
    {"InvalidMacroAnnotation", "I076"},
    {"PackageNodeDependsOnRootProjectNode", "I077"},
    {"DepsUnpinned", "M029"},
    {"NoNodesForSelectionCriteria", "M030"},
    {"LogTestResult", "Q007"},
    {"NoNodesSelected", "Q038"},
    {"NothingToDo", "Q035"},
    {"SelectExcludeIgnoredWithSelectorWarning", "Z064"},
};

}  // namespace

const WarningEvent* find_warning_event(std::string_view name) {
  const auto* found = std::find_if(std::begin(kEvents), std::end(kEvents),
                                   [&](const WarningEvent& event) { return event.name == name; });
  return found == std::end(kEvents) ? nullptr : found;
}

std::string tagged_warning(const WarningEvent* event, std::string_view text, bool names_events) {
  bool is_deprecation = event != nullptr && event->code.front() == 'D';
  WarningTag tag = event == nullptr ? kPlain : event->tag;
  if (is_deprecation && names_events && event->name != "SpacesInResourceNameDeprecation")
    tag = kNamed;
  if (tag == kNamed)
    return fmt::format("[WARNING][{}]: Deprecated functionality\n\n{}", event->name, text);
  if (tag == kOld)
    return fmt::format("[WARNING]: Deprecated functionality\n\n{}", text);
  return fmt::format("[WARNING]: {}", text);
}

std::string tagged_error(std::string_view text, bool has_colors) {
  return fmt::format("[{}]: {}", has_colors ? "\x1b[31mERROR\x1b[0m" : "ERROR", text);
}

}  // namespace weft::cli
