#include "jinja/lazy_dict.h"

#include <catch2/catch.hpp>

#include "base/data.h"

namespace weft::jinja {
namespace {

Value counted_dict(int& made) {
  return lazy_dict([&made] {
    ++made;
    Value dict = Value::dict();
    dict.set_item("name", Value::string("orders"));
    dict.set_item("rows", Value::integer(3));
    return dict;
  });
}

}  // namespace

TEST_CASE("the entries of a lazy dict are made once, when they are looked at", "[lazy_dict]") {
  int made = 0;
  Value dict = counted_dict(made);
  Value copy = dict;
  CHECK(dict.is_dict());
  CHECK(dict.same_as(copy));
  CHECK(made == 0);
  CHECK(dict.find("name")->as_string() == "orders");
  CHECK(copy.size() == 2);
  CHECK(made == 1);
}

TEST_CASE("a lazy dict can be changed, compared, copied and printed", "[lazy_dict]") {
  int made = 0;
  Value dict = counted_dict(made);
  dict.set_item("rows", Value::integer(4));
  CHECK(made == 1);
  CHECK(dict.repr() == "{'name': 'orders', 'rows': 4}");
  CHECK(counted_dict(made).equals(counted_dict(made)));
  CHECK(counted_dict(made).truthy());
  CHECK(counted_dict(made).to_data().as_map().size() == 2);
}

TEST_CASE("a lazy dict that nobody looks at makes nothing", "[lazy_dict]") {
  int made = 0;
  { Value dict = counted_dict(made); }
  CHECK(made == 0);
}

}  // namespace weft::jinja
