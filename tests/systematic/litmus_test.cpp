// Proves that memory is as weak as it should be and no weaker: the classical litmus tests, each
// over all of its executions, against the outcomes that C++20 allows.
//
// Names and verdicts: J. Alglave, L. Maranget, M. Tautschnig, "Herding cats", TOPLAS 36(2), 2014;
// C++20 [atomics.order].

#include "litmus.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "atomics.hpp"
#include "base/format.hpp"

namespace troupe::systematic {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto seq_cst = std::memory_order_seq_cst;

struct Words {
  Atomic<int> x{0};
  Atomic<int> y{0};
  Plain<int> data{0};
  // What a thread has read: each entry has one writer.
  std::array<int, 4> read{-1, -1, -1, -1};
};

using Body = std::function<void(Words&)>;

// Threads over two words; an outcome is the first `count` values that were read, as digits.
Litmus program(std::vector<Body> bodies, std::size_t count) {
  return [bodies = std::move(bodies), count](Execution& run, std::set<std::string>& outcomes) {
    auto& words = run.make<Words>();
    for (const Body& body : bodies) {
      run.thread("thread", [&words, &body] { body(words); });
    }
    run.at_end([&words, &outcomes, count] {
      std::string outcome;
      for (std::size_t i = 0; i < count; ++i) outcome += fmt::format("{}", words.read[i]);
      outcomes.insert(outcome);
    });
  };
}

using All = std::set<std::string>;

// SB: each stores, then looks at what the other stores.
Litmus store_buffering(Order store_x, Order load_y, Order store_y, Order load_x) {
  return program({[=](Words& words) {
                    words.x.store(1, store_x);
                    words.read[0] = words.y.load(load_y);
                  },
                  [=](Words& words) {
                    words.y.store(1, store_y);
                    words.read[1] = words.x.load(load_x);
                  }},
                 2);
}

TEST(StoreBuffering, ShowsBothOldValuesUnlessAllFourAreSequential) {
  const All strong{"01", "10", "11"};
  EXPECT_EQ(weak_outcomes(store_buffering(seq_cst, seq_cst, seq_cst, seq_cst)).all, strong);
  EXPECT_TRUE(weak_outcomes(store_buffering(relaxed, relaxed, relaxed, relaxed)).has("00"));
  EXPECT_TRUE(weak_outcomes(store_buffering(release, acquire, release, acquire)).has("00"));
  EXPECT_TRUE(weak_outcomes(store_buffering(release, seq_cst, seq_cst, seq_cst)).has("00"));
  EXPECT_TRUE(weak_outcomes(store_buffering(seq_cst, acquire, seq_cst, seq_cst)).has("00"));
  EXPECT_TRUE(weak_outcomes(store_buffering(seq_cst, seq_cst, release, seq_cst)).has("00"));
  EXPECT_TRUE(weak_outcomes(store_buffering(seq_cst, seq_cst, seq_cst, acquire)).has("00"));
}

TEST(StoreBuffering, IsForbiddenBySequentialFencesAndNoOthers) {
  const auto fenced = [](Order fence) {
    return program({[=](Words& words) {
                      words.x.store(1, relaxed);
                      ModelAtomics::fence(fence);
                      words.read[0] = words.y.load(relaxed);
                    },
                    [=](Words& words) {
                      words.y.store(1, relaxed);
                      ModelAtomics::fence(fence);
                      words.read[1] = words.x.load(relaxed);
                    }},
                   2);
  };
  EXPECT_FALSE(weak_outcomes(fenced(seq_cst)).has("00"));
  EXPECT_TRUE(weak_outcomes(fenced(acq_rel)).has("00"));
}

TEST(StoreBuffering, IsForbiddenByAFenceHereAndSequentialAccessesThere) {
  const auto mixed = program({[](Words& words) {
                                words.x.store(1, relaxed);
                                ModelAtomics::fence(seq_cst);
                                words.read[0] = words.y.load(relaxed);
                              },
                              [](Words& words) {
                                words.y.store(1, seq_cst);
                                words.read[1] = words.x.load(seq_cst);
                              }},
                             2);
  EXPECT_FALSE(weak_outcomes(mixed).has("00"));
}

// MP: data, then a flag; the flag is seen, the data is not.
Litmus message_passing(Order store, Order load) {
  return program({[=](Words& words) {
                    words.x.store(1, relaxed);
                    words.y.store(1, store);
                  },
                  [=](Words& words) {
                    words.read[0] = words.y.load(load);
                    words.read[1] = words.x.load(relaxed);
                  }},
                 2);
}

TEST(MessagePassing, ShowsStaleDataUnlessReleasedAndAcquired) {
  EXPECT_EQ(weak_outcomes(message_passing(release, acquire)).all, (All{"00", "01", "11"}));
  EXPECT_TRUE(weak_outcomes(message_passing(relaxed, acquire)).has("10"));
  EXPECT_TRUE(weak_outcomes(message_passing(release, relaxed)).has("10"));
}

TEST(MessagePassing, WorksThroughFences) {
  const auto fenced = [](Order release_fence, Order acquire_fence) {
    return program({[=](Words& words) {
                      words.x.store(1, relaxed);
                      ModelAtomics::fence(release_fence);
                      words.y.store(1, relaxed);
                    },
                    [=](Words& words) {
                      words.read[0] = words.y.load(relaxed);
                      ModelAtomics::fence(acquire_fence);
                      words.read[1] = words.x.load(relaxed);
                    }},
                   2);
  };
  EXPECT_FALSE(weak_outcomes(fenced(release, acquire)).has("10"));
  EXPECT_TRUE(weak_outcomes(fenced(release, release)).has("10"));
  EXPECT_TRUE(weak_outcomes(fenced(acquire, acquire)).has("10"));
}

TEST(MessagePassing, OfDataOutsideAtomicsIsARaceUnlessReleasedAndAcquired) {
  const auto passing = [](Order store, Order load) {
    return program({[=](Words& words) {
                      words.data = 1;
                      words.y.store(1, store);
                    },
                    [=](Words& words) {
                      words.read[0] = words.y.load(load) == 1 ? static_cast<int>(words.data) : 9;
                    }},
                   1);
  };
  EXPECT_EQ(weak_outcomes(passing(release, acquire)).all, (All{"1", "9"}));
  for (const auto& [store, load] : {std::pair{relaxed, acquire}, std::pair{release, relaxed}}) {
    const Outcomes outcomes = weak_outcomes(passing(store, load));
    ASSERT_TRUE(outcomes.finding.failure.has_value());
    EXPECT_EQ(outcomes.finding.failure->what,
              "thread: data race: a read, and a write that may go on");
  }
}

TEST(MessagePassing, TellsNothingOfWhatComesAfterTheRelease) {
  const Outcomes late = weak_outcomes(program({[](Words& words) {
                                                 words.y.store(1, release);
                                                 words.data = 1;
                                               },
                                               [](Words& words) {
                                                 if (words.y.load(acquire) != 1) return;
                                                 words.read[0] = words.data;
                                               }},
                                              1));
  ASSERT_TRUE(late.finding.failure.has_value());
  EXPECT_EQ(late.finding.failure->what, "thread: data race: a read, and a write that may go on");
}

TEST(MessagePassing, BackToTheWriterIsNeededBeforeItWritesAgain) {
  // The reader has read the data, says so, and the writer writes them again.
  const auto ping_pong = [](Order done) {
    return program({[=](Words& words) {
                      words.data = 1;
                      words.x.store(1, release);
                      if (words.y.load(acquire) == 1) words.data = 2;
                    },
                    [=](Words& words) {
                      if (words.x.load(acquire) != 1) return;
                      words.read[0] = words.data;
                      words.y.store(1, done);
                    }},
                   1);
  };
  EXPECT_FALSE(weak_outcomes(ping_pong(release)).finding.failure.has_value());
  const Outcomes race = weak_outcomes(ping_pong(relaxed));
  ASSERT_TRUE(race.finding.failure.has_value());
  EXPECT_EQ(race.finding.failure->what, "thread: data race: a write, and a read that may go on");
}

TEST(MessagePassing, GoesThroughAReadModifyWriteOfAnother) {
  // The release sequence goes on through an update, not through a store.
  const auto sequence = [](bool is_update) {
    return program({[](Words& words) {
                      words.x.store(1, relaxed);
                      words.y.store(1, release);
                    },
                    [is_update](Words& words) {
                      if (is_update) {
                        words.y.fetch_add(1, relaxed);
                      } else if (words.y.load(relaxed) == 1) {
                        words.y.store(2, relaxed);
                      }
                    },
                    [](Words& words) {
                      words.read[0] = words.y.load(acquire);
                      words.read[1] = words.x.load(relaxed);
                    }},
                   2);
  };
  EXPECT_FALSE(weak_outcomes(sequence(true)).has("20"));
  EXPECT_TRUE(weak_outcomes(sequence(true)).has("21"));
  EXPECT_TRUE(weak_outcomes(sequence(false)).has("20"));
}

// WRC: who has seen the first store tells of it.
TEST(Causality, HoldsThroughAThirdThread) {
  const auto causality = [](Order store, Order load) {
    return program({[](Words& words) { words.x.store(1, relaxed); },
                    [=](Words& words) {
                      words.read[0] = words.x.load(relaxed);
                      words.y.store(1, store);
                    },
                    [=](Words& words) {
                      words.read[1] = words.y.load(load);
                      words.read[2] = words.x.load(relaxed);
                    }},
                   3);
  };
  EXPECT_FALSE(weak_outcomes(causality(release, acquire)).has("110"));
  EXPECT_TRUE(weak_outcomes(causality(relaxed, relaxed)).has("110"));
}

// IRIW: two who look disagree about which of two stores came first.
TEST(IndependentReads, DisagreeUnlessSequential) {
  const auto reads = [](Order store, Order load) {
    return program({[=](Words& words) { words.x.store(1, store); },
                    [=](Words& words) { words.y.store(1, store); },
                    [=](Words& words) {
                      words.read[0] = words.x.load(load);
                      words.read[1] = words.y.load(load);
                    },
                    [=](Words& words) {
                      words.read[2] = words.y.load(load);
                      words.read[3] = words.x.load(load);
                    }},
                   4);
  };
  EXPECT_TRUE(weak_outcomes(reads(release, acquire)).has("1010"));
  EXPECT_FALSE(weak_outcomes(reads(seq_cst, seq_cst)).has("1010"));
  // Whatever the stores are: one sequential load has seen them, the other comes after it.
  EXPECT_FALSE(weak_outcomes(reads(relaxed, seq_cst)).has("1010"));
}

// CoRR, CoWR, CoRW: one word by itself.
TEST(Coherence, LetsNobodyGoBack) {
  const auto reads = weak_outcomes(program({[](Words& words) {
                                              words.x.store(1, relaxed);
                                              words.x.store(2, relaxed);
                                            },
                                            [](Words& words) {
                                              words.read[0] = words.x.load(relaxed);
                                              words.read[1] = words.x.load(relaxed);
                                            }},
                                           2));
  EXPECT_EQ(reads.all, (All{"00", "01", "02", "11", "12", "22"}));
  const auto own = weak_outcomes(program({[](Words& words) {
                                            words.x.store(1, relaxed);
                                            words.read[0] = words.x.load(relaxed);
                                          },
                                          [](Words& words) { words.x.store(2, relaxed); }},
                                         1));
  EXPECT_EQ(own.all, (All{"1", "2"}));
}

TEST(Updates, ReadTheNewest) {
  const auto sum =
      weak_outcomes(program({[](Words& words) { words.read[0] = words.x.fetch_add(1, relaxed); },
                             [](Words& words) { words.read[1] = words.x.fetch_add(1, relaxed); }},
                            2));
  EXPECT_EQ(sum.all, (All{"01", "10"}));
  const auto exchange = weak_outcomes(program(
      {[](Words& words) {
         int expected = 0;
         words.read[0] = words.x.compare_exchange_strong(expected, 1, relaxed, relaxed) ? 1 : 0;
       },
       [](Words& words) {
         int expected = 0;
         words.read[1] = words.x.compare_exchange_strong(expected, 1, relaxed, relaxed) ? 1 : 0;
       }},
      2));
  EXPECT_EQ(exchange.all, (All{"01", "10"}));
}

TEST(Updates, ThatFailMayReadWhatIsOld) {
  const auto stale =
      weak_outcomes(program({[](Words& words) {
                               words.x.store(1, relaxed);
                               words.y.store(1, release);
                             },
                             [](Words& words) {
                               words.read[0] = words.y.load(relaxed);
                               int expected = 9;
                               words.x.compare_exchange_strong(expected, 5, acq_rel, relaxed);
                               words.read[1] = expected;
                             }},
                            2));
  EXPECT_TRUE(stale.has("10"));
}

// What the model leaves out, as memory.hpp says: whoever relies on it has to know.
TEST(LoadBuffering, IsNeverTried) {
  const auto buffering = weak_outcomes(program({[](Words& words) {
                                                  words.read[0] = words.x.load(relaxed);
                                                  words.y.store(1, relaxed);
                                                },
                                                [](Words& words) {
                                                  words.read[1] = words.y.load(relaxed);
                                                  words.x.store(1, relaxed);
                                                }},
                                               2));
  EXPECT_EQ(buffering.all, (All{"00", "01", "10"}));
}

TEST(SequentialConsistency, IsWhatASearchWithoutWeakMemoryHas) {
  const auto relaxed_all = store_buffering(relaxed, relaxed, relaxed, relaxed);
  for (const auto reduction : {Search::Reduction::none, Search::Reduction::sleep_sets_and_states}) {
    EXPECT_EQ(sequential_outcomes(relaxed_all, reduction).all, (All{"01", "10", "11"}));
  }
}

}  // namespace
}  // namespace troupe::systematic
