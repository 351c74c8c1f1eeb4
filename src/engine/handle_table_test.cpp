#include "engine/handle_table.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <variant>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe {
namespace {

constexpr Address ann{.slot = 3, .generation = 1};
constexpr Address bob{.slot = 4, .generation = 9};
constexpr Responder owed{.asker = ann, .request = 77};

TEST(HandleTable, StartsEmptyAndHoldsNoMemory) {
  const HandleTable table(limits::addresses_default);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.heap_bytes(), 0U);
}

TEST(HandleTable, CountsFromOne) {
  HandleTable table(8);
  EXPECT_EQ(table.insert(ann), 1U);
  EXPECT_EQ(table.insert(bob), 2U);
  EXPECT_EQ(table.insert(owed), 3U);
  ASSERT_NE(table.address(2), nullptr);
  EXPECT_EQ(*table.address(2), bob);
}

TEST(HandleTable, FindsNothingAtUnknownHandles) {
  HandleTable table(8);
  ASSERT_TRUE(table.insert(ann));
  for (const std::uint32_t handle : {0U, 2U, 8U, 9U, 0x7FFF'FFFFU, 0xFFFF'FFFFU}) {
    EXPECT_EQ(table.address(handle), nullptr) << handle;
    EXPECT_FALSE(table.drop_address(handle)) << handle;
    EXPECT_EQ(table.take_responder(handle), std::nullopt) << handle;
  }
  EXPECT_EQ(table.size(), 1U);
}

TEST(HandleTable, KeepsTheKindsApart) {
  HandleTable table(8);
  ASSERT_EQ(table.insert(ann), 1U);
  ASSERT_EQ(table.insert(owed), 2U);
  EXPECT_EQ(table.take_responder(1), std::nullopt);
  EXPECT_EQ(table.address(2), nullptr);
  EXPECT_FALSE(table.drop_address(2));
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.take_responder(2), owed);
  EXPECT_EQ(table.take_responder(2), std::nullopt);
}

TEST(HandleTable, GivesFreedHandlesOutAgainLatestFirst) {
  HandleTable table(8);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(table.insert(ann));
  ASSERT_TRUE(table.drop_address(1));
  ASSERT_TRUE(table.drop_address(3));
  EXPECT_EQ(table.address(1), nullptr);
  EXPECT_EQ(table.address(3), nullptr);
  EXPECT_EQ(table.insert(bob), 3U);
  EXPECT_EQ(table.insert(owed), 1U);
  EXPECT_EQ(table.insert(ann), 4U);
}

TEST(HandleTable, RefusesWhatIsBeyondTheLimit) {
  for (const std::uint32_t limit : {0U, 1U, 7U, 8U, 9U, 100U}) {
    HandleTable table(limit);
    for (std::uint32_t i = 1; i <= limit; ++i) ASSERT_EQ(table.insert(ann), i);
    EXPECT_EQ(table.insert(ann), std::nullopt);
    EXPECT_EQ(table.insert(owed), std::nullopt);
    EXPECT_LE(table.heap_bytes(), 16ULL * limit);
    if (limit == 0) continue;
    ASSERT_TRUE(table.drop_address(limit));
    EXPECT_EQ(table.insert(owed), limit);
  }
}

TEST(HandleTable, ForgetsEverythingWhenCleared) {
  HandleTable table(8);
  ASSERT_TRUE(table.insert(ann));
  ASSERT_TRUE(table.insert(owed));
  ASSERT_TRUE(table.drop_address(1));
  table.clear();
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.heap_bytes(), 0U);
  EXPECT_EQ(table.take_responder(2), std::nullopt);
  EXPECT_EQ(table.insert(ann), 1U);
}

// The same operations on the table and on a map: after each, both say the same.
class Model {
 public:
  using Held = std::variant<Address, Responder>;

  explicit Model(std::uint32_t limit) : table_(limit), limit_(limit) {}

  void insert(Held held) {
    const std::optional<std::uint32_t> handle =
        std::visit([this](auto value) { return table_.insert(value); }, held);
    ASSERT_EQ(handle.has_value(), held_.size() < limit_);
    if (!handle) return;
    ASSERT_GE(*handle, 1U);
    ASSERT_LE(*handle, limit_);
    ASSERT_TRUE(held_.emplace(*handle, held).second) << "handle " << *handle << " was in use";
  }

  void look_up(std::uint32_t handle) const {
    const Address* expected = find<Address>(handle);
    const Address* found = table_.address(handle);
    ASSERT_EQ(found != nullptr, expected != nullptr);
    if (found != nullptr) {
      ASSERT_EQ(*found, *expected);
    }
  }

  void drop(std::uint32_t handle) {
    const bool expected = find<Address>(handle) != nullptr;
    ASSERT_EQ(table_.drop_address(handle), expected);
    if (expected) held_.erase(handle);
  }

  void take(std::uint32_t handle) {
    const Responder* expected = find<Responder>(handle);
    const std::optional<Responder> taken = table_.take_responder(handle);
    ASSERT_EQ(taken.has_value(), expected != nullptr);
    if (!taken) return;
    ASSERT_EQ(*taken, *expected);
    held_.erase(handle);
  }

  void clear() {
    table_.clear();
    held_.clear();
  }

  void compare_size() const { ASSERT_EQ(table_.size(), held_.size()); }

 private:
  template <typename T>
  [[nodiscard]] const T* find(std::uint32_t handle) const {
    const auto it = held_.find(handle);
    return it == held_.end() ? nullptr : std::get_if<T>(&it->second);
  }

  HandleTable table_;
  std::uint32_t limit_;
  std::map<std::uint32_t, Held> held_;
};

TEST(HandleTable, BehavesLikeAMap) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    const auto limit = static_cast<std::uint32_t>(1 + random() % 60);
    Model model(limit);
    for (int step = 0; step < 2'000; ++step) {
      const auto handle = static_cast<std::uint32_t>(random() % (limit + 3));
      const Address address{.slot = static_cast<std::uint32_t>(random()),
                            .generation = static_cast<std::uint32_t>(random())};
      const std::uint64_t number = random() >> 11U;
      const std::uint64_t dice = random() % 100;
      if (dice < 30) {
        model.insert(address);
      } else if (dice < 50) {
        model.insert(Responder{.asker = address, .request = number});
      } else if (dice < 65) {
        model.look_up(handle);
      } else if (dice < 82) {
        model.drop(handle);
      } else if (dice < 99) {
        model.take(handle);
      } else {
        model.clear();
      }
      model.compare_size();
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace troupe
