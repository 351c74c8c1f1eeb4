// Random trees under random events, against a model of OTP's rules. For more of them, or for one
// again:
//
//   TROUPE_SEQUENCES=1000000 TROUPE_SEED=7 supervisor_test --gtest_filter='*AgreesWithOtp*'

#include <cstdint>
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "supervisor/test_supervised_tree.hpp"

namespace troupe::otp {
namespace {

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  // One thread, at the beginning.
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

TEST(Supervisor, AgreesWithOtp) {
  constexpr int commands = 30;
  const std::uint64_t first = number_from_environment("TROUPE_SEED", 1);
  const std::uint64_t count = number_from_environment("TROUPE_SEQUENCES", 200'000);
  std::cout << count << " sequences, seeds from " << first << " on\n";
  for (std::uint64_t seed = first; seed - first < count; ++seed) {
    SupervisedTree tree(seed);
    tree.run(commands);
    if (tree.complaint().empty()) continue;
    SupervisedTree again(seed);
    again.keep_log();
    again.run(commands);
    FAIL() << "seed " << seed << ": " << again.complaint() << "\n" << again.log();
  }
}

}  // namespace
}  // namespace troupe::otp
