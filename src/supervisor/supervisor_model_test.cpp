// Random trees under random events, against a model of OTP's rules. For more of them, or for one
// again:
//
//   TROUPE_SEQUENCES=10000000 TROUPE_SEED=7 supervisor_test --gtest_filter='*AgreesWithOtp*'

#include <cstdint>
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "supervisor/test_supervised_tree.hpp"

namespace troupe::otp {
namespace {

// Under a sanitizer each takes many times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__)
constexpr std::uint64_t sequences = 100'000;
#else
constexpr std::uint64_t sequences = 1'000'000;
#endif

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  // One thread, at the beginning.
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

// 1 to 59, 30 on average.
std::uint32_t commands_of(std::uint64_t seed) {
  constexpr std::uint32_t most = 59;
  return 1 + Dice(~seed).below(most);
}

TEST(Supervisor, AgreesWithOtp) {
  const std::uint64_t first = number_from_environment("TROUPE_SEED", 1);
  const std::uint64_t count = number_from_environment("TROUPE_SEQUENCES", sequences);
  std::cout << count << " sequences of 30 commands on average, seeds from " << first << " on\n";
  for (std::uint64_t seed = first; seed - first < count; ++seed) {
    SupervisedTree tree(seed);
    tree.run(commands_of(seed));
    if (tree.complaint().empty()) continue;
    SupervisedTree again(seed);
    again.keep_log();
    again.run(commands_of(seed));
    FAIL() << "seed " << seed << ": " << again.complaint() << "\n" << again.log();
  }
}

}  // namespace
}  // namespace troupe::otp
