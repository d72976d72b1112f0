// RelationObject: a relation as templates see it, with dbt's attributes and methods.
#pragma once

#include <optional>
#include <string>

#include "adapter/relation.h"
#include "jinja/object.h"

namespace weft::context {

class RelationObject final : public jinja::Object {
 public:
  explicit RelationObject(adapter::Relation relation) : relation_(std::move(relation)) {}

  const adapter::Relation& relation() const { return relation_; }

  std::string_view type_name() const override { return "PostgresRelation"; }
  std::string_view module_name() const override { return "dbt.adapters.postgres.relation"; }
  std::optional<jinja::Value> attribute(jinja::Interpreter& interpreter,
                                        std::string_view name) override;
  std::optional<jinja::Value> item(jinja::Interpreter& interpreter,
                                   const jinja::Value& key) override;
  std::optional<jinja::Value> call_method(jinja::Interpreter& interpreter, std::string_view name,
                                          const jinja::Arguments& arguments) override;
  bool is_mapping() const override { return true; }
  std::optional<std::vector<jinja::Value>> iterate(jinja::Interpreter& interpreter) override;
  std::string str() const override { return relation_.render(); }
  std::string repr() const override;
  bool equals(const jinja::Object& other) const override;
  size_t hash() const override;

 private:
  adapter::Relation relation_;
};

jinja::Value relation_value(adapter::Relation relation);
/// None for nothing.
jinja::Value relation_value(const std::optional<adapter::Relation>& relation);

/// The relation that an argument holds; raises TypeError for any other value.
const adapter::Relation& relation_argument(jinja::Interpreter& interpreter,
                                           const jinja::Value& value, std::string_view function);

/// `api.Relation`: create() and the constants.
jinja::Value relation_class();

}  // namespace weft::context
