#include "context/relation_object.h"

#include <array>

#include <fmt/format.h>

#include "base/strings.h"
#include "context/index_object.h"
#include "context/worker.h"
#include "jinja/bound_method.h"
#include "jinja/interpreter.h"
#include "jinja/ops.h"

namespace weft::context {
namespace {

using adapter::Parts;
using adapter::Relation;
using adapter::RelationType;
using jinja::Arguments;
using jinja::Interpreter;
using jinja::Value;

Value text_or_none(const std::optional<std::string>& text) {
  return text ? Value::string(*text) : Value::none();
}

Value parts_value(const Parts& parts) {
  Value made = Value::dict();
  made.set_item("database", Value::boolean(parts.database));
  made.set_item("schema", Value::boolean(parts.schema));
  made.set_item("identifier", Value::boolean(parts.identifier));
  return made;
}

Value path_value(const Relation& relation) {
  Value made = Value::dict();
  made.set_item("database", text_or_none(relation.database));
  made.set_item("schema", text_or_none(relation.schema));
  made.set_item("identifier", text_or_none(relation.identifier));
  return made;
}

void read_part(Interpreter& interpreter, const Value& value, std::optional<std::string>& part) {
  if (value.is_none() || value.is_undefined()) {
    part.reset();
  } else if (value.is_string()) {
    part = std::string(value.as_string());
  } else {
    interpreter.raise("TypeError", "a part of a relation's name must be text");
  }
}

void read_path(Interpreter& interpreter, const Value& path, Relation& relation) {
  for (auto [name, part] :
       {std::pair{"database", &relation.database}, std::pair{"schema", &relation.schema},
        std::pair{"identifier", &relation.identifier}}) {
    if (path.is_dict()) {
      if (const Value* value = path.find(name))
        read_part(interpreter, *value, *part);
    }
  }
}

void read_policy(const Value& policy, Parts& parts) {
  if (!policy.is_dict())
    return;
  for (auto [name, part] :
       {std::pair{"database", &parts.database}, std::pair{"schema", &parts.schema},
        std::pair{"identifier", &parts.identifier}}) {
    const Value* value = policy.find(name);
    if (value != nullptr && !value->is_none())
      *part = value->truthy();
  }
}

RelationType read_type(const Value& value) {
  return value.is_string() ? adapter::parse_relation_type(value.as_string())
                           : RelationType::Unknown;
}

/// include(schema=false) and quote(identifier=true): the named parts change, the rest stays.
Value with_policy(Interpreter& interpreter, const Relation& relation, const Arguments& arguments,
                  bool is_quote) {
  ArgumentReader reader(interpreter, is_quote ? "quote" : "include", arguments,
                        {"database", "schema", "identifier"});
  Relation made = relation;
  Parts& parts = is_quote ? made.quote : made.include;
  std::array<bool*, 3> fields = {&parts.database, &parts.schema, &parts.identifier};
  for (size_t i = 0; i < fields.size(); ++i) {
    const Value* value = reader.find(i);
    if (value != nullptr && !value->is_none())
      *fields[i] = value->truthy();
  }
  return relation_value(std::move(made));
}

/// incorporate(path={}, type=…, quote_policy={}, include_policy={}), also with parts as keywords.
Value incorporate(Interpreter& interpreter, const Relation& relation, const Arguments& arguments) {
  Relation made = relation;
  for (const jinja::NamedValue& named : arguments.named) {
    if (named.name == "path")
      read_path(interpreter, named.value, made);
    else if (named.name == "type")
      made.type = read_type(named.value);
    else if (named.name == "quote_policy")
      read_policy(named.value, made.quote);
    else if (named.name == "include_policy")
      read_policy(named.value, made.include);
    else if (named.name == "limit")
      made.limit = named.value.is_integer() ? std::optional(named.value.as_int()) : std::nullopt;
  }
  return relation_value(std::move(made));
}

Value replace_path(Interpreter& interpreter, const Relation& relation, const Arguments& arguments) {
  Relation made = relation;
  for (const jinja::NamedValue& named : arguments.named) {
    if (named.name == "database")
      read_part(interpreter, named.value, made.database);
    else if (named.name == "schema")
      read_part(interpreter, named.value, made.schema);
    else if (named.name == "identifier")
      read_part(interpreter, named.value, made.identifier);
  }
  return relation_value(std::move(made));
}

Value matches(Interpreter& interpreter, const Relation& relation, const Arguments& arguments) {
  ArgumentReader reader(interpreter, "matches", arguments, {"database", "schema", "identifier"});
  std::array<const std::optional<std::string>*, 3> parts = {&relation.database, &relation.schema,
                                                            &relation.identifier};
  for (size_t i = 0; i < parts.size(); ++i) {
    std::optional<std::string> wanted = reader.optional_text(i);
    if (wanted && !(*parts[i] && base::equal_ignoring_case(*wanted, **parts[i])))
      return Value::boolean(false);
  }
  return Value::boolean(true);
}

/// "db".INFORMATION_SCHEMA.<view>, as dbt renders it.
class InformationSchemaObject final : public jinja::Object {
 public:
  InformationSchemaObject(Relation of, std::optional<std::string> view)
      : of_(std::move(of)), view_(std::move(view)) {}
  std::string_view type_name() const override { return "InformationSchema"; }
  std::string_view module_name() const override { return "dbt.adapters.base.relation"; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (name == "database")
      return text_or_none(of_.database);
    if (name == "schema")
      return Value::string("INFORMATION_SCHEMA");
    if (name == "information_schema_view" || name == "identifier")
      return text_or_none(view_);
    return std::nullopt;
  }
  std::string str() const override {
    std::string text;
    if (of_.database)
      text = adapter::quote_identifier(*of_.database) + ".";
    text += "INFORMATION_SCHEMA";
    return view_ ? text + "." + *view_ : text;
  }

 private:
  Relation of_;
  std::optional<std::string> view_;
};

std::optional<Value> relation_constant(std::string_view name) {
  if (name == "Table")
    return Value::string("table");
  if (name == "View")
    return Value::string("view");
  if (name == "CTE")
    return Value::string("cte");
  if (name == "MaterializedView")
    return Value::string("materialized_view");
  if (name == "External")
    return Value::string("external");
  if (name == "Function")
    return Value::string("function");
  if (name == "PointerTable")
    return Value::string("pointer_table");
  return std::nullopt;
}

/// create(database=…, schema=…, identifier=…, type=…, quote_policy=…).
Value create(Interpreter& interpreter, const Arguments& arguments) {
  ArgumentReader reader(
      interpreter, "create", arguments,
      {"database", "schema", "identifier", "type", "quote_policy", "include_policy", "limit"});
  Relation made;
  std::array<std::optional<std::string>*, 3> parts = {&made.database, &made.schema,
                                                      &made.identifier};
  for (size_t i = 0; i < parts.size(); ++i) {
    if (const Value* value = reader.find(i))
      read_part(interpreter, *value, *parts[i]);
  }
  if (const Value* type = reader.find(3))
    made.type = read_type(*type);
  if (const Value* policy = reader.find(4))
    read_policy(*policy, made.quote);
  if (const Value* policy = reader.find(5))
    read_policy(*policy, made.include);
  return relation_value(std::move(made));
}

/// scd_args(primary_key, updated_at): the columns of a snapshot's row hash.
Value scd_args(Interpreter& interpreter, const Arguments& arguments) {
  ArgumentReader reader(interpreter, "scd_args", arguments, {"primary_key", "updated_at"});
  std::vector<Value> made;
  const Value& key = reader.require(0);
  if (key.is_list())
    made = interpreter.list_of(key);
  else
    made.push_back(key);
  made.push_back(reader.require(1));
  return Value::list(std::move(made));
}

class RelationClass final : public jinja::Object {
 public:
  std::string_view type_name() const override { return "RelationProxy"; }
  std::string_view module_name() const override { return "dbt.context.providers"; }
  std::optional<Value> attribute(Interpreter&, std::string_view name) override {
    if (std::optional<Value> constant = relation_constant(name))
      return constant;
    return jinja::method_among(
        *this, name, {"create", "get_default_quote_policy", "scd_args", "add_ephemeral_prefix"});
  }
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override {
    if (name == "create")
      return create(interpreter, arguments);
    if (name == "get_default_quote_policy")
      return parts_value(Parts{});
    if (name == "scd_args")
      return scd_args(interpreter, arguments);
    if (name == "add_ephemeral_prefix") {
      ArgumentReader reader(interpreter, name, arguments, {"name"});
      return Value::string("__dbt__cte__" + reader.text(0));
    }
    return std::nullopt;
  }
};

/// {indexes, requires_full_refresh}, or none when nothing differs. `relation_results` holds the
/// indexes that there are, `relation_config` is a node.
Value configuration_changes(Interpreter& interpreter, const Relation& relation,
                            const Arguments& arguments) {
  ArgumentReader reader(interpreter, "get_materialized_view_config_change_collection", arguments,
                        {"relation_results", "relation_config"});
  Value present = jinja::get_item(interpreter, reader.require(0), Value::string("indexes"));
  Value config = jinja::get_item(interpreter, reader.require(1), Value::string("config"));
  Value wanted = jinja::get_item(interpreter, config, Value::string("indexes"));
  std::vector<Value> changes =
      index_changes(interpreter, relation, present, wanted.is_undefined() ? Value::none() : wanted);
  if (changes.empty())
    return Value::none();
  Value made = Value::dict();
  made.set_item("indexes", Value::list(std::move(changes)));
  made.set_item("requires_full_refresh", Value::boolean(false));
  return made;
}

std::optional<Value> kind_flag(const Relation& relation, std::string_view name) {
  auto is = [&](RelationType type) { return Value::boolean(relation.type == type); };
  if (name == "is_table")
    return is(RelationType::Table);
  if (name == "is_view")
    return is(RelationType::View);
  if (name == "is_cte")
    return is(RelationType::Cte);
  if (name == "is_materialized_view")
    return is(RelationType::MaterializedView);
  if (name == "is_pointer")
    return is(RelationType::PointerTable);
  if (name == "is_function")
    return is(RelationType::Function);
  if (name == "can_be_renamed" || name == "can_be_replaced") {
    bool renamed = relation.type == RelationType::Table || relation.type == RelationType::View;
    bool materialized = relation.type == RelationType::MaterializedView;
    return Value::boolean(renamed || (materialized && name == "can_be_renamed"));
  }
  return std::nullopt;
}

std::optional<Value> plain_attribute(const Relation& relation, std::string_view name) {
  if (name == "database")
    return text_or_none(relation.database);
  if (name == "schema")
    return text_or_none(relation.schema);
  if (name == "identifier" || name == "table" || name == "name")
    return text_or_none(relation.identifier);
  if (name == "type") {
    return relation.type == RelationType::Unknown
               ? Value::none()
               : Value::string(relation_type_name(relation.type));
  }
  if (name == "path")
    return path_value(relation);
  if (name == "quote_policy")
    return parts_value(relation.quote);
  if (name == "include_policy")
    return parts_value(relation.include);
  if (name == "limit")
    return relation.limit ? Value::integer(*relation.limit) : Value::none();
  if (name == "quote_character")
    return Value::string("\"");
  if (name == "event_time_filter")
    return relation.event_time_filter ? Value::string(relation.event_time_filter->field)
                                      : Value::none();
  return std::nullopt;
}

}  // namespace

std::optional<Value> RelationObject::attribute(Interpreter&, std::string_view name) {
  if (std::optional<Value> value = plain_attribute(relation_, name))
    return value;
  if (std::optional<Value> flag = kind_flag(relation_, name))
    return flag;
  if (std::optional<Value> constant = relation_constant(name))
    return constant;
  return jinja::method_among(
      *this, name,
      {"render", "render_limited", "include", "quote", "incorporate", "replace_path", "matches",
       "without_identifier", "get_materialized_view_config_change_collection", "information_schema",
       "information_schema_only", "get", "scd_args", "relation_max_name_length",
       "get_default_quote_policy", "add_ephemeral_prefix", "create"});
}

std::optional<Value> RelationObject::item(Interpreter& interpreter, const Value& key) {
  return key.is_string() ? attribute(interpreter, key.as_string()) : std::nullopt;
}

std::optional<Value> RelationObject::call_method(Interpreter& interpreter, std::string_view name,
                                                 const Arguments& arguments) {
  if (name == "render")
    return Value::string(relation_.render());
  if (name == "render_limited")
    return Value::string(relation_.render());
  if (name == "include")
    return with_policy(interpreter, relation_, arguments, false);
  if (name == "quote")
    return with_policy(interpreter, relation_, arguments, true);
  if (name == "incorporate")
    return incorporate(interpreter, relation_, arguments);
  if (name == "replace_path")
    return replace_path(interpreter, relation_, arguments);
  if (name == "matches")
    return matches(interpreter, relation_, arguments);
  if (name == "without_identifier") {
    Relation made = relation_;
    made.include.identifier = false;
    made.identifier.reset();
    return relation_value(std::move(made));
  }
  if (name == "get_materialized_view_config_change_collection")
    return configuration_changes(interpreter, relation_, arguments);
  if (name == "information_schema") {
    ArgumentReader reader(interpreter, name, arguments, {"view_name"});
    return Value::object(new InformationSchemaObject(relation_, reader.optional_text(0)));
  }
  if (name == "information_schema_only")
    return Value::object(new InformationSchemaObject(relation_, std::nullopt));
  if (name == "get") {
    ArgumentReader reader(interpreter, name, arguments, {"key", "default"});
    // Packages ask get('metadata').type to tell a relation from other values.
    if (reader.text(0) == "metadata") {
      Value metadata = Value::dict();
      metadata.set_item("type", Value::string(type_name()));
      return metadata;
    }
    if (std::optional<Value> value = attribute(interpreter, reader.text(0)))
      return value;
    return reader.find(1) == nullptr ? Value::none() : *reader.find(1);
  }
  if (name == "scd_args")
    return scd_args(interpreter, arguments);
  if (name == "relation_max_name_length")
    return Value::integer(static_cast<int64_t>(adapter::kMaxNameBytes));
  if (name == "get_default_quote_policy")
    return parts_value(Parts{});
  if (name == "add_ephemeral_prefix") {
    ArgumentReader reader(interpreter, name, arguments, {"name"});
    return Value::string("__dbt__cte__" + reader.text(0));
  }
  if (name == "create")
    return create(interpreter, arguments);
  return std::nullopt;
}

std::optional<std::vector<Value>> RelationObject::iterate(Interpreter&) {
  std::vector<Value> names;
  for (const char* name : {"path", "type", "quote_character", "include_policy", "quote_policy"})
    names.push_back(Value::string(name));
  return names;
}

std::string RelationObject::repr() const {
  return fmt::format("<PostgresRelation {}>", relation_.render());
}

bool RelationObject::equals(const Object& other) const {
  const auto* relation = dynamic_cast<const RelationObject*>(&other);
  return relation != nullptr && relation->relation_.same_path(relation_);
}

size_t RelationObject::hash() const { return std::hash<std::string>{}(relation_.render_name()); }

Value relation_value(Relation relation) {
  return Value::object(new RelationObject(std::move(relation)));
}

Value relation_value(const std::optional<Relation>& relation) {
  return relation ? relation_value(*relation) : Value::none();
}

const Relation& relation_argument(Interpreter& interpreter, const Value& value,
                                  std::string_view function) {
  auto* object = value.as<RelationObject>();
  if (object == nullptr) {
    interpreter.raise("TypeError",
                      fmt::format("{}() needs a relation, found {}", function, value.type_name()));
  }
  return object->relation();
}

Value relation_class() { return Value::object(new RelationClass); }

}  // namespace weft::context
