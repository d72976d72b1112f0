// Warnings about how a generic test is written.
#pragma once

#include "parse/state.h"
#include "parse/test_builder.h"

namespace weft::parse {

/// Where a test is declared.
struct TestOrigin {
  const std::string& resource;
  const std::string& package;
  const std::string& path;
  diag::Span span;
};

/// Configuration and arguments at places that dbt has deprecated. `item` is the test as written.
void report_old_uses(State& state, const BuiltTest& test, const base::Data& item,
                     const TestOrigin& origin);

}  // namespace weft::parse
