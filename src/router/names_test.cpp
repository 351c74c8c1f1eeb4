// Proves that names are found, by comparison with std::unordered_map over random histories; that
// memory stays bounded; and that readers without locks are never told anything wrong meanwhile.

#include "router/names.hpp"

#include <atomic>
#include <iostream>
#include <queue>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"

namespace troupe {
namespace {

class NamesTest : public testing::Test {
 protected:
  // The name, or null where it is taken.
  const ActorName* add(std::string_view text, Address address) {
    ActorName::Owner name = ActorName::make(text, address);
    const ActorName* made = name.get();
    return names_.try_add(name) ? made : nullptr;
  }
  [[nodiscard]] std::optional<Address> find(std::string_view text) {
    const Reclaimer::Section section(reclaimer_);
    return names_.find(text);
  }
  static Address address(std::uint32_t number) { return {.slot = number, .generation = 1}; }

  Reclaimer reclaimer_{2};
  Names names_{reclaimer_, 7};
};

TEST_F(NamesTest, FindsWhatWasAddedUntilItIsRemoved) {
  const ActorName* name = add("app/a", address(3));
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->text(), "app/a");
  EXPECT_EQ(find("app/a"), address(3));
  EXPECT_FALSE(find("app/b"));
  EXPECT_FALSE(find(""));
  EXPECT_EQ(add("app/a", address(4)), nullptr) << "taken";
  EXPECT_EQ(find("app/a"), address(3));
  names_.remove(*name);
  EXPECT_FALSE(find("app/a"));
  EXPECT_NE(add("app/a", address(5)), nullptr);
  EXPECT_EQ(find("app/a"), address(5));
}

TEST_F(NamesTest, GivesARefusedNameBack) {
  (void)add("app/a", address(1));
  ActorName::Owner name = ActorName::make("app/a", address(2));
  EXPECT_FALSE(names_.try_add(name));
  ASSERT_NE(name, nullptr);
  EXPECT_EQ(name->text(), "app/a");
}

TEST_F(NamesTest, TellsNamesApartThatDifferInLengthOnly) {
  const std::string longest(ActorName::bytes_max, 'x');
  for (std::uint32_t size = 0; size <= ActorName::bytes_max; ++size) {
    ASSERT_NE(add(longest.substr(0, size), address(size)), nullptr);
  }
  for (std::uint32_t size = 0; size <= ActorName::bytes_max; ++size) {
    EXPECT_EQ(find(longest.substr(0, size)), address(size));
  }
  EXPECT_FALSE(find(longest + "x"));
}

TEST_F(NamesTest, AgreesWithAModelOverRandomHistories) {
  const std::uint64_t seed = std::mt19937_64::default_seed;
  std::cout << "seed " << seed << '\n';
  std::mt19937_64 random(seed);
  std::unordered_map<std::string, const ActorName*> model;
  std::uint32_t last = 0;
  for (int step = 0; step < 400'000; ++step) {
    // Times of growth and of shrinking, over few names and many.
    const std::uint64_t names = step / 50'000 % 2 == 0 ? 20'000 : 300;
    const std::string text = fmt::format("app/actor-{}", random() % names);
    const auto known = model.find(text);
    switch (random() % 3) {
      case 0:
        if (const ActorName* made = add(text, address(++last))) {
          ASSERT_EQ(known, model.end()) << text;
          model.emplace(text, made);
        } else {
          ASSERT_NE(known, model.end()) << text;
        }
        break;
      case 1:
        if (known != model.end()) {
          names_.remove(*known->second);
          model.erase(known);
        }
        break;
      default:
        if (known != model.end()) {
          ASSERT_EQ(find(text), known->second->address()) << text;
        } else {
          ASSERT_FALSE(find(text)) << text;
        }
    }
    if (step % 50'000 != 0) continue;
    ASSERT_EQ(names_.count(), model.size());
    std::size_t seen = 0;
    names_.for_each([&](const ActorName& name) {
      ++seen;
      const auto in_model = model.find(std::string(name.text()));
      ASSERT_NE(in_model, model.end());
      ASSERT_EQ(in_model->second, &name);
    });
    ASSERT_EQ(seen, model.size());
  }
}

TEST_F(NamesTest, FreesWhatChurns) {
  const ActorName* name = add("app/restless", address(0));
  for (std::uint32_t i = 1; i < 100'000; ++i) {
    names_.remove(*name);
    name = add("app/restless", address(i));
    ASSERT_NE(name, nullptr);
    ASSERT_LE(reclaimer_.waiting(), Reclaimer::batch_size);
  }
  EXPECT_EQ(names_.count(), 1U);
  names_.remove(*name);
  reclaimer_.collect();
  EXPECT_EQ(reclaimer_.waiting(), 0U);
}

// Other names each time: the marks that they leave do not pile up, nor do they make tables grow.
TEST_F(NamesTest, KeepsItsTablesSmallWhileNamesPassThrough) {
  std::queue<const ActorName*> present;
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < 300'000; ++i) {
    present.push(add(fmt::format("app/passing-{}", i), address(i)));
    ASSERT_LE(reclaimer_.waiting(), Reclaimer::batch_size);
    if (present.size() < 10'000) continue;
    if (bytes == 0) bytes = names_.table_bytes();
    names_.remove(*present.front());
    present.pop();
  }
  EXPECT_EQ(names_.count(), present.size());
  EXPECT_LE(names_.table_bytes(), bytes * 2);
}

TEST_F(NamesTest, HoldsAMillion) {
  constexpr std::uint32_t many = 1'000'000;
  std::vector<const ActorName*> added(many);
  const auto text = [](std::uint32_t i) { return fmt::format("bank/account-{:07}", i); };
  for (std::uint32_t i = 0; i < many; ++i) {
    added[i] = add(text(i), address(i));
    ASSERT_NE(added[i], nullptr);
  }
  EXPECT_EQ(names_.count(), many);
  EXPECT_LE(names_.table_bytes(), std::uint64_t{many} * 16);
  for (std::uint32_t i = 0; i < many; ++i) ASSERT_EQ(find(text(i)), address(i));
  for (std::uint32_t i = 0; i < many; i += 2) names_.remove(*added[i]);
  for (std::uint32_t i = 0; i < many; ++i) {
    ASSERT_EQ(find(text(i)), i % 2 == 0 ? std::nullopt : std::optional(address(i)));
  }
  std::vector<bool> seen(many);
  std::uint32_t count = 0;
  names_.for_each([&](const ActorName& name) {
    ASSERT_FALSE(seen[name.address().slot]) << "each is visited once";
    seen[name.address().slot] = true;
    ++count;
  });
  EXPECT_EQ(count, many / 2);
  EXPECT_TRUE(seen[1]);
  EXPECT_FALSE(seen[0]);
  for (std::uint32_t i = 1; i < many; i += 2) names_.remove(*added[i]);
  reclaimer_.collect();
  EXPECT_EQ(names_.count(), 0U);
  EXPECT_EQ(reclaimer_.waiting(), 0U);
  EXPECT_LE(names_.table_bytes(), 64U * 1'024);
}

// Writers add and remove names of their own all the time, each time with another generation, while
// readers look: those that stay are always found, and no name leads to an address that never had
// it.
class NamesInUse : public NamesTest {
 protected:
  static constexpr std::uint32_t steady = 500;
  static constexpr std::uint32_t writers = 2;
  static constexpr std::uint32_t rounds = 40;
  static constexpr std::uint32_t per_round = 300;

  static std::string steady_name(std::uint32_t i) { return fmt::format("steady-{}", i); }
  static std::string name_of(std::uint32_t writer, std::uint32_t i) {
    return fmt::format("writer-{}-{}", writer, i);
  }
  static std::uint32_t slot_of(std::uint32_t writer, std::uint32_t i) {
    return 10'000 * (writer + 1) + i;
  }

  void look(std::uint32_t i) {
    const auto stays = names_.find(steady_name(i % steady));
    if (!stays) ++missed_;
    if (stays && *stays != address(i % steady)) ++wrong_;
    const auto passing = names_.find(name_of(i % writers, i % per_round));
    if (passing && passing->slot != slot_of(i % writers, i % per_round)) ++wrong_;
  }
  void read_in_steps(std::size_t owner) {
    count_in();
    for (std::uint32_t i = 0; writing_.load(std::memory_order_relaxed) > 0; i += 7) {
      reclaimer_.reader(owner).enter();
      for (std::uint32_t more = 0; more < 20; ++more) look(i + more);
      reclaimer_.reader(owner).leave();
    }
  }
  void read_from_outside() {
    count_in();
    for (std::uint32_t i = 0; writing_.load(std::memory_order_relaxed) > 0; i += 7) {
      const Reclaimer::Section section(reclaimer_);
      look(i);
    }
  }
  void write(std::uint32_t writer) {
    std::vector<const ActorName*> own(per_round);
    for (std::uint32_t round = 1; round <= rounds; ++round) {
      for (std::uint32_t i = 0; i < per_round; ++i) {
        own[i] = add(name_of(writer, i), {.slot = slot_of(writer, i), .generation = round});
        if (own[i] == nullptr) ++missed_;
      }
      for (const ActorName* name : own) names_.remove(*name);
    }
    --writing_;
  }
  void wait_for_readers(std::uint32_t count) {
    for (std::uint32_t seen = reading_; seen < count; seen = reading_) reading_.wait(seen);
  }

  std::atomic<std::uint32_t> missed_ = 0;
  std::atomic<std::uint32_t> wrong_ = 0;

 private:
  void count_in() {
    ++reading_;
    reading_.notify_all();
  }

  std::atomic<std::uint32_t> writing_ = writers;
  std::atomic<std::uint32_t> reading_ = 0;
};

TEST_F(NamesInUse, TellReadersNothingWrongWhileWritersWrite) {
  for (std::uint32_t i = 0; i < steady; ++i) ASSERT_NE(add(steady_name(i), address(i)), nullptr);
  std::vector<std::thread> threads;
  threads.emplace_back([this] { read_in_steps(0); });
  threads.emplace_back([this] { read_in_steps(1); });
  threads.emplace_back([this] { read_from_outside(); });
  wait_for_readers(3);
  for (std::uint32_t i = 0; i < writers; ++i) threads.emplace_back([this, i] { write(i); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(missed_, 0U);
  EXPECT_EQ(wrong_, 0U);
  EXPECT_EQ(names_.count(), steady);
  reclaimer_.collect();
  reclaimer_.collect();
  EXPECT_EQ(reclaimer_.waiting(), 0U) << "nobody is inside";
}

}  // namespace
}  // namespace troupe
