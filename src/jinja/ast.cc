#include "jinja/ast.h"

#include <string>

namespace weft::jinja {
namespace {

/// Keys of Data are strings.
std::string key_text(const Expr& node) {
  std::optional<base::Data> data = literal_data(node);
  return data ? base::python_str(*data) : std::string();
}

}  // namespace

bool is_literal(const Expr& node) {
  switch (node.kind) {
    case ExprKind::None:
    case ExprKind::Bool:
    case ExprKind::Int:
    case ExprKind::BigInt:
    case ExprKind::Float:
    case ExprKind::String:
      return true;
    case ExprKind::Negate:
      return node.a->kind == ExprKind::Int || node.a->kind == ExprKind::Float;
    case ExprKind::List:
    case ExprKind::Tuple:
    case ExprKind::Dict:
      for (const Expr* item : node.items) {
        if (!is_literal(*item)) {
          return false;
        }
      }
      return true;
    default:
      return false;
  }
}

std::optional<base::Data> literal_data(const Expr& node) {
  if (!is_literal(node)) {
    return std::nullopt;
  }
  switch (node.kind) {
    case ExprKind::Bool:
      return base::Data(node.flag);
    case ExprKind::Int:
      return base::Data(node.number);
    case ExprKind::Float:
      return base::Data(node.real);
    case ExprKind::String:
    case ExprKind::BigInt:
      return base::Data(node.text());
    case ExprKind::Negate:
      return node.a->kind == ExprKind::Int ? base::Data(-node.a->number)
                                           : base::Data(-node.a->real);
    case ExprKind::List:
    case ExprKind::Tuple: {
      base::DataList list;
      for (const Expr* item : node.items) {
        list.push_back(literal_data(*item).value_or(base::Data()));
      }
      return base::Data(std::move(list));
    }
    case ExprKind::Dict: {
      base::DataMap map;
      for (size_t i = 0; i + 1 < node.items.size(); i += 2) {
        map.set(key_text(*node.items[i]), literal_data(*node.items[i + 1]).value_or(base::Data()));
      }
      return base::Data(std::move(map));
    }
    default:
      return base::Data();
  }
}

}  // namespace weft::jinja
