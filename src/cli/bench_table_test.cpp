#include "cli/bench_table.hpp"

#include <gtest/gtest.h>

#include "cli/bench_session.hpp"

namespace troupe {
namespace {

TEST(FigureText, ChoosesTheUnitThatReadsBest) {
  EXPECT_EQ(figure_text(0.5, "ns"), "0.500 ns");
  EXPECT_EQ(figure_text(12.34, "ns"), "12.3 ns");
  EXPECT_EQ(figure_text(999, "ns"), "999 ns");
  EXPECT_EQ(figure_text(1'330, "ns"), "1.33 us");
  EXPECT_EQ(figure_text(12e6, "ns"), "12.0 ms");
  EXPECT_EQ(figure_text(38.25 * 1024, "bytes"), "38.2 KiB");
  EXPECT_EQ(figure_text(2.5e6, "1/s"), "2.50 M/s");
  EXPECT_EQ(figure_text(3.2, "x"), "3.20x");
  EXPECT_EQ(figure_text(0, "count"), "0 count");
}

TEST(About, IsMinutesAndSeconds) {
  using namespace std::chrono_literals;
  EXPECT_EQ(about(1ms), "1 s");
  EXPECT_EQ(about(59s), "59 s");
  EXPECT_EQ(about(60s), "1 min 0 s");
  EXPECT_EQ(about(185s), "3 min 5 s");
}

class Tables : public testing::Test {
 protected:
  Console console_{Terminal{}};
};

TEST_F(Tables, ShowAResultWithItsGoal) {
  bench::ResultRow row{.id = "W10/sdk/0B",
                       .title = "",
                       .unit = "x",
                       .value = 3.2,
                       .low = 3.1,
                       .high = 3.3,
                       .samples = 30,
                       .processes = 5,
                       .spread = 0.012,
                       .status = bench::Stability::stable,
                       .goal = 4};
  row.ns = 42;
  const std::string table = result_table(console_, std::span(&row, 1));
  for (const char* part :
       {"W10/sdk/0B", "3.20x (42.0 ns)", "[3.10x, 3.30x]", "1.2 %", "stable", "<= 4.00x met"})
    EXPECT_NE(table.find(part), std::string::npos) << part << '\n' << table;
}

TEST_F(Tables, SayBelowWhatAReaderMustKnow) {
  bench::ResultRow row{.id = "W1/native", .title = "", .unit = "ns", .value = 400, .processes = 1};
  row.beside = bench::BesidePeer{.peer = "tokio/1", .times = 2.2, .low = 2.1, .high = 2.4};
  row.has_modes = true;
  row.moved = {"memcpy"};
  bench::ResultRow failed{.id = "W6/native", .title = "", .unit = "ns"};
  failed.failed = "11 of 12 arrived";
  const std::vector<bench::ResultRow> rows = {row, failed};
  const std::string table = result_table(console_, rows);
  for (const char* part :
       {"one run", "W1/native: 2.20 times tokio/1 [2.10, 2.40]", "more than one mode",
        "1 of 2 rows: the machine did not hold still beside them (memcpy)",
        "W6/native: FAILED: 11 of 12 arrived"})
    EXPECT_NE(table.find(part), std::string::npos) << part << '\n' << table;
}

TEST_F(Tables, ShowOursBesideThePeers) {
  bench::ResultRow flood{.id = "W3/native", .title = "", .unit = "ns", .value = 50, .processes = 1};
  flood.peers = {{.peer = "go/2", .value = 33}, {.peer = "tokio/current-thread", .value = 40}};
  flood.beside = bench::BesidePeer{.peer = "go/2", .times = 1.5, .low = 1.4, .high = 1.6};
  flood.peer_goal = 0.5;
  bench::ResultRow names{.id = "W14/1k", .title = "", .unit = "x", .value = 2.5, .processes = 1};
  names.base = "W14/add";
  names.ns = 15;
  names.goal = 2.63;
  names.peers = {{.peer = "tokio/dashmap", .value = 17}};
  names.beside = bench::BesidePeer{.peer = "tokio/dashmap", .times = 0.88, .low = 0.8, .high = 0.9};
  const bench::ResultRow alone{.id = "W2/native", .title = "", .unit = "ns", .value = 400};
  const std::vector<bench::ResultRow> rows = {flood, names, alone};
  EXPECT_EQ(
      peer_table(console_, rows),
      "ROW           OURS       GO    TOKIO   TIMES  THE BEST       GOAL\n"
      "W3/native  50.0 ns  33.0 ns  40.0 ns   1.50x  go/2           <= 0.500x peer missed\n"
      "W14/1k     15.0 ns           17.0 ns  0.880x  tokio/dashmap  <= 2.63x met (of W14/add)\n");
  EXPECT_EQ(peer_table(console_, std::span(&alone, 1)), "");
}

TEST_F(Tables, ShowAContest) {
  const std::vector<bench::Contest> contests = {
      {.id = "a",
       .title = "",
       .times = 1.051,
       .low = 1.048,
       .high = 1.055,
       .p_value = 0.001,
       .outcome = bench::Contest::Outcome::worse},
      {.id = "b", .title = "", .outcome = bench::Contest::Outcome::missing, .why = "gone"}};
  const std::string table = contest_table(console_, contests);
  for (const char* part : {"1.051", "[1.048, 1.055]", "worse", "missing: gone"})
    EXPECT_NE(table.find(part), std::string::npos) << part << '\n' << table;
}

}  // namespace
}  // namespace troupe
