// Proves that the checker finds what is wrong and tells it so that it can be repeated, that a
// search with reduction finds what one without finds, and that neither stops early.

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "atomics.hpp"
#include "base/format.hpp"
#include "litmus.hpp"
#include "weaken.hpp"

namespace troupe::systematic {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto seq_cst = std::memory_order_seq_cst;

Finding search(const SetUp& set_up,
               Search::Reduction reduction = Search::Reduction::sleep_sets_and_states) {
  return Checker().search(set_up, {.reduction = reduction, .names_orders = false});
}

Finding sample(const SetUp& set_up, std::uint64_t schedules = 2'000, std::uint64_t seed = 1) {
  return Checker().sample(set_up, {.schedules = schedules, .seed = seed, .names_orders = false});
}

struct Pair {
  Atomic<int> x{0};
  Atomic<int> y{0};
};

// A sleeper that looks first and then says that it sleeps: a wake-up in between is lost.
void sleep_carelessly(Execution& run) {
  struct World {
    Atomic<bool> has_work{false};
    Atomic<bool> is_parked{false};
    Event event;
  };
  auto& world = run.make<World>();
  run.thread("waker", [&world] {
    world.has_work.store(true, seq_cst);
    if (world.is_parked.load(seq_cst)) world.event.set();
  });
  run.thread("sleeper", [&world] {
    if (world.has_work.load(seq_cst)) return;
    world.is_parked.store(true, seq_cst);
    world.event.wait(nap);
  });
}

TEST(Search, FindsALostWakeUp) {
  for (const auto reduction : {Search::Reduction::none, Search::Reduction::sleep_sets_and_states}) {
    const Finding finding = search(&sleep_carelessly, reduction);
    ASSERT_TRUE(finding.failure.has_value());
    EXPECT_EQ(finding.failure->what, "nobody can go on: sleeper waits for a wake-up");
    EXPECT_FALSE(finding.is_exhausted);
  }
}

TEST(Search, NamesAScheduleThatFailsAgain) {
  const auto named = [](Execution& run) { sleep_carelessly(run); };
  Checker checker;
  const Finding found = checker.search(named, {.names_orders = false});
  ASSERT_TRUE(found.failure.has_value());
  const Finding again =
      checker.replay(named, found.failure->schedule, Checker::Orders::may_be_unnamed);
  ASSERT_TRUE(again.failure.has_value());
  EXPECT_EQ(again.failure->what, found.failure->what);
  EXPECT_EQ(again.failure->steps, found.failure->steps);
  EXPECT_EQ(again.failure->steps.size(), 4U) << "load, load, store, store: the rest did not happen";
}

TEST(Search, CountsEveryOrderOfWhatDepends) {
  // Two threads, two stores each: 4! / (2! 2!).
  const auto stores = [](Execution& run) {
    auto& pair = run.make<Pair>();
    for (int i = 0; i < 2; ++i) {
      run.thread("thread", [&pair] {
        pair.x.store(1, relaxed);
        pair.x.store(2, relaxed);
      });
    }
  };
  const Finding all = search(stores, Search::Reduction::none);
  EXPECT_EQ(all.schedules, 6U);
  EXPECT_TRUE(all.is_exhausted);
}

TEST(Search, TriesWhatCommutesInOneOrder) {
  const auto stores = [](Execution& run) {
    auto& pair = run.make<Pair>();
    run.thread("one", [&pair] {
      pair.x.store(1, relaxed);
      pair.x.store(2, relaxed);
    });
    run.thread("two", [&pair] {
      pair.y.store(1, relaxed);
      pair.y.store(2, relaxed);
    });
  };
  EXPECT_EQ(search(stores, Search::Reduction::none).schedules, 6U);
  const Finding reduced = search(stores);
  EXPECT_TRUE(reduced.is_exhausted);
  EXPECT_EQ(reduced.states, 8U) << "3 places by 3, less the end, where nothing is decided";
  EXPECT_LT(reduced.schedules, 6U);
}

// --- What a reduction leaves out is nothing new

// Three threads that do what chance says to two words, and tell what they saw.
struct RandomProgram {
  struct Action {
    unsigned what;
    bool is_x;
    int value;
  };
  std::array<std::array<Action, 3>, 3> threads{};

  explicit RandomProgram(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (auto& actions : threads) {
      for (Action& action : actions) {
        action = {.what = static_cast<unsigned>(random() % 5),
                  .is_x = random() % 2 == 0,
                  .value = static_cast<int>(random() % 3)};
      }
    }
  }

  static int act(Pair& pair, const Action& action) {
    Atomic<int>& word = action.is_x ? pair.x : pair.y;
    int expected = action.value;
    switch (action.what) {
      case 0:
        return word.load(relaxed);
      case 1:
        word.store(action.value, relaxed);
        return 0;
      case 2:
        return word.fetch_add(action.value, relaxed);
      case 3:
        return word.compare_exchange_strong(expected, action.value + 1, relaxed, relaxed) ? 1 : 0;
      default:
        expected = pair.y.guess();
        while (!pair.y.compare_exchange_weak(expected, expected * 3 + 1, relaxed, relaxed)) {
        }
        return expected;
    }
  }

  void operator()(Execution& run, std::set<std::string>& outcomes) const {
    struct World {
      Pair pair;
      std::array<int, 3> seen{};
    };
    auto& world = run.make<World>();
    for (std::size_t i = 0; i < threads.size(); ++i) {
      run.thread("thread", [&world, this, i] {
        std::uint64_t place = 0;
        for (const Action& action : threads[i]) {
          world.seen[i] = world.seen[i] * 16 + act(world.pair, action);
          // So that paths meet: what follows depends on this alone.
          Execution::current().forget_past(++place << 32U | to_word(world.seen[i]));
        }
      });
    }
    run.at_end([&world, &outcomes] {
      outcomes.insert(fmt::format("{} {} {}: {} {}", world.seen[0], world.seen[1], world.seen[2],
                                  world.pair.x.load(relaxed), world.pair.y.load(relaxed)));
    });
  }
};

TEST(Search, FindsWithReductionWhatItFindsWithout) {
  std::uint64_t all = 0;
  std::uint64_t reduced = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const RandomProgram program(seed);
    const Outcomes plain = sequential_outcomes(program, Search::Reduction::none);
    const Outcomes less = sequential_outcomes(program, Search::Reduction::sleep_sets_and_states);
    ASSERT_TRUE(plain.finding.is_exhausted && less.finding.is_exhausted);
    ASSERT_EQ(plain.all, less.all) << "seed " << seed;
    const Outcomes states = sequential_outcomes(program, Search::Reduction::states);
    ASSERT_EQ(plain.all, states.all) << "seed " << seed;
    ASSERT_EQ(less.finding.states, states.finding.states) << "seed " << seed;
    all += plain.finding.schedules;
    reduced += less.finding.schedules;
  }
  EXPECT_LT(reduced * 2, all) << "it should be worth it";
}

TEST(Search, MergesStatesWhosePastIsForgotten) {
  const auto counting = [](bool forgets) {
    return [forgets](Execution& run) {
      auto& pair = run.make<Pair>();
      for (std::uint64_t i = 0; i < 2; ++i) {
        run.thread("thread", [&pair, forgets] {
          for (std::uint64_t round = 0; round < 4; ++round) {
            pair.x.fetch_add(1, relaxed);
            if (forgets) Execution::current().forget_past(round);
          }
        });
      }
      run.at_end([&run, &pair] { run.require(pair.x.load(relaxed) == 8, "a sum"); });
    };
  };
  const Finding merged = search(counting(true));
  const Finding apart = search(counting(false));
  EXPECT_TRUE(merged.is_exhausted && apart.is_exhausted);
  EXPECT_LT(merged.states * 2, apart.states);
}

// What two searches see of it, which must be the same.
void expect_the_same(const Litmus& litmus) {
  const Outcomes plain = sequential_outcomes(litmus, Search::Reduction::none);
  const Outcomes less = sequential_outcomes(litmus, Search::Reduction::sleep_sets_and_states);
  EXPECT_TRUE(plain.finding.is_exhausted && less.finding.is_exhausted);
  EXPECT_EQ(plain.all, less.all);
  EXPECT_GT(plain.all.size(), 1U);
}

TEST(Search, TellsStatesApartByTheirData) {
  expect_the_same([](Execution& run, std::set<std::string>& outcomes) {
    struct World {
      Mutex mutex;
      Semaphore ended;
      Plain<int> data{0};
      int read = 0;
    };
    auto& world = run.make<World>();
    for (const int value : {1, 2}) {
      run.thread("writer", [&world, value] {
        world.mutex.lock();
        world.data = value;
        world.mutex.unlock();
        world.ended.release();
        Execution::current().forget_past(0);
      });
    }
    run.thread("reader", [&world] {
      world.ended.acquire();
      world.ended.acquire();
      world.read = world.data;
    });
    run.at_end([&world, &outcomes] { outcomes.insert(fmt::format("{}", world.read)); });
  });
}

TEST(Search, TriesWhoWaitsAgainstEveryStore) {
  expect_the_same([](Execution& run, std::set<std::string>& outcomes) {
    struct World {
      Atomic<int> other{0};
      Pair pair;
      std::array<int, 2> read{};
    };
    auto& world = run.make<World>();
    run.thread("waiter", [&world] {
      while (world.pair.y.load(relaxed) == 0) {
        ModelAtomics::pause();
        ++world.read[1];
      }
      world.read[0] = world.pair.x.load(relaxed);
    });
    run.thread("storer", [&world] {
      world.pair.x.store(1, relaxed);
      world.pair.y.store(1, relaxed);
      world.pair.x.store(2, relaxed);
    });
    run.at_end([&world, &outcomes] {
      outcomes.insert(fmt::format("{} {}", world.read[0], world.read[1]));
    });
  });
}

TEST(Search, TakesALoopAroundACompareExchangeForOneStep) {
  const auto add_in_a_loop = [](Execution& run) {
    auto& pair = run.make<Pair>();
    for (int i = 0; i < 3; ++i) {
      run.thread("adder", [&pair] {
        int sum = pair.x.guess();
        while (!pair.x.compare_exchange_weak(sum, sum + 1, relaxed, relaxed)) {
        }
      });
    }
    run.at_end([&run, &pair] { run.require(pair.x.load(relaxed) == 3, "one is lost"); });
  };
  const Finding finding = search(add_in_a_loop, Search::Reduction::none);
  EXPECT_TRUE(finding.is_exhausted);
  EXPECT_EQ(finding.schedules, 6U) << "3!";
}

TEST(StateSet, KeepsWhatItHasWhenItGrows) {
  StateSet states;
  bool is_new = false;
  for (std::uint64_t state = 0; state < 5'000; ++state) {
    states.find(state * 1'024, is_new) = static_cast<ThreadSet>(state);
    ASSERT_TRUE(is_new);
  }
  EXPECT_EQ(states.count(), 5'000U);
  for (std::uint64_t state = 0; state < 5'000; ++state) {
    ASSERT_EQ(states.find(state * 1'024, is_new), static_cast<ThreadSet>(state));
    ASSERT_FALSE(is_new);
  }
}

// --- What a failure says

TEST(Sample, NamesASeedThatFailsAgain) {
  const Finding found = sample(&sleep_carelessly);
  ASSERT_TRUE(found.failure.has_value());
  EXPECT_EQ(found.schedules, found.failure->seed);  // From seed 1 on.
  const Finding again = sample(&sleep_carelessly, 1, found.failure->seed);
  ASSERT_TRUE(again.failure.has_value());
  EXPECT_EQ(again.failure->what, found.failure->what);
  EXPECT_EQ(again.failure->steps, found.failure->steps);
}

std::string failure_of(const SetUp& set_up) {
  const Finding finding = sample(set_up);
  return finding.failure ? finding.failure->what : "";
}

TEST(Failure, IsADeadlock) {
  const auto crossed = [](Execution& run) {
    struct World {
      Mutex one;
      Mutex two;
    };
    auto& world = run.make<World>();
    const auto take = [](Mutex& first, Mutex& second) {
      first.lock();
      second.lock();
      second.unlock();
      first.unlock();
    };
    run.thread("left", [&world, take] { take(world.one, world.two); });
    run.thread("right", [&world, take] { take(world.two, world.one); });
  };
  EXPECT_EQ(failure_of(crossed),
            "nobody can go on: left waits for a wake-up; right waits for a wake-up");
}

TEST(Failure, IsNoneWhereAMutexKeepsDataApart) {
  const auto guarded = [](Execution& run) {
    struct World {
      Mutex mutex;
      Plain<int> sum{0};
    };
    auto& world = run.make<World>();
    for (int i = 0; i < 3; ++i) {
      run.thread("adder", [&world] {
        world.mutex.lock();
        world.sum = world.sum + 1;
        world.mutex.unlock();
      });
    }
    run.at_end([&run, &world] { run.require(world.sum == 3, "one is lost"); });
  };
  EXPECT_EQ(failure_of(guarded), "");
}

TEST(Failure, IsWhatTheJudgeSaysAtTheEnd) {
  const auto racing = [](Execution& run) {
    auto& pair = run.make<Pair>();
    for (int i = 0; i < 2; ++i) {
      run.thread("adder", [&pair] { pair.x.store(pair.x.load(relaxed) + 1, relaxed); });
    }
    run.at_end([&run, &pair] { run.require(pair.x.load(relaxed) == 2, "one is lost"); });
  };
  EXPECT_EQ(failure_of(racing), "main: one is lost");
  EXPECT_TRUE(search(racing).failure.has_value());
}

TEST(Failure, IsAUseAfterDestruction) {
  struct Box {
    Plain<int> data{1};
    Atomic<int> atomic{1};
  };
  const auto boxed = [](const std::function<void(Box&)>& use) {
    return [use](Execution& run) {
      struct World {
        Semaphore first;
        Semaphore second;
      };
      auto& world = run.make<World>();
      auto& box = run.make<Box>();
      run.thread("owner", [&] {
        world.first.acquire();
        Execution::current().destroy(&box);
        world.second.release();
      });
      run.thread("user", [&, use] {
        world.first.release();
        world.second.acquire();
        use(box);
      });
    };
  };
  EXPECT_EQ(failure_of(boxed([](Box& box) { (void)static_cast<int>(box.data); })),
            "user: data is read after its destruction");
  EXPECT_EQ(failure_of(boxed([](Box& box) { box.data = 2; })),
            "user: data is written after its destruction");
  EXPECT_EQ(failure_of(boxed([](Box& box) { (void)box.atomic.load(relaxed); })),
            "user: an atomic is used after its destruction");
  EXPECT_EQ(failure_of(boxed([](Box& box) { Execution::current().destroy(&box); })),
            "user: something is destroyed twice");
}

TEST(Failure, LeavesWhatIsOwnedToItsOwner) {
  // At the end the box is destroyed first, since it was made last, and then by its owner.
  struct Owner {
    Pair* box = nullptr;
    Owner() = default;
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;
    ~Owner() { Execution::current().destroy(box); }
  };
  const auto owned = [](Execution& run) {
    auto& owner = run.make<Owner>();
    run.thread("maker", [&owner] {
      owner.box = &Execution::current().make<Pair>();
      Execution::current().fail("enough");
    });
  };
  EXPECT_EQ(failure_of(owned), "maker: enough");
}

TEST(Failure, MayComeInADestructor) {
  const auto scoped = [](Execution& run) {
    struct World {
      Mutex mutex;
      Plain<int> data{0};
    };
    auto& world = run.make<World>();
    for (int i = 0; i < 2; ++i) {
      run.thread("thread", [&world] {
        const std::vector<int> of_the_heap(100);
        struct Scope {
          explicit Scope(World& its_world) : world(its_world) {}
          Scope(const Scope&) = delete;
          Scope& operator=(const Scope&) = delete;
          World& world;
          ~Scope() {
            world.mutex.lock();
            world.mutex.unlock();
            world.data = 1;
          }
        };
        const Scope scope(world);
      });
    }
  };
  EXPECT_EQ(failure_of(scoped), "thread: data race: a write, and a write that may go on");
}

TEST(Failure, IsADestructionThatNothingKeepsApartFromAUse) {
  const auto racing = [](Execution& run) {
    auto& pair = run.make<Pair>();
    run.thread("user", [&pair] { pair.x.store(1, relaxed); });
    run.thread("owner", [&pair] {
      if (pair.x.load(relaxed) == 1) Execution::current().destroy(&pair);
    });
  };
  EXPECT_EQ(failure_of(racing), "owner: an atomic is destroyed while it may be in use");
}

TEST(Failure, IsAPublicationWithoutRelease) {
  const auto published = [](Order order) {
    return [order](Execution& run) {
      auto& shelf = run.make<Atomic<Pair*>>(nullptr);
      run.thread("maker",
                 [&shelf, order] { shelf.store(&Execution::current().make<Pair>(), order); });
      run.thread("user", [&shelf] {
        Pair* const pair = shelf.load(std::memory_order_acquire);
        if (pair != nullptr) pair->x.store(1, relaxed);
      });
    };
  };
  EXPECT_EQ(failure_of(published(relaxed)),
            "user: an atomic is used while it may be under construction");
  EXPECT_EQ(failure_of(published(std::memory_order_release)), "");
}

TEST(Failure, IsALoopWithoutEnd) {
  const auto endless = [](Execution& run) {
    auto& pair = run.make<Pair>();
    run.thread("spinner", [&pair] {
      while (pair.x.load(relaxed) == 0) {
      }
    });
  };
  EXPECT_EQ(failure_of(endless), fmt::format("no end within {} steps", Execution::steps_max));
}

TEST(Failure, IsAnOrderWithoutAName) {
  const auto unnamed = [](Execution& run) {
    auto& pair = run.make<Pair>();
    run.thread("thread", [&pair] { pair.x.store(1, std::memory_order_release); });
  };
  const Finding finding = Checker().sample(unnamed, {.schedules = 1});
  ASSERT_TRUE(finding.failure.has_value());
  EXPECT_EQ(finding.failure->what, "thread: release without a name (Ordering)");
}

// --- Waiting loops

void wait_for(Execution& run, bool somebody_stores) {
  auto& pair = run.make<Pair>();
  run.thread("waiter", [&pair] {
    while (pair.x.load(relaxed) != 2) ModelAtomics::pause();
  });
  run.thread("other", [&pair, somebody_stores] {
    pair.x.store(1, relaxed);
    if (somebody_stores) pair.x.store(2, relaxed);
  });
}

TEST(Pause, EndsWhenSomebodyStores) {
  const auto stores = [](Execution& run) { wait_for(run, true); };
  EXPECT_EQ(failure_of(stores), "");
  EXPECT_TRUE(search(stores).is_exhausted);
}

TEST(Pause, IsADeadlockWhenNobodyWill) {
  const auto stops = [](Execution& run) { wait_for(run, false); };
  EXPECT_EQ(failure_of(stops), "nobody can go on: waiter waits for others to store something");
  EXPECT_TRUE(search(stops).failure.has_value());
}

// Sleepers that wait for a word which somebody sets, with the lock or without.
template <bool locks>
void wait_for_word(Execution& run) {
  struct World {
    Mutex mutex;
    Condition changed;
    Atomic<int> word{0};
  };
  auto& world = run.make<World>();
  for (int i = 0; i < 2; ++i) {
    run.thread("sleeper", [&world] {
      std::unique_lock lock(world.mutex);
      world.changed.wait(lock, [&world] { return world.word.load(relaxed) == 1; });
    });
  }
  run.thread("waker", [&world] {
    if (locks) world.mutex.lock();
    world.word.store(1, relaxed);
    if (locks) world.mutex.unlock();
    world.changed.notify_all();
  });
}

TEST(Condition, WakesAllWhoSleep) {
  EXPECT_EQ(failure_of(&wait_for_word<true>), "");
  const Finding all = search(&wait_for_word<true>, Search::Reduction::none);
  const Finding reduced = search(&wait_for_word<true>);
  EXPECT_TRUE(all.is_exhausted && reduced.is_exhausted);
  EXPECT_LT(reduced.schedules, all.schedules);
}

TEST(Condition, WakesNobodyWhoIsAboutToSleep) {
  for (const auto reduction : {Search::Reduction::none, Search::Reduction::sleep_sets_and_states}) {
    const Finding finding = search(&wait_for_word<false>, reduction);
    ASSERT_TRUE(finding.failure.has_value());
    EXPECT_NE(finding.failure->what.find("waits for a wake-up"), std::string::npos)
        << finding.failure->what;
  }
}

TEST(Condition, TellsNothingByItself) {
  const auto writes_without_lock = [](Execution& run) {
    struct World {
      Mutex mutex;
      Condition changed;
      Semaphore is_locked;
      Atomic<int> word{0};
      Plain<int> data{0};
    };
    auto& world = run.make<World>();
    run.thread("sleeper", [&world] {
      std::unique_lock lock(world.mutex);
      world.is_locked.release();
      world.changed.wait(lock, [&world] { return world.word.load(relaxed) == 1; });
      world.data = 8;
    });
    run.thread("waker", [&world] {
      world.is_locked.acquire();
      world.mutex.lock();  // So the other sleeps.
      world.word.store(1, relaxed);
      world.mutex.unlock();
      world.data = 7;
      world.changed.notify_all();
    });
  };
  EXPECT_EQ(failure_of(writes_without_lock),
            "sleeper: data race: a write, and a write that may go on");
}

TEST(CompareExchange, MayFailForNoReasonIfWeak) {
  std::uint64_t failures = 0;
  const auto once = [&failures](Execution& run) {
    auto& pair = run.make<Pair>();
    run.thread("thread", [&pair, &failures] {
      int expected = 0;
      while (!pair.x.compare_exchange_weak(expected, 1, relaxed, relaxed)) ++failures;
    });
  };
  EXPECT_FALSE(sample(once).failure.has_value());
  EXPECT_GT(failures, 0U);
}

// --- Weakening

template <typename Atomics>
struct Handoff {
  static constexpr Ordering ready_order{"Handoff.ready", std::memory_order_release};
  static constexpr Ordering look_order{"Handoff.look", std::memory_order_acquire};
  static constexpr Ordering idle_order{"Handoff.idle", std::memory_order_acquire};

  void give() {
    data = 1;
    is_ready.store(true, Atomics::order(ready_order));
  }
  void look() {
    if (is_ready.load(Atomics::order(look_order))) data = 2;
    (void)is_ready.load(Atomics::order(idle_order));
  }

  Plain<int> data{0};
  Atomics::template Atomic<bool> is_ready{false};
};

Model handoff_model(std::vector<std::string_view> unseen) {
  return {.name = "handoff",
          .promise = "",
          .unit = "",
          .set_up =
              [](Execution& run, const Bounds&) {
                auto& handoff = run.make<Handoff<ModelAtomics>>();
                run.thread("giver", [&handoff] { handoff.give(); });
                run.thread("taker", [&handoff] { handoff.look(); });
              },
          .random = {},
          .exhaustive = {},
          .soak = {},
          .unseen = std::move(unseen)};
}

std::vector<std::string> weakened(const Model& model) {
  const std::array<const Model*, 1> models{&model};
  std::vector<std::string> results;
  const std::size_t count = weaken(models, 5'000, 1, [&results](const Weakened& one) {
    results.push_back(fmt::format("{} -> {}: {}, {}", one.weakening.site,
                                  to_string(one.weakening.order), one.is_found() ? "found" : "not",
                                  one.is_right() ? "right" : "wrong"));
  });
  EXPECT_EQ(count, results.size());
  return results;
}

TEST(Weaken, FindsEachOrderingThatIsNeededAndNamesTheOneThatIsNot) {
  EXPECT_EQ(weakened(handoff_model({})),
            (std::vector<std::string>{"Handoff.idle -> relaxed: not, wrong",
                                      "Handoff.look -> relaxed: found, right",
                                      "Handoff.ready -> relaxed: found, right"}));
}

TEST(Weaken, AllowsNoOrderingToBeCalledUnseenThatIsSeen) {
  EXPECT_EQ(weakened(handoff_model({"Handoff.idle", "Handoff.look"})),
            (std::vector<std::string>{"Handoff.idle -> relaxed: not, right",
                                      "Handoff.look -> relaxed: found, wrong",
                                      "Handoff.ready -> relaxed: found, right"}));
}

}  // namespace
}  // namespace troupe::systematic
