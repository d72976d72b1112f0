#include "jinja/environment.h"

#include <utility>

#include "jinja/code.h"
#include "jinja/compiler.h"
#include "jinja/environment_code.h"
#include "jinja/ops.h"
#include "jinja/parser.h"
#include "jinja/unwind.h"

namespace weft::jinja {
namespace {

void add_function(Environment::Impl::Functions& functions, std::string name, Filter filter,
                  void* self) {
  auto added = std::make_unique<NamedFunction>();
  added->name = std::move(name);
  added->function = filter;
  added->self = self;
  functions.erase(added->name);
  std::string_view key = added->name;
  functions.emplace(key, std::move(added));
}

const NamedFunction* find_function(const Environment::Impl::Functions& functions,
                                   std::string_view name) {
  auto place = functions.find(name);
  return place == functions.end() ? nullptr : place->second.get();
}

Error compile_error(const CompileFailure& failure, const TemplateCode& code) {
  Error error;
  error.type = failure.type;
  error.message = failure.message;
  error.span = code.span({failure.offset, failure.offset});
  error.line = line_of(code.text, failure.offset);
  error.template_name = code.is_loaded ? code.name : "";
  return error;
}

/// Names that the parser made up live in its arena; those of the text live as long as the source.
void keep_names(TemplateCode& code, NameTable& names) {
  code.names = names.take();
  const char* begin = code.text.data();
  for (size_t i = kSpecialNames; i < code.names.size(); ++i) {
    std::string_view& name = code.names[i];
    if (name.data() < begin || name.data() >= begin + code.text.size()) {
      name = code.strings.copy(name);
    }
  }
}

/// The template, or how compiling failed.
std::variant<std::shared_ptr<const Template>, Error> compile_code(
    const Environment::Impl& environment, std::shared_ptr<Template> made, bool is_expression) {
  TemplateCode& code = TemplateAccess::code(*made);
  try {
    Arena arena;
    NameTable names;
    Parser parser(environment.rules, code.text, arena, names, is_expression);
    if (is_expression) {
      const Expr* node = parser.parse_whole_expression();
      Compiler(environment.options, environment, code, names).compile_expression(*node);
    } else {
      Ast ast = parser.parse();
      Compiler(environment.options, environment, code, names).compile(ast);
    }
    keep_names(code, names);
  } catch (const CompileFailure& failure) {
    return compile_error(failure, code);
  }
  return std::shared_ptr<const Template>(std::move(made));
}

std::shared_ptr<Template> make_template(const Environment& environment, diag::SourceId source,
                                        std::string_view name, uint32_t begin, uint32_t end) {
  std::shared_ptr<Template> made = TemplateAccess::make();
  TemplateCode& code = TemplateAccess::code(*made);
  std::string_view text = environment.sources().get(source).text;
  code.name = name;
  code.environment = &environment;
  code.source = source;
  code.base = std::min<uint32_t>(begin, static_cast<uint32_t>(text.size()));
  code.text = text.substr(code.base, end < code.base ? 0 : end - code.base);
  return made;
}

}  // namespace

const NamedFunction* Environment::Impl::filter(std::string_view name) const {
  return find_function(filters, name);
}

const NamedFunction* Environment::Impl::test(std::string_view name) const {
  return find_function(tests, name);
}

Environment::Environment(Options options, diag::Sources& sources)
    : impl_(std::make_unique<Impl>(std::move(options), sources)) {
  add_builtin_filters(*this);
  add_builtin_tests(*this);
}

Environment::~Environment() = default;

const Options& Environment::options() const { return impl_->options; }
diag::Sources& Environment::sources() const { return impl_->sources; }

void Environment::add_filter(std::string name, Filter filter, void* self) {
  add_function(impl_->filters, std::move(name), filter, self);
}

void Environment::add_test(std::string name, Filter test, void* self) {
  add_function(impl_->tests, std::move(name), test, self);
}

std::variant<std::shared_ptr<const Template>, Error> Environment::compile(diag::SourceId source,
                                                                          std::string_view name,
                                                                          uint32_t begin,
                                                                          uint32_t end) const {
  return compile_code(*impl_, make_template(*this, source, name, begin, end), false);
}

std::variant<std::shared_ptr<const Template>, Error> Environment::compile_expression(
    diag::SourceId source, std::string_view name) const {
  return compile_code(*impl_, make_template(*this, source, name, 0, 0xffffffff), true);
}

bool EnvironmentAccess::exists(const Environment& environment, std::string_view name) {
  {
    std::lock_guard lock(environment.impl_->mutex);
    if (environment.impl_->loaded.contains(std::string(name))) {
      return true;
    }
  }
  const Options& options = environment.options();
  return options.loader && options.loader(name).has_value();
}

std::variant<std::shared_ptr<const Template>, Error> EnvironmentAccess::load(
    const Environment& environment, std::string_view name) {
  std::string key(name);
  {
    std::lock_guard lock(environment.impl_->mutex);
    auto place = environment.impl_->loaded.find(key);
    if (place != environment.impl_->loaded.end()) {
      return place->second;
    }
  }
  const Options& options = environment.options();
  std::optional<std::string> text = options.loader ? options.loader(name) : std::nullopt;
  if (!text) {
    Error error;
    error.type = "TemplateNotFound";
    error.message = key;
    return error;
  }
  diag::SourceId source = environment.sources().add(key, std::move(*text));
  std::shared_ptr<Template> made = make_template(environment, source, name, 0, 0xffffffff);
  TemplateAccess::code(*made).is_loaded = true;
  auto compiled = compile_code(*environment.impl_, std::move(made), false);
  if (auto* ready = std::get_if<0>(&compiled)) {
    std::lock_guard lock(environment.impl_->mutex);
    return environment.impl_->loaded.emplace(key, *ready).first->second;
  }
  return compiled;
}

void EnvironmentAccess::add_quick_filter(Environment& environment, std::string_view name,
                                         QuickFilter quick) {
  environment.impl_->filters.at(name)->quick = quick;
}

const FunctionFinder& EnvironmentAccess::functions(const Environment& environment) {
  return *environment.impl_;
}

}  // namespace weft::jinja
