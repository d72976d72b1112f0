#include "jinja/call_text.h"

#include <catch2/catch.hpp>

#include "diag/source.h"

namespace weft::jinja {
namespace {

/// The argument `a` of the config call in `text`; "none" when there is no such call.
std::string argument(const std::string& text) {
  diag::Sources sources;
  Environment environment(Options{}, sources);
  auto found = keyword_texts(environment, text, "config");
  if (!found)
    return "none";
  for (const auto& [key, value] : *found) {
    if (key == "a")
      return value;
  }
  return "no a";
}

}  // namespace

TEST_CASE("expressions of a call are written out anew", "[call_text]") {
  CHECK(argument("{{ config(a='it''s') }}") == "its");
  CHECK(argument("{{ config(a = [1,\"x\", {'b':y}]) }}") == "[1, 'x', {'b': y}]");
  CHECK(argument("{{ config(a=var('x', True)) }}") == "var('x', True)");
  CHECK(argument("{{ config(a=x.y['z'](1, k=2, *p, **q)) }}") == "x.y['z'](1, k=2, *p, **q)");
  CHECK(argument("{{ config(a=x not in (1,) and not y or -1 < z) }}") ==
        "x not in (1,) and not y or -1 < z");
  CHECK(argument("{{ config(a='n' ~ n) }}") == "'n' ~ n");
  CHECK(argument("{{ config(a=1.50) }}") == "1.5");
  CHECK(argument("{{ config(a=none) }}") == "None");
}

TEST_CASE("expressions without a short form are trees", "[call_text]") {
  CHECK(argument("{{ config(a=1 if x else 2) }}") ==
        "CondExpr(test=Name(name='x', ctx='load'), expr1=Const(value=1), expr2=Const(value=2))");
  CHECK(argument("{{ config(a=x|default('y', boolean=true)) }}") ==
        "Filter(node=Name(name='x', ctx='load'), name='default', args=[Const(value='y')], "
        "kwargs=[Keyword(key='boolean', value=Const(value=True))], dyn_args=None, "
        "dyn_kwargs=None)");
  CHECK(argument("{{ config(a=x is not none) }}") ==
        "not Test(node=Name(name='x', ctx='load'), name='none', args=[], kwargs=[], "
        "dyn_args=None, dyn_kwargs=None)");
  CHECK(argument("{{ config(a=1+2*3) }}") ==
        "Add(left=Const(value=1), right=Mul(left=Const(value=2), right=Const(value=3)))");
  CHECK(argument("{{ config(a=x[1:]) }}") ==
        "x[Slice(start=Const(value=1), stop=None, step=None)]");
  CHECK(argument("{{ config(a=(t.b not in ('c',)) if y) }}") ==
        "CondExpr(test=Name(name='y', ctx='load'), expr1=Compare(expr=Getattr(node=Name(name='t', "
        "ctx='load'), attr='b', ctx='load'), ops=[Operand(op='notin', "
        "expr=Tuple(items=[Const(value='c')], ctx='load'))]), expr2=None)");
}

TEST_CASE("the first call counts", "[call_text]") {
  CHECK(argument("{% set y = config(a=1) %}{{ config(a=2) }}") == "1");
  CHECK(argument("{{ config({'a': 1}) }}") == "no a");
  CHECK(argument("select 1") == "none");
  CHECK(argument("{{ my.config(a=1) }}") == "none");
  CHECK(argument("{{ config(a=1 }}") == "none");
}

}  // namespace weft::jinja
