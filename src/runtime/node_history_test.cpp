// Which records are kept, and which are found.

#include "runtime/node_history.hpp"

#include <string>

#include <gtest/gtest.h>

namespace troupe {
namespace {

std::uint64_t add(NumberedRing<ExitEvent>& reports, const std::string& name,
                  std::size_t detail_bytes = 0) {
  return reports.add({.name = name, .detail = std::string(detail_bytes, 'x')})->number;
}

std::string numbers(const NumberedRing<ExitEvent>& reports, const HistoryQuery& query) {
  std::string all;
  for (const ExitEvent& event : reports.find(query, "bank"))
    all += std::to_string(event.number) + ' ';
  return all;
}

TEST(NodeHistory, NumbersFromOne) {
  NodeHistory history;
  auto& reports = history.crashes;
  EXPECT_EQ(add(reports, "bank/a"), 1U);
  EXPECT_EQ(add(reports, "bank/b"), 2U);
  EXPECT_EQ(numbers(reports, {}), "1 2 ");
}

TEST(NodeHistory, FindsByNameAndNumber) {
  NodeHistory history;
  auto& reports = history.crashes;
  EXPECT_EQ(numbers(reports, {}), "");
  for (const char* name : {"bank/a", "bank/b", "shop/a", "bank/a", "#7.1"}) add(reports, name);
  EXPECT_EQ(numbers(reports, {.actor = "a"}), "1 4 ");
  EXPECT_EQ(numbers(reports, {.actor = "*/a"}), "1 3 4 ");
  EXPECT_EQ(numbers(reports, {.actor = "#*"}), "5 ");
  EXPECT_EQ(numbers(reports, {.limit = 2}), "4 5 ") << "the latest";
  EXPECT_EQ(numbers(reports, {.after = 1, .limit = 2}), "2 3 ") << "the first behind it";
  EXPECT_EQ(numbers(reports, {.actor = "a", .after = 1}), "4 ");
  EXPECT_EQ(numbers(reports, {.after = 5}), "");
  EXPECT_EQ(numbers(reports, {.limit = 0}), "");
}

TEST(NodeHistory, MakesRoomForNewerRecords) {
  NodeHistory history;
  auto& reports = history.crashes;
  for (std::size_t at = 0; at < limits::crashes_max; ++at) add(reports, "bank/a");
  EXPECT_EQ(reports.find({.limit = 2'000}, "bank").size(), limits::crashes_max);
  add(reports, "bank/a");
  const auto kept = reports.find({.limit = 2'000}, "bank");
  EXPECT_EQ(kept.size(), limits::crashes_max);
  EXPECT_EQ(kept.front().number, 2U);
}

TEST(NodeHistory, TakesSoMuchMemory) {
  NodeHistory history;
  auto& reports = history.crashes;
  for (int at = 0; at < 40; ++at) add(reports, "bank/a", limits::MiB);
  const std::size_t kept = reports.find({.limit = 100}, "bank").size();
  EXPECT_EQ(kept, limits::crashes_bytes_max / limits::MiB - 1) << "each is a little over 1 MiB";
}

}  // namespace
}  // namespace troupe
