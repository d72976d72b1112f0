// What Jinja computes when it compiles. The engine computes it when it runs, but some of it shows:
// constants are escaped by the mode that was known then, and joined without regard to markup.
#include <algorithm>
#include <optional>

#include "jinja/compiler.h"

namespace weft::jinja {
namespace {

/// The truth of a literal; nothing for other expressions.
std::optional<bool> literal_truth(const Expr& node) {
  switch (node.kind) {
    case ExprKind::None:
      return false;
    case ExprKind::Bool:
      return node.flag;
    case ExprKind::Int:
      return node.number != 0;
    case ExprKind::BigInt:
      return true;
    case ExprKind::Float:
      return node.real != 0;
    case ExprKind::String:
      return node.size != 0;
    case ExprKind::List:
    case ExprKind::Tuple:
    case ExprKind::Dict:
      return !node.items.empty();
    default:
      return std::nullopt;
  }
}

/// Filters that see the context, so that Jinja cannot call them when it compiles.
bool needs_context(std::string_view filter) {
  constexpr std::string_view kNames[] = {"map",        "random", "reject",
                                         "rejectattr", "select", "selectattr"};
  return std::find(std::begin(kNames), std::end(kNames), filter) != std::end(kNames);
}

}  // namespace

const Expr& Compiler::decided(const Expr& node) {
  bool is_logic = node.kind == ExprKind::And || node.kind == ExprKind::Or;
  std::optional<bool> left =
      is_logic && is_literal(*node.a) ? literal_truth(*node.a) : std::nullopt;
  return left && *left == (node.kind == ExprKind::Or) ? *node.a : node;
}

bool Compiler::are_constant(std::span<Expr* const> nodes, bool with_filters) const {
  return std::all_of(nodes.begin(), nodes.end(),
                     [&](const Expr* node) { return is_constant(*node, with_filters); });
}

bool Compiler::is_constant_call(const Expr& node) const {
  const CallArguments& arguments = *node.arguments;
  if (!node.a || !is_constant(*node.a, true)) {
    return false;
  }
  std::string_view name = names_.text(node.name);
  bool is_known = node.kind == ExprKind::Test ? finder_.test(name) != nullptr
                                              : filter_of(node.name) && !needs_context(name);
  return is_known && are_constant(arguments.positional, true) &&
         std::all_of(arguments.named.begin(), arguments.named.end(),
                     [&](const auto& item) { return is_constant(*item.value, true); }) &&
         (!arguments.star || is_constant(*arguments.star, true)) &&
         (!arguments.star_star || is_constant(*arguments.star_star, true));
}

bool Compiler::is_constant(const Expr& node, bool with_filters) const {
  auto is_constant_part = [&](const Expr* part) {
    return !part || is_constant(*part, with_filters);
  };
  switch (node.kind) {
    case ExprKind::None:
    case ExprKind::Bool:
    case ExprKind::Int:
    case ExprKind::BigInt:
    case ExprKind::Float:
    case ExprKind::String:
      return true;
    case ExprKind::Compare:
      return is_constant(*node.a, with_filters) && are_constant(node.items, with_filters);
    case ExprKind::Data:
    case ExprKind::Name:
    case ExprKind::NamespaceRef:
    case ExprKind::Call:
      return false;
    case ExprKind::FilterCall:
    case ExprKind::Test:
      return with_filters && is_constant_call(node);
    case ExprKind::And:
    case ExprKind::Or: {
      if (!is_constant(*node.a, with_filters)) {
        return false;
      }
      std::optional<bool> left = literal_truth(*node.a);
      bool is_decided = left && *left == (node.kind == ExprKind::Or);
      return is_decided || is_constant(*node.b, with_filters);
    }
    case ExprKind::Conditional: {
      std::optional<bool> condition = literal_truth(*node.b);
      if (!is_constant(*node.b, with_filters) || (!node.c && condition != true)) {
        return false;
      }
      return (condition == false || is_constant(*node.a, with_filters)) &&
             (condition == true || is_constant(*node.c, with_filters));
    }
    default:
      return is_constant_part(node.a) && is_constant_part(node.b) && is_constant_part(node.c) &&
             are_constant(node.items, with_filters);
  }
}

}  // namespace weft::jinja
