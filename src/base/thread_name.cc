#include "base/thread_name.h"

#include <utility>

namespace weft::base {
namespace {

std::string& own_name() {
  thread_local std::string name = "MainThread";
  return name;
}

}  // namespace

void set_thread_name(std::string name) { own_name() = std::move(name); }

const std::string& thread_name() { return own_name(); }

}  // namespace weft::base
