#include "troupe/outcome.hpp"

#include <cstdint>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(Refusal, ReadsAsInTheContractAndInItsOrder) {
  constexpr std::string_view names[] = {"gone",        "denied",      "busy",       "too-large",
                                        "over-quota",  "invalid",     "name-taken", "no-subscriber",
                                        "unsupported", "unreachable", "stopping",   "other"};
  for (std::uint8_t number = 0; number < std::size(names); ++number)
    EXPECT_EQ(to_string(Refusal{number}), names[number]);
  EXPECT_EQ(std::to_underlying(Refusal::other) + 1U, std::size(names));
}

TEST(Failure, ReadsWithItsReason) {
  using Kind = Failure::Kind;
  EXPECT_EQ(to_string(Failure{.kind = Kind::timed_out, .text = {}}), "timed-out");
  EXPECT_EQ(to_string(Failure{.kind = Kind::receiver_exited, .text = {}}), "receiver-exited");
  EXPECT_EQ(to_string(Failure{.kind = Kind::dropped, .text = {}}), "dropped");
  EXPECT_EQ(to_string(Failure{.kind = Kind::cancelled, .text = {}}), "cancelled");
  EXPECT_EQ(to_string(Failure{.kind = Kind::refused, .refusal = Refusal::busy, .text = {}}),
            "refused: busy");
  EXPECT_EQ(to_string(Failure{.kind = Kind::failed, .text = "no such item"}),
            "failed: no such item");
  EXPECT_EQ(to_string(Failure{.kind = Kind::other, .text = "why"}), "other: why");
}

TEST(Exit, ReadsWithItsText) {
  EXPECT_EQ(to_string(Exit::normal()), "normal");
  EXPECT_EQ(to_string(Exit::killed()), "killed");
  EXPECT_EQ(to_string(Exit::crashed("unreachable")), "crashed(\"unreachable\")");
  EXPECT_EQ(to_string(Exit::exceeded("fuel")), "exceeded(\"fuel\")");
  EXPECT_EQ(to_string(Exit{.kind = Exit::Kind::lost, .text = {}}), "lost");
  EXPECT_EQ(to_string(Exit{.kind = Exit::Kind::other, .text = "odd"}), "other(\"odd\")");
}

TEST(LogLevel, ReadsAsInTheContractAndInItsOrder) {
  constexpr std::string_view names[] = {"trace", "debug", "info", "warn", "error"};
  for (std::uint8_t number = 0; number < std::size(names); ++number)
    EXPECT_EQ(to_string(LogLevel{number}), names[number]);
}

}  // namespace
}  // namespace troupe
