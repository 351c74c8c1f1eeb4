#include "io/thread_clock.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(ThreadClock, GoesOnWhileItsThreadWorks) {
  const ThreadClock clock;
  const Instant begin = clock.now();
  volatile std::uint64_t sum = 0;
  // Bounded by the work that it takes to see the clock move, not by time.
  while (clock.now() == begin) sum = sum + 1;
  EXPECT_GT(clock.now(), begin);
}

}  // namespace
}  // namespace troupe
