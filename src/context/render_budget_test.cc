#include "context/render_budget.h"

#include <catch2/catch.hpp>

namespace weft::context {

TEST_CASE("the limits of a template grow with the variable", "[render_budget]") {
  jinja::Budget standard;
  CHECK(render_budget(std::nullopt)->steps == standard.steps);
  CHECK(render_budget("")->bytes == standard.bytes);
  CHECK(render_budget("10")->steps == 10 * standard.steps);
  CHECK(render_budget("10")->bytes == 10 * standard.bytes);
  CHECK(render_budget("10")->depth == standard.depth);
  CHECK(node_budget(standard).steps > standard.steps);
}

TEST_CASE("zero takes the limits away", "[render_budget]") {
  CHECK(render_budget("0")->steps == 0);
  CHECK(operation_budget(*render_budget("0")).bytes == 0);
}

TEST_CASE("a limit that is no number is an error", "[render_budget]") {
  for (const char* text : {"much", "-1", "1.5", "99999999999999999999"}) {
    CAPTURE(text);
    diag::Result<jinja::Budget> made = render_budget(text);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == diag::Code::FlagInvalid);
    CHECK(made.error().message.find(text) != std::string::npos);
  }
}

}  // namespace weft::context
