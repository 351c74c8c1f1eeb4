// Proves that a burst of refusals is noticed once in a window, and nothing less is.

#include "router/refusal_bursts.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

using std::chrono::milliseconds;

constexpr Address someone{.slot = 7, .generation = 1};
constexpr Duration window = milliseconds(limits::refusal_window_ms);

// How many bursts so many refusals are, each `apart` from the last.
int bursts_of(RefusalBursts& bursts, std::uint32_t refusals, Duration apart, Instant& now,
              Refusal why = Refusal::busy, Address who = someone) {
  int found = 0;
  for (std::uint32_t at = 0; at < refusals; ++at) {
    if (bursts.add(who, why, now) != nullptr) ++found;
    now.ns += apart.count();
  }
  return found;
}

TEST(RefusalBursts, NoticeSoManyWithinAWindow) {
  RefusalBursts bursts;
  Instant now{1'000};
  EXPECT_EQ(bursts_of(bursts, limits::refusal_burst - 1, milliseconds(1), now), 0);
  const auto burst = bursts.add(someone, Refusal::too_large, now);
  ASSERT_NE(burst, nullptr);
  EXPECT_EQ(burst->receiver, someone);
  EXPECT_EQ(burst->busy, limits::refusal_burst - 1);
  EXPECT_EQ(burst->too_large, 1U);
  EXPECT_EQ(burst->within, milliseconds(limits::refusal_burst - 1));
}

TEST(RefusalBursts, NoticeItOnceInAWindow) {
  RefusalBursts bursts;
  Instant now{};
  EXPECT_EQ(bursts_of(bursts, 10 * limits::refusal_burst, milliseconds(0), now), 1);
  now.ns += window.count();
  EXPECT_EQ(bursts_of(bursts, 1, milliseconds(0), now), 0) << "still the same";
  now.ns += 1;
  EXPECT_EQ(bursts_of(bursts, 2 * limits::refusal_burst, milliseconds(0), now), 1);
}

TEST(RefusalBursts, DoNotNoticeWhatIsSpreadOut) {
  RefusalBursts bursts;
  Instant now{};
  const Duration apart = window / (limits::refusal_burst - 1) + milliseconds(1);
  EXPECT_EQ(bursts_of(bursts, 10 * limits::refusal_burst, apart, now), 0);
}

TEST(RefusalBursts, AreOfAnActorThatIsThere) {
  RefusalBursts bursts;
  Instant now{};
  for (const Refusal why : {Refusal::gone, Refusal::denied, Refusal::over_quota}) {
    EXPECT_EQ(bursts_of(bursts, 2 * limits::refusal_burst, milliseconds(0), now, why), 0);
  }
}

TEST(RefusalBursts, CountReceiversApart) {
  RefusalBursts bursts;
  Instant now{};
  for (std::uint32_t slot = 0; slot < 2; ++slot) {
    EXPECT_EQ(bursts_of(bursts, limits::refusal_burst - 1, milliseconds(0), now, Refusal::busy,
                        {.slot = slot, .generation = 1}),
              0);
  }
  // The next owner of a slot is another.
  EXPECT_EQ(bursts_of(bursts, 1, milliseconds(0), now, Refusal::busy, {.slot = 0, .generation = 2}),
            0);
  EXPECT_EQ(bursts_of(bursts, 1, milliseconds(0), now, Refusal::busy, {.slot = 0, .generation = 1}),
            1);
}

}  // namespace
}  // namespace troupe
