// One actor's lines are found among all others', and memory stays bounded.

#include "runtime/log_tail.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/format.hpp"

namespace troupe {
namespace {

constexpr Address ledger{.slot = 1, .generation = 1};
constexpr Address teller{.slot = 2, .generation = 1};

void add(LogTail& tail, Address actor, std::string_view text, std::int64_t at_ns = 0) {
  tail.add(actor, LogLevel::info, text, {.at = Instant{at_ns}, .wall_ms = 7});
}

std::string texts(LogTail& tail, Address actor, Instant since = {}, std::size_t most = 100) {
  std::string all;
  for (const LoggedLine& line : tail.take(actor, since, most)) all += line.text + ' ';
  return all;
}

TEST(LogTail, FindsTheLinesOfOneActorOldestFirstAndOnce) {
  LogTail tail;
  EXPECT_EQ(texts(tail, ledger), "");
  add(tail, ledger, "a");
  add(tail, teller, "b");
  add(tail, ledger, "c");
  EXPECT_EQ(texts(tail, {.slot = 1, .generation = 2}), "") << "the slot's next owner";
  EXPECT_EQ(texts(tail, ledger), "a c ");
  EXPECT_EQ(texts(tail, ledger), "");
  EXPECT_EQ(texts(tail, teller), "b ");
  add(tail, ledger, "d");
  EXPECT_EQ(texts(tail, ledger), "d ") << "of its next life";
}

TEST(LogTail, FindsSoManyLines) {
  for (const auto& [most, found] :
       {std::pair(std::size_t{0}, ""), {1, "c "}, {2, "b c "}, {3, "a b c "}, {4, "a b c "}}) {
    LogTail tail;
    for (const char* text : {"a", "b", "c"}) add(tail, ledger, text);
    EXPECT_EQ(texts(tail, ledger, {}, most), found);
  }
}

TEST(LogTail, LeavesOutWhatCameBefore) {
  LogTail tail;
  for (std::int64_t at = 1; at <= 4; ++at) {
    add(tail, ledger, fmt::format("{}", at), at);
    add(tail, teller, "x", at);
  }
  EXPECT_EQ(texts(tail, ledger, Instant{3}), "3 4 ");
  EXPECT_EQ(texts(tail, teller, Instant{5}), "");
}

TEST(LogTail, KeepsSoManyLines) {
  for (const std::size_t others : {limits::log_tail_lines_max - 1, limits::log_tail_lines_max}) {
    LogTail tail;
    add(tail, teller, "first");
    for (std::size_t at = 0; at < others; ++at) add(tail, ledger, "x");
    EXPECT_EQ(tail.size(), limits::log_tail_lines_max);
    EXPECT_EQ(texts(tail, teller), others < limits::log_tail_lines_max ? "first " : "");
    EXPECT_EQ(texts(tail, ledger, {}, 2), "x x ");
    for (std::size_t at = 0; at < limits::log_tail_lines_max; ++at) add(tail, teller, "y");
    EXPECT_EQ(texts(tail, ledger), "") << "taken, and dropped since";
  }
}

TEST(LogTail, KeepsSoManyBytes) {
  LogTail tail;
  const std::string longest(limits::log_tail_line_bytes_max, 'x');
  const std::size_t fit = limits::log_tail_bytes_max / limits::log_tail_line_bytes_max;
  for (std::size_t at = 0; at < fit; ++at) add(tail, ledger, longest);
  EXPECT_EQ(tail.size(), fit);
  add(tail, ledger, longest);
  EXPECT_EQ(tail.size(), fit);
  EXPECT_EQ(tail.take(ledger, {}, fit + 1).size(), fit);
}

TEST(LogTail, CutsLongLinesOff) {
  LogTail tail;
  for (const std::size_t size :
       {limits::log_tail_line_bytes_max - 1, limits::log_tail_line_bytes_max,
        limits::log_tail_line_bytes_max + 1}) {
    add(tail, ledger, std::string(size, 'x'));
    EXPECT_EQ(tail.take(ledger, {}, 1)[0].text.size(),
              std::min(size, limits::log_tail_line_bytes_max));
  }
}

}  // namespace
}  // namespace troupe
