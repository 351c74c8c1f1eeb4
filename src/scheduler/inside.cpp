#include "scheduler/inside.hpp"

#include "base/check.hpp"

namespace troupe {
namespace {

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): a thread has one.
thread_local bool is_inside = false;

}  // namespace

Inside::Inside() {
  CHECK(!is_inside, "one step at a time on a thread");
  is_inside = true;
}

Inside::~Inside() { is_inside = false; }

void Inside::leave() { is_inside = false; }

bool Inside::any() { return is_inside; }

}  // namespace troupe
