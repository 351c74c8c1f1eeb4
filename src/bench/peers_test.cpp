#include "bench/peers.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/format.hpp"

namespace troupe::bench {
namespace {

TEST(Peers, SayWhatTheyCanDo) {
  EXPECT_EQ(parse_ways("W1 1\nW5/100 current-thread\n").value(),
            (std::vector<PeerWay>{{.row = "W1", .config = "1"},
                                  {.row = "W5/100", .config = "current-thread"}}));
  EXPECT_TRUE(parse_ways("").value().empty());
}

TEST(Peers, AreRefusedWhereTheySayAnythingElse) {
  for (const char* list : {"W1", "W1 ", " 1", "W1 1 2", "W1 1\n\nW2 1", "W1 1\nusage: peer ROW"})
    EXPECT_EQ(parse_ways(list).error().code, ErrorCode::corrupt) << list;
}

TEST(Peers, AreFoundFromWithinACheckout) {
  const std::filesystem::path sources = TROUPE_SOURCE_DIR;
  EXPECT_EQ(find_peers(sources / "src" / "bench"), sources / "bench" / "peers");
  EXPECT_EQ(find_peers(sources), sources / "bench" / "peers");
  EXPECT_FALSE(find_peers("/").has_value());
  EXPECT_FALSE(find_peers("/proc/self").has_value());
}

TEST(Peers, AreAskedForARowInOneConfiguration) {
  using namespace std::chrono_literals;
  const Job job =
      peer_job({.name = "go", .program = "/p/peer", .ways = {}}, {.row = "W1", .config = "2"},
               {.warm_up = 300ms, .measure = 1s, .samples = 30});
  EXPECT_EQ(fmt::format("{}", fmt::join(job.command, " ")),
            "/p/peer W1 2 --warmup-ms 300 --measure-ms 1000 --samples 30 --actors 100000")
      << "as few as our own rows have, where there is little time";
  ASSERT_EQ(job.rows.size(), 1U);
  EXPECT_EQ(job.rows[0], (RowKey{.id = "W1", .peer = "go/2"}));
}

}  // namespace
}  // namespace troupe::bench
