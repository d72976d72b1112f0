#include "jinja/call_text.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "jinja/float_text.h"
#include "jinja/parser.h"
#include "jinja/text.h"
#include "jinja/unwind.h"

namespace weft::jinja {
namespace {

std::string constant_text(const Expr& node) {
  switch (node.kind) {
    case ExprKind::Bool:
      return node.flag ? "True" : "False";
    case ExprKind::Int:
      return std::to_string(node.number);
    case ExprKind::BigInt:
      return std::string(node.text());
    case ExprKind::Float:
      return float_repr(node.real);
    case ExprKind::String:
      return repr_text(node.text());
    default:
      return "None";
  }
}

bool is_constant(const Expr& node) {
  return node.kind <= ExprKind::String && node.kind != ExprKind::Data;
}

std::string_view operator_class(TokenType op) {
  switch (op) {
    case TokenType::Add:
      return "Add";
    case TokenType::Subtract:
      return "Sub";
    case TokenType::Multiply:
      return "Mul";
    case TokenType::Divide:
      return "Div";
    case TokenType::FloorDivide:
      return "FloorDiv";
    case TokenType::Modulo:
      return "Mod";
    default:
      return "Pow";
  }
}

struct CompareWords {
  std::string_view sign, word;
};

CompareWords compare_words(CompareKind kind) {
  switch (kind) {
    case CompareKind::Equal:
      return {"==", "eq"};
    case CompareKind::NotEqual:
      return {"!=", "ne"};
    case CompareKind::Less:
      return {"<", "lt"};
    case CompareKind::LessEqual:
      return {"<=", "lteq"};
    case CompareKind::Greater:
      return {">", "gt"};
    case CompareKind::GreaterEqual:
      return {">=", "gteq"};
    case CompareKind::In:
      return {"in", "in"};
    default:
      return {"not in", "notin"};
  }
}

/// Writes expressions of one template. The depth of the tree is limited by the parser.
class Writer {
 public:
  explicit Writer(const NameTable& names) : names_(names) {}

  /// The expression as one would write it.
  std::string source(const Expr& node) const {
    if (is_constant(node))
      return constant_text(node);
    switch (node.kind) {
      case ExprKind::Name:
        return name(node.name);
      case ExprKind::Call:
        return call_source(node);
      case ExprKind::List:
        return "[" + joined(node.items, &Writer::source) + "]";
      case ExprKind::Tuple:
        return "(" + joined(node.items, &Writer::source) + (node.items.size() == 1 ? ",)" : ")");
      case ExprKind::Dict:
        return dict_source(node);
      case ExprKind::Attribute:
        return source(*node.a) + "." + name(node.name);
      case ExprKind::Item:
        return source(*node.a) + "[" + source(*node.b) + "]";
      case ExprKind::Concat:
        return joined(node.items, &Writer::source, " ~ ");
      case ExprKind::Compare:
        return compare_source(node);
      case ExprKind::Not:
        return "not " + source(*node.a);
      case ExprKind::Negate:
        return "-" + source(*node.a);
      case ExprKind::And:
        return source(*node.a) + " and " + source(*node.b);
      case ExprKind::Or:
        return source(*node.a) + " or " + source(*node.b);
      default:
        return tree(node);
    }
  }

 private:
  using Form = std::string (Writer::*)(const Expr&) const;

  std::string name(NameId id) const { return std::string(names_.text(id)); }

  std::string joined(std::span<Expr* const> items, Form form,
                     std::string_view separator = ", ") const {
    std::vector<std::string> made;
    for (const Expr* item : items)
      made.push_back((this->*form)(*item));
    return base::join(made, separator);
  }

  std::string call_source(const Expr& node) const {
    const CallArguments& given = *node.arguments;
    std::vector<std::string> parts;
    for (const Expr* one : given.positional)
      parts.push_back(source(*one));
    for (const KeywordArgument& one : given.named)
      parts.push_back(name(one.name) + "=" + source(*one.value));
    if (given.star != nullptr)
      parts.push_back("*" + source(*given.star));
    if (given.star_star != nullptr)
      parts.push_back("**" + source(*given.star_star));
    return source(*node.a) + "(" + base::join(parts, ", ") + ")";
  }

  std::string dict_source(const Expr& node) const {
    std::vector<std::string> pairs;
    for (size_t i = 0; i + 1 < node.items.size(); i += 2)
      pairs.push_back(source(*node.items[i]) + ": " + source(*node.items[i + 1]));
    return "{" + base::join(pairs, ", ") + "}";
  }

  std::string compare_source(const Expr& node) const {
    std::string made = source(*node.a);
    for (size_t i = 0; i < node.items.size(); ++i)
      made += fmt::format(" {} {}", compare_words(node.compares[i]).sign, source(*node.items[i]));
    return made;
  }

  /// The expression as Jinja2 prints its syntax tree.
  std::string tree(const Expr& node) const {
    if (is_constant(node))
      return "Const(value=" + constant_text(node) + ")";
    switch (node.kind) {
      case ExprKind::Name:
        return fmt::format("Name(name='{}', ctx='load')", name(node.name));
      case ExprKind::Tuple:
        return "Tuple(items=[" + joined(node.items, &Writer::tree) + "], ctx='load')";
      case ExprKind::List:
        return "List(items=[" + joined(node.items, &Writer::tree) + "])";
      case ExprKind::Dict:
        return dict_tree(node);
      case ExprKind::Concat:
        return "Concat(nodes=[" + joined(node.items, &Writer::tree) + "])";
      case ExprKind::Compare:
        return compare_tree(node);
      case ExprKind::Attribute:
        return fmt::format("Getattr(node={}, attr={}, ctx='load')", tree(*node.a),
                           repr_text(names_.text(node.name)));
      case ExprKind::Item:
        return fmt::format("Getitem(node={}, arg={}, ctx='load')", tree(*node.a), tree(*node.b));
      case ExprKind::Slice:
        return fmt::format("Slice(start={}, stop={}, step={})", optional_tree(node.a),
                           optional_tree(node.b), optional_tree(node.c));
      case ExprKind::Conditional:
        return fmt::format("CondExpr(test={}, expr1={}, expr2={})", tree(*node.b), tree(*node.a),
                           optional_tree(node.c));
      case ExprKind::Call:
        return "Call(node=" + tree(*node.a) + arguments_tree(*node.arguments);
      case ExprKind::FilterCall:
      case ExprKind::Test:
        return fmt::format("{}(node={}, name={}{}", node.kind == ExprKind::Test ? "Test" : "Filter",
                           optional_tree(node.a), repr_text(names_.text(node.name)),
                           arguments_tree(*node.arguments));
      default:
        return operator_tree(node);
    }
  }

  std::string optional_tree(const Expr* node) const {
    return node == nullptr ? "None" : tree(*node);
  }

  std::string operator_tree(const Expr& node) const {
    switch (node.kind) {
      case ExprKind::Negate:
        return "Neg(node=" + tree(*node.a) + ")";
      case ExprKind::Positive:
        return "Pos(node=" + tree(*node.a) + ")";
      case ExprKind::Not:
        return "Not(node=" + tree(*node.a) + ")";
      default:
        break;
    }
    std::string_view word = node.kind == ExprKind::And  ? "And"
                            : node.kind == ExprKind::Or ? "Or"
                                                        : operator_class(node.op);
    return fmt::format("{}(left={}, right={})", word, tree(*node.a), tree(*node.b));
  }

  std::string dict_tree(const Expr& node) const {
    std::vector<std::string> pairs;
    for (size_t i = 0; i + 1 < node.items.size(); i += 2) {
      pairs.push_back(
          fmt::format("Pair(key={}, value={})", tree(*node.items[i]), tree(*node.items[i + 1])));
    }
    return "Dict(items=[" + base::join(pairs, ", ") + "])";
  }

  std::string compare_tree(const Expr& node) const {
    std::vector<std::string> operands;
    for (size_t i = 0; i < node.items.size(); ++i) {
      operands.push_back(fmt::format("Operand(op='{}', expr={})",
                                     compare_words(node.compares[i]).word, tree(*node.items[i])));
    }
    return fmt::format("Compare(expr={}, ops=[{}])", tree(*node.a), base::join(operands, ", "));
  }

  std::string arguments_tree(const CallArguments& given) const {
    std::vector<std::string> named;
    for (const KeywordArgument& one : given.named) {
      named.push_back(fmt::format("Keyword(key={}, value={})", repr_text(names_.text(one.name)),
                                  tree(*one.value)));
    }
    return fmt::format(", args=[{}], kwargs=[{}], dyn_args={}, dyn_kwargs={})",
                       joined(given.positional, &Writer::tree), base::join(named, ", "),
                       optional_tree(given.star), optional_tree(given.star_star));
  }

  const NameTable& names_;
};

}  // namespace

std::optional<std::vector<std::pair<std::string, std::string>>> keyword_texts(
    const Environment& environment, std::string_view text, std::string_view function) {
  try {
    LexerRules rules(environment.options());
    Arena arena;
    NameTable names;
    Parser parser(rules, text, arena, names, false);
    Ast ast = parser.parse();
    Writer writer(names);
    for (const Expr* call : ast.calls) {
      if (call->a->kind != ExprKind::Name || names.text(call->a->name) != function)
        continue;
      std::vector<std::pair<std::string, std::string>> made;
      for (const KeywordArgument& one : call->arguments->named) {
        made.emplace_back(names.text(one.name), one.value->kind == ExprKind::String
                                                    ? std::string(one.value->text())
                                                    : writer.source(*one.value));
      }
      return made;
    }
  } catch (const CompileFailure&) {
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace weft::jinja
