// What templates define and hand around: macros, modules, self, super, namespaces.
#pragma once

#include <string>
#include <string_view>

#include "jinja/context.h"
#include "jinja/object.h"

namespace weft::jinja {

class Machine;

/// A function of a template with the variables around it. Filters of loops and recursive loops are
/// bare closures; macros and callers are more.
class ClosureObject : public Object {
 public:
  ClosureObject(const Function& function, FrameLink* link) : function_(&function), link_(link) {}

  const Function& function() const { return *function_; }
  FrameLink* link() const { return link_.get(); }
  std::string_view type_name() const override { return "function"; }

 private:
  const Function* function_;
  Ref<FrameLink> link_;
};

class MacroObject final : public ClosureObject {
 public:
  MacroObject(const Function& function, FrameLink* link) : ClosureObject(function, link) {}

  std::string_view name() const;
  std::string_view type_name() const override { return "Macro"; }
  std::string_view module_name() const override { return "jinja2.runtime"; }
  std::optional<Value> attribute(Interpreter& interpreter, std::string_view name) override;
  Value call(Interpreter& interpreter, const Arguments& arguments) override;
  bool is_callable() const override { return true; }
  std::string repr() const override;
};

/// What `import` gives: the exported variables, and the text when it is printed.
class ModuleObject final : public Object {
 public:
  ModuleObject(Ref<Context> context, Value text)
      : context_(std::move(context)), text_(std::move(text)) {}

  const Context& context() const { return *context_; }
  std::string_view name() const { return context_->code().name; }
  std::string_view type_name() const override { return "TemplateModule"; }
  std::string_view module_name() const override { return "jinja2.environment"; }
  std::optional<Value> attribute(Interpreter& interpreter, std::string_view name) override;
  std::string str() const override { return text_.str(); }
  std::string repr() const override;

 private:
  Ref<Context> context_;
  Value text_;
};

/// `self`: calls blocks by name.
class SelfObject final : public Object {
 public:
  explicit SelfObject(Context& context) : context_(&context) {}

  std::string_view type_name() const override { return "TemplateReference"; }
  std::string_view module_name() const override { return "jinja2.runtime"; }
  std::optional<Value> attribute(Interpreter& interpreter, std::string_view name) override;
  std::optional<Value> item(Interpreter& interpreter, const Value& key) override;
  std::string repr() const override;

 private:
  Ref<Context> context_;
};

/// `super` and `self.name`: a block of a template further out.
class BlockObject final : public Object {
 public:
  BlockObject(std::string_view name, Context& context, size_t depth)
      : name_(name), context_(&context), depth_(depth) {}

  std::string_view type_name() const override { return "BlockReference"; }
  std::string_view module_name() const override { return "jinja2.runtime"; }
  std::optional<Value> attribute(Interpreter& interpreter, std::string_view name) override;
  Value call(Interpreter& interpreter, const Arguments& arguments) override;
  bool is_callable() const override { return true; }

 private:
  std::string_view name_;
  Ref<Context> context_;
  size_t depth_;
};

/// namespace(): attributes that templates may set.
class NamespaceObject final : public Object {
 public:
  explicit NamespaceObject(Value attributes) : attributes_(std::move(attributes)) {}

  const Value* find(std::string_view name) const { return attributes_.find(name); }
  void set(std::string_view name, Value value) { attributes_.set_item(name, std::move(value)); }
  std::string_view type_name() const override { return "Namespace"; }
  std::string_view module_name() const override { return "jinja2.utils"; }
  std::optional<Value> attribute(Interpreter& interpreter, std::string_view name) override;
  std::string repr() const override { return "<Namespace " + attributes_.repr() + ">"; }

 private:
  Value attributes_;
};

}  // namespace weft::jinja
