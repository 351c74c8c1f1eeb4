#include "bench/rows/crash_books.hpp"

#include <array>
#include <chrono>

#include <gtest/gtest.h>

#include "bench/rows/crash_actors.hpp"

namespace troupe::bench {
namespace {

class Books : public testing::Test {
 protected:
  Books() : node_("books", {.on_end = books_.on_end(), .lives_may_crash = true}) {
    brittle_ = node_.spawn(SpawnOptions{.name = "brittle"},
                           component_of(native_kind, role<NativeBrittle>("brittle")));
  }

  void crash() {
    ASSERT_TRUE(node_.runtime().send(brittle_, as_bytes(crash_order)).has_value());
    const std::uint64_t number = 7;
    const auto answer =
        node_.runtime().request(brittle_, bytes_of(number), std::chrono::seconds(60));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(number_in(*answer), number);
  }
  std::string audit(std::uint64_t crashes, std::uint64_t with_each = 0) {
    const auto audited = books_.audit(node_, std::array{brittle_}, crashes, with_each);
    return audited ? "" : audited.error().message;
  }

  CrashBooks books_;
  BenchNode node_;
  Address brittle_;
};

TEST_F(Books, HoldEachCrashAgainstALife) {
  EXPECT_EQ(audit(0), "");
  crash();
  crash();
  EXPECT_EQ(audit(2), "");
}

TEST_F(Books, TellOfACrashThatNobodyOrdered) {
  crash();
  EXPECT_EQ(audit(1), "");
  EXPECT_EQ(audit(0),
            "0 crashes were ordered; 1 were followed by a restart, and 0 other lives have ended");
}

TEST_F(Books, TellOfACrashInPlaceOfAnotherEnd) {
  crash();
  crash();
  EXPECT_EQ(audit(1, 1),
            "1 crashes were ordered; 2 were followed by a restart, and 0 other lives have ended");
}

TEST_F(Books, TellOfAnEndThatIsNoCrash) {
  crash();
  ASSERT_TRUE(node_.runtime().stop(brittle_).has_value());
  EXPECT_EQ(audit(2),
            "2 crashes were ordered; 1 were followed by a restart, and 1 other lives have ended");
}

}  // namespace
}  // namespace troupe::bench
