// bytes, as far as templates meet them: the result of str.encode().
#pragma once

#include <string>
#include <string_view>

#include "jinja/interpreter.h"
#include "jinja/object.h"
#include "jinja/value.h"

namespace weft::jinja {

class BytesObject : public Object {
 public:
  explicit BytesObject(std::string content) : content_(std::move(content)) {}

  const std::string& content() const { return content_; }
  std::string_view type_name() const override { return "bytes"; }
  std::optional<Value> item(Interpreter& interpreter, const Value& key) override;
  std::optional<Value> call_method(Interpreter& interpreter, std::string_view name,
                                   const Arguments& arguments) override;
  std::optional<std::vector<Value>> iterate(Interpreter& interpreter) override;
  std::optional<size_t> length() const override { return content_.size(); }
  std::string repr() const override;
  bool equals(const Object& other) const override;
  size_t hash() const override;

 private:
  std::string content_;
};

/// str.encode(encoding, errors) for utf-8, ascii and latin-1; others raise LookupError.
Value encode_text(Interpreter& interpreter, std::string_view text, std::string_view encoding,
                  std::string_view errors);

}  // namespace weft::jinja
