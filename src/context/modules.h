// Python's modules as templates see them under `modules`: datetime, pytz, re, itertools.
//
// Each is a dict of functions and classes. Names are those that dbt hands out; everything is built
// on the value kinds of the engine. Errors carry the name of Python's exception.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "jinja/interpreter.h"
#include "jinja/object.h"
#include "jinja/value.h"

namespace weft::context {

/// One function of a module or class. `function` may keep state; the name must outlive the value.
using ModuleFunction =
    std::function<jinja::Value(jinja::Interpreter& interpreter, const jinja::Arguments& arguments)>;
jinja::Value make_module_function(std::string_view name, ModuleFunction function);

/// A Python class as a value: calling it makes an instance, its attributes are class methods and
/// constants.
class ClassObject final : public jinja::Object {
 public:
  /// `full_name` as Python's repr has it ("datetime.date"). A null `make` makes an abstract class.
  ClassObject(std::string_view full_name, ModuleFunction make)
      : full_name_(full_name), make_(std::move(make)) {}

  void add(std::string_view name, jinja::Value value) { members_.emplace_back(name, value); }
  void add_function(std::string_view name, ModuleFunction function) {
    add(name, make_module_function(name, std::move(function)));
  }

  /// Methods of instances are attributes, too: `datetime.strftime(moment, format)`.
  void set_instances(jinja::Kind kind) { instances_ = kind; }

  std::string_view type_name() const override { return "type"; }
  bool is_callable() const override { return true; }
  jinja::Value call(jinja::Interpreter& interpreter, const jinja::Arguments& arguments) override;
  std::optional<jinja::Value> attribute(jinja::Interpreter&, std::string_view name) override;
  std::string repr() const override;

 private:
  std::string full_name_;
  ModuleFunction make_;
  jinja::Kind instances_ = jinja::Kind::None;
  std::vector<std::pair<std::string_view, jinja::Value>> members_;
};

/// `clock` decides what now is and must outlive the value.
jinja::Value datetime_module(base::Clock& clock);
jinja::Value pytz_module();
jinja::Value re_module();
/// `on_use` is called at each call of a function.
jinja::Value itertools_module(std::function<void(jinja::Interpreter&)> on_use);

/// All of them under their names, each made when it is first used. `clock` must outlive the value.
jinja::Value modules_value(base::Clock& clock,
                           std::function<void(jinja::Interpreter&)> on_itertools);

/// datetime.strptime: the moment that `text` says by `format`; raises ValueError.
jinja::DateTime parse_moment(jinja::Interpreter& interpreter, std::string_view text,
                             std::string_view format);

}  // namespace weft::context
