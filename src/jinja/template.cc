#include "jinja/template.h"

#include <utility>

#include "jinja/arena.h"
#include "jinja/code.h"
#include "jinja/environment_code.h"
#include "jinja/names.h"
#include "jinja/parser.h"
#include "jinja/unwind.h"

namespace weft::jinja {
namespace {

/// The value of an argument that compiling found to be a constant.
std::optional<base::Data> argument_data(const TemplateCode& code, const CallArgumentRef& argument) {
  if (!argument.is_constant) {
    return std::nullopt;
  }
  std::string_view text =
      code.text.substr(argument.value.begin, argument.value.end - argument.value.begin);
  LexerRules rules(code.environment->options());
  Arena arena;
  NameTable names;
  try {
    return literal_data(*Parser(rules, text, arena, names, true).parse_whole_expression());
  } catch (const CompileFailure&) {
    return std::nullopt;
  }
}

CallSite call_site(const TemplateCode& code, const CallRef& ref) {
  CallSite site;
  if (ref.owner != kNoName) {
    site.name = std::string(code.name_text(ref.owner)) + ".";
  }
  site.name += code.name_text(ref.name);
  site.span = code.span(ref.span);
  for (uint32_t i = 0; i < ref.arguments; ++i) {
    const CallArgumentRef& argument = code.call_arguments[ref.first_argument + i];
    std::optional<base::Data> data = argument_data(code, argument);
    if (argument.name == kNoName) {
      site.positional.push_back(std::move(data));
    } else {
      site.named.emplace_back(code.name_text(argument.name), std::move(data));
    }
  }
  return site;
}

void make_calls(const TemplateCode& code) {
  for (const CallRef& ref : code.call_refs) {
    code.calls.push_back(call_site(code, ref));
  }
  for (MacroInfo& macro : code.macros) {
    for (const CallSite& call : code.calls) {
      if (call.span.begin >= macro.span.begin && call.span.end <= macro.span.end) {
        macro.calls.push_back(call);
      }
    }
  }
}

}  // namespace

struct Template::Impl {
  TemplateCode code;
};

Template::Template() : impl_(std::make_unique<Impl>()) {}
Template::~Template() = default;

const std::string& Template::name() const { return impl_->code.name; }
diag::SourceId Template::source() const { return impl_->code.source; }
bool Template::is_plain_text() const { return impl_->code.is_plain_text; }

const std::vector<MacroInfo>& Template::macros() const {
  calls();
  return impl_->code.macros;
}

const std::vector<CallSite>& Template::calls() const {
  std::call_once(impl_->code.calls_once, [this] { make_calls(impl_->code); });
  return impl_->code.calls;
}

std::shared_ptr<Template> TemplateAccess::make() {
  return std::shared_ptr<Template>(new Template());
}
TemplateCode& TemplateAccess::code(Template& compiled) { return compiled.impl_->code; }
const TemplateCode& TemplateAccess::code(const Template& compiled) { return compiled.impl_->code; }

}  // namespace weft::jinja
