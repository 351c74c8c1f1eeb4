// Proves that dead letters are kept whole and bounded, and that the counts stay when they go.

#include "router/dead_letters.hpp"

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

namespace troupe {
namespace {

EnvelopePtr message(std::uint64_t id, std::size_t bytes) {
  return Envelope::make({.receiver = {.slot = 3, .generation = 1}, .sender = outside, .id = id},
                        Bytes(bytes, 'x'));
}

TEST(DeadLetters, TellTheLatestFirst) {
  DeadLetters letters;
  letters.add(message(1, 10), DeadReason::gone, Instant{5});
  letters.add(Envelope::make({.kind = EnvelopeKind::request, .id = 2}, as_bytes("why")),
              DeadReason::expired, Instant{6});
  const auto latest = letters.latest(10);
  ASSERT_EQ(latest.size(), 2U);
  EXPECT_EQ(latest[0].message_id, 2U);
  EXPECT_TRUE(latest[0].is_request);
  EXPECT_EQ(latest[0].reason, DeadReason::expired);
  EXPECT_EQ(as_text(latest[0].payload), "why");
  EXPECT_EQ(latest[1].at, Instant{5});
  EXPECT_EQ(latest[1].receiver, (Address{.slot = 3, .generation = 1}));
  EXPECT_TRUE(latest[1].sender.is_nobody()) << "from outside";
  EXPECT_EQ(letters.latest(1).size(), 1U);
}

TEST(DeadLetters, KeepNoMoreThanTheirBoundInLetters) {
  DeadLetters letters;
  for (std::uint64_t id = 1; id <= limits::dead_letters_max + 1; ++id) {
    letters.add(message(id, 1), DeadReason::crashed, Instant{});
  }
  const auto latest = letters.latest(SIZE_MAX);
  EXPECT_EQ(latest.size(), limits::dead_letters_max);
  EXPECT_EQ(latest.back().message_id, 2U);
  EXPECT_EQ(letters.count(DeadReason::crashed), limits::dead_letters_max + 1);
  EXPECT_EQ(letters.count(DeadReason::gone), 0U);
}

TEST(DeadLetters, KeepNoMoreThanTheirBoundInBytes) {
  DeadLetters letters;
  letters.add(message(1, limits::dead_letters_bytes_max), DeadReason::gone, Instant{});
  EXPECT_EQ(letters.latest(9).size(), 1U) << "at the bound";
  letters.add(message(2, 1), DeadReason::gone, Instant{});
  EXPECT_EQ(letters.latest(9).size(), 1U);
  EXPECT_EQ(letters.latest(9)[0].message_id, 2U);
}

}  // namespace
}  // namespace troupe
