// A merge sort of our own: comparisons may raise, and std::stable_sort must not be left half-way
// with an order that is none (nan).
#include "jinja/sorting.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "jinja/engine.h"
#include "jinja/ops.h"

namespace weft::jinja {
namespace {

constexpr size_t kRun = 12;

using Order = std::vector<uint32_t>;

template <typename Less>
void sort_run(Order& order, size_t begin, size_t end, const Less& less) {
  for (size_t i = begin + 1; i < end; ++i) {
    uint32_t item = order[i];
    size_t at = i;
    while (at > begin && less(item, order[at - 1])) {
      order[at] = order[at - 1];
      --at;
    }
    order[at] = item;
  }
}

template <typename Less>
void merge_sort(Order& order, const Less& less) {
  size_t size = order.size();
  for (size_t begin = 0; begin < size; begin += kRun) {
    sort_run(order, begin, std::min(begin + kRun, size), less);
  }
  Order other(size);
  for (size_t width = kRun; width < size; width *= 2) {
    for (size_t begin = 0; begin < size; begin += 2 * width) {
      size_t middle = std::min(begin + width, size), end = std::min(begin + 2 * width, size);
      size_t left = begin, right = middle, out = begin;
      while (left < middle && right < end) {
        other[out++] = less(order[right], order[left]) ? order[right++] : order[left++];
      }
      while (left < middle) {
        other[out++] = order[left++];
      }
      while (right < end) {
        other[out++] = order[right++];
      }
    }
    order.swap(other);
  }
}

bool all_of_kind(const std::vector<Value>& keys, Kind kind) {
  return std::all_of(keys.begin(), keys.end(),
                     [kind](const Value& key) { return key.kind() == kind; });
}

void sort_order(Interpreter& interpreter, const std::vector<Value>& keys, Order& order) {
  if (all_of_kind(keys, Kind::Int)) {
    merge_sort(order, [&](uint32_t a, uint32_t b) { return keys[a].as_int() < keys[b].as_int(); });
  } else if (all_of_kind(keys, Kind::String)) {
    merge_sort(order,
               [&](uint32_t a, uint32_t b) { return keys[a].as_string() < keys[b].as_string(); });
  } else {
    merge_sort(order, [&](uint32_t a, uint32_t b) {
      return ordered(interpreter, CompareOp::Less, keys[a], keys[b]);
    });
  }
}

}  // namespace

void sort_by_keys(Interpreter& interpreter, std::vector<Value>& items, std::vector<Value> keys,
                  bool reverse) {
  // A comparison is a fraction of a step.
  charge_steps(interpreter, items.size() * static_cast<uint64_t>(std::bit_width(items.size())) / 4);
  if (reverse) {
    std::reverse(keys.begin(), keys.end());
    std::reverse(items.begin(), items.end());
  }
  Order order(items.size());
  std::iota(order.begin(), order.end(), 0);
  sort_order(interpreter, keys, order);
  if (reverse) {
    std::reverse(order.begin(), order.end());
  }
  std::vector<Value> sorted;
  sorted.reserve(items.size());
  for (uint32_t position : order) {
    sorted.push_back(std::move(items[position]));
  }
  items = std::move(sorted);
}

void sort_items(Interpreter& interpreter, std::vector<Value>& items, bool reverse) {
  sort_by_keys(interpreter, items, items, reverse);
}

}  // namespace weft::jinja
