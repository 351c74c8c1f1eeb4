// Proves that what is retired is freed, not before its readers have left and not much later. What
// is freed counts itself; the concurrent tests read what they hold, so that a sanitizer sees what
// was freed too early.

#include "scheduler/reclaimer.hpp"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

class Counted {
 public:
  explicit Counted(std::atomic<int>& freed) : freed_(freed) {}
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() {
    value = 0;
    ++freed_;
  }

  int value = 42;

 private:
  std::atomic<int>& freed_;
};

class ReclaimerTest : public testing::Test {
 protected:
  void retire(int count = 1) {
    for (int i = 0; i < count; ++i) reclaimer_.retire(std::make_unique<Counted>(freed_));
  }

  std::atomic<int> freed_ = 0;
  Reclaimer reclaimer_{2};
};

TEST_F(ReclaimerTest, FreesAtOnceWhatNobodyCanSee) {
  retire();
  EXPECT_EQ(reclaimer_.waiting(), 1U) << "alone it waits for company";
  reclaimer_.collect();
  EXPECT_EQ(freed_, 1);
  EXPECT_EQ(reclaimer_.waiting(), 0U);
}

TEST_F(ReclaimerTest, FreesABatchWithoutBeingAsked) {
  retire(Reclaimer::batch_size);
  EXPECT_EQ(freed_, static_cast<int>(Reclaimer::batch_size));
}

TEST_F(ReclaimerTest, WaitsForWhoWasInside) {
  reclaimer_.reader(1).enter();
  retire();
  reclaimer_.collect();
  EXPECT_EQ(freed_, 0);
  reclaimer_.reader(1).leave();
  EXPECT_FALSE(reclaimer_.reader(1).is_inside());
  reclaimer_.collect();
  EXPECT_EQ(freed_, 1);
}

TEST_F(ReclaimerTest, FreesWhatAnOwnerHasRetiredLikewise) {
  const auto retire_by = [this](std::size_t owner, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      reclaimer_.retire(std::make_unique<Counted>(freed_), owner);
  };
  retire_by(0, 1);
  EXPECT_EQ(reclaimer_.waiting(), 0U) << "it is not with the others";
  EXPECT_EQ(reclaimer_.waiting(0), 1U);
  EXPECT_EQ(reclaimer_.waiting(1), 0U);
  reclaimer_.collect();
  reclaimer_.collect(1);
  EXPECT_EQ(freed_, 0) << "nobody frees what is another's";
  reclaimer_.collect(0);
  EXPECT_EQ(freed_, 1);

  reclaimer_.reader(1).enter();
  retire_by(0, Reclaimer::batch_size);
  EXPECT_EQ(freed_, 1) << "somebody was inside";
  reclaimer_.reader(1).leave();
  retire_by(0, Reclaimer::batch_size);
  EXPECT_EQ(freed_, 1 + static_cast<int>(2 * Reclaimer::batch_size));
  retire_by(1, 3);  // Freed with the reclaimer.
}

TEST_F(ReclaimerTest, DoesNotWaitForWhoHasComeSince) {
  reclaimer_.reader(0).enter();
  retire();
  reclaimer_.collect();
  reclaimer_.reader(0).leave();
  reclaimer_.reader(0).enter();
  reclaimer_.reader(1).enter();
  const Reclaimer::Section section(reclaimer_);
  reclaimer_.collect();
  EXPECT_EQ(freed_, 1);
}

TEST_F(ReclaimerTest, WaitsForASection) {
  std::optional<Reclaimer::Section> section(std::in_place, reclaimer_);
  retire(3);
  reclaimer_.collect();
  EXPECT_EQ(freed_, 0);
  section.reset();
  reclaimer_.collect();
  EXPECT_EQ(freed_, 3);
}

TEST_F(ReclaimerTest, HasRoomForSectionsWithinSections) {
  std::vector<std::unique_ptr<Reclaimer::Section>> sections;
  sections.reserve(32);
  for (int i = 0; i < 32; ++i) sections.push_back(std::make_unique<Reclaimer::Section>(reclaimer_));
  retire();
  while (sections.size() > 1) sections.pop_back();
  reclaimer_.collect();
  EXPECT_EQ(freed_, 0) << "any of them keeps it";
  sections.pop_back();
  reclaimer_.collect();
  EXPECT_EQ(freed_, 1);
}

// The bound: two batches, one that waits and one that is filled meanwhile.
TEST_F(ReclaimerTest, KeepsWhatIsRetiredDuringTwoSteps) {
  for (int step = 1; step <= 100; ++step) {
    reclaimer_.reader(0).enter();
    retire(1'000);
    EXPECT_LE(reclaimer_.waiting(), 2'000U);
    reclaimer_.reader(0).leave();
    reclaimer_.reader(0).enter();
    reclaimer_.reader(0).leave();
  }
  EXPECT_GE(freed_, 98'000);
  reclaimer_.collect();
  reclaimer_.collect();
  EXPECT_EQ(freed_, 100'000);
}

TEST_F(ReclaimerTest, FreesTheRestWhenItEnds) {
  {
    Reclaimer other(1);
    other.reader(0).enter();
    for (int i = 0; i < 100; ++i) other.retire(std::make_unique<Counted>(freed_));
    EXPECT_EQ(freed_, 0);
    other.reader(0).leave();
  }
  EXPECT_EQ(freed_, 100);
}

// A pointer that a writer replaces all the time while readers of both kinds follow it: none of them
// ever sees an object that was freed.
TEST_F(ReclaimerTest, NeverFreesWhatAReaderHolds) {
  constexpr int replaced = 20'000;
  std::atomic<Counted*> shared = std::make_unique<Counted>(freed_).release();
  std::atomic<bool> is_over = false;
  std::atomic<int> broken = 0;
  std::atomic<int> ready = 0;
  const auto look = [&] {
    const Counted* seen = shared.load(ReclaimerPolicy::follow);
    for (int again = 0; again < 3; ++again) {
      if (seen->value != 42) ++broken;
    }
  };
  const auto begin = [&] {
    ++ready;
    ready.notify_all();
  };
  std::vector<std::thread> threads;
  for (const std::size_t owner : {0U, 1U}) {
    threads.emplace_back([&, owner] {
      begin();
      while (!is_over.load(std::memory_order_relaxed)) {
        reclaimer_.reader(owner).enter();
        look();
        reclaimer_.reader(owner).leave();
      }
    });
  }
  for (int outside = 0; outside < 2; ++outside) {
    threads.emplace_back([&] {
      begin();
      while (!is_over.load(std::memory_order_relaxed)) {
        const Reclaimer::Section section(reclaimer_);
        look();
      }
    });
  }
  for (int seen = ready; seen < 4; seen = ready) ready.wait(seen);
  for (int i = 0; i < replaced; ++i) {
    reclaimer_.retire(std::unique_ptr<Counted>(
        shared.exchange(std::make_unique<Counted>(freed_).release(), ReclaimerPolicy::unlink)));
  }
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  reclaimer_.collect();
  reclaimer_.collect();
  EXPECT_EQ(broken, 0);
  EXPECT_EQ(reclaimer_.waiting(), 0U);
  EXPECT_EQ(freed_, replaced);
  const std::unique_ptr<Counted> last(shared.load());
}

}  // namespace
}  // namespace troupe
