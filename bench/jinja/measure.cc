// Times one template: prints the microseconds of CPU time that compiling, rendering or both take at
// best.
//
//     jinja_bench compile|render|both REPEATS FILE
//
// The template sees `rows`, 10,000 dicts of `id` and `name`, and `numbers`, 20,000 integers without
// order, as bench/jinja/run gives them to the other engines.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <string_view>

#include "jinja/environment.h"
#include "jinja/interpreter.h"

namespace {

using namespace weft;

class BenchNames final : public jinja::Names {
 public:
  BenchNames() {
    std::vector<jinja::Value> rows, numbers;
    for (int i = 0; i < 10000; ++i) {
      jinja::Value row = jinja::Value::dict();
      row.set_item("id", jinja::Value::integer(i));
      row.set_item("name", jinja::Value::string("name" + std::to_string(i)));
      rows.push_back(std::move(row));
    }
    for (int64_t i = 0; i < 20000; ++i) {
      numbers.push_back(jinja::Value::integer(i * 7919 % 20011));
    }
    rows_ = jinja::Value::list(std::move(rows));
    numbers_ = jinja::Value::list(std::move(numbers));
  }
  std::optional<jinja::Value> lookup(jinja::Interpreter&, std::string_view name) override {
    return name == "rows"      ? std::optional(rows_)
           : name == "numbers" ? std::optional(numbers_)
                               : std::nullopt;
  }

 private:
  jinja::Value rows_, numbers_;
};

[[noreturn]] void fail(const jinja::Error& error) {
  std::fprintf(stderr, "line %u: %s: %s\n", error.line, error.type.c_str(), error.message.c_str());
  std::exit(1);
}

template <typename Result>
auto checked(Result result) {
  if (auto* error = std::get_if<jinja::Error>(&result)) {
    fail(*error);
  }
  return std::get<0>(std::move(result));
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) {
    std::fprintf(stderr, "usage: jinja_bench compile|render|both REPEATS FILE\n");
    return 2;
  }
  std::string_view what = words[1];
  int repeats = std::max(1, std::atoi(words[2]));
  std::ifstream in(words[3], std::ios::binary);
  diag::Sources sources;
  jinja::Environment environment({}, sources);
  diag::SourceId source = sources.add("bench", std::string(std::istreambuf_iterator<char>(in), {}));
  jinja::Interpreter interpreter(environment);
  BenchNames names;
  auto compiled = checked(environment.compile(source, "bench"));
  double best = std::numeric_limits<double>::max();
  for (int round = 0; round < 5; ++round) {
    std::clock_t begin = std::clock();
    for (int i = 0; i < repeats; ++i) {
      if (what != "render") {
        compiled = checked(environment.compile(source, "bench"));
      }
      if (what != "compile") {
        checked(interpreter.render(*compiled, names));
      }
    }
    double taken = static_cast<double>(std::clock() - begin) * 1e6 / CLOCKS_PER_SEC;
    best = std::min(best, taken / repeats);
  }
  std::printf("%.3f\n", best);
  return 0;
}
