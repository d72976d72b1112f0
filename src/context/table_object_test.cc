#include "context/table_object.h"

#include <catch2/catch.hpp>

#include "jinja/memory_count.h"

namespace weft::context {
namespace {

adapter::Table long_texts(size_t rows) {
  adapter::Table table;
  table.column_names = {"text"};
  table.column_types = {adapter::ColumnType::Text};
  adapter::Cell cell;
  cell.kind = adapter::Cell::Kind::Text;
  cell.text = std::string(1000, 'x');
  table.rows.assign(rows, {cell});
  return table;
}

TEST_CASE("the rows of a query are not held against the template's budget", "[table]") {
  int64_t before = jinja::value_bytes;
  jinja::Value table = table_value(long_texts(100));
  CHECK(jinja::value_bytes == before);
  jinja::Value own = jinja::Value::string(std::string(1000, 'y'));
  CHECK(jinja::value_bytes >= before + 1000);
}

}  // namespace
}  // namespace weft::context
