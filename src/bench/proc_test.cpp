#include "bench/proc.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/format.hpp"

namespace troupe::bench {
namespace {

constexpr std::string_view stat =
    "cpu  100 2 30 800 5 1 2 60 7 0\ncpu0 50 1 15 400 2 0 1 30 3 0\nintr 5\n";
constexpr std::string_view cpuinfo =
    "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 207\n"
    "model name\t: Intel(R) Xeon(R) Processor\nstepping\t: 2\nflags\t\t: fpu vme\n\n"
    "processor\t: 1\nmodel name\t: Another\n";

TEST(Proc, ReadsTheLoadOfTheLastMinute) {
  EXPECT_EQ(parse_load("0.42 1.50 2.00 3/178 4242\n"), 0.42);
  EXPECT_EQ(parse_load("12.00 1.50 2.00 3/178 4242\n"), 12.0);
}

TEST(Proc, FindsNoLoadInOtherText) {
  for (const std::string_view text :
       {"", "\n", " ", "load 1 2", "0.4x 1.50 2.00", "nan 1 2", "inf 1 2", "-1 1 2", "0.4", "1.5 "})
    EXPECT_FALSE(parse_load(text)) << text;
}

TEST(Proc, AddsUpTheTimeOfAllCpus) {
  const auto time = parse_cpu_time(stat);
  ASSERT_TRUE(time);
  EXPECT_EQ(time->total, 1000U) << "a guest's time stands in user time already";
  EXPECT_EQ(time->stolen, 60U);
}

TEST(Proc, FindsNoCpuTimeInWhatWasCutOff) {
  for (std::size_t size = 0; size <= stat.find('\n'); ++size)
    EXPECT_FALSE(parse_cpu_time(stat.substr(0, size))) << size;
  EXPECT_TRUE(parse_cpu_time(stat.substr(0, stat.find('\n') + 1)));
}

TEST(Proc, FindsNoCpuTimeInOtherText) {
  for (const std::string_view text :
       {"cpu 1 2 3 4 5 6 7\n", "cpu0 1 2 3 4 5 6 7 8\n", "cpu 1 2 3 4 x 6 7 8\n",
        "cpu 1 2 3 4 -5 6 7 8\n", "cpu 1 2 3 4 5.5 6 7 8\n", "\ncpu 1 2 3 4 5 6 7 8\n",
        "cpu 99999999999999999999 2 3 4 5 6 7 8\n"})
    EXPECT_FALSE(parse_cpu_time(text)) << text;
}

TEST(Proc, RefusesCpuTimesThatOverflow) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_TRUE(parse_cpu_time(fmt::format("cpu {} 0 0 0 0 0 0 1\n", most - 1)));
  EXPECT_FALSE(parse_cpu_time(fmt::format("cpu {} 0 0 0 0 0 0 1\n", most)));
}

TEST(Proc, SurvivesFlippedBits) {
  for (const std::string_view whole : {stat, cpuinfo}) {
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      std::string text(whole);
      text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
      const auto time = parse_cpu_time(text);
      EXPECT_TRUE(!time || time->stolen <= time->total) << bit;
      EXPECT_LE(parse_cpu_model(text).size(), text.size() + 5);
      EXPECT_LE(parse_chosen(text).size(), text.size());
    }
  }
}

TEST(Proc, TellsWhichShareWasStolen) {
  constexpr CpuTime begin{.total = 1000, .stolen = 60};
  EXPECT_EQ(steal_percent({.begin = begin, .end = {.total = 1200, .stolen = 70}}), 5.0);
  EXPECT_EQ(steal_percent({.begin = begin, .end = {.total = 1200, .stolen = 60}}), 0.0);
  EXPECT_EQ(steal_percent({.begin = begin, .end = begin}), 0.0) << "no time went by";
  EXPECT_EQ(steal_percent({.begin = begin, .end = {.total = 1200, .stolen = 59}}), 0.0)
      << "counters that go back";
  EXPECT_EQ(steal_percent({.begin = begin, .end = {.total = 999, .stolen = 61}}), 0.0);
}

TEST(Proc, NamesTheFirstCpu) {
  EXPECT_EQ(parse_cpu_model(cpuinfo), "Intel(R) Xeon(R) Processor (6/207/2)");
  EXPECT_EQ(parse_cpu_model("processor : 0\nmodel name : Some CPU \n"), "Some CPU");
}

TEST(Proc, NamesNoCpuInOtherText) {
  for (const std::string_view text :
       {"", "\n", "model name", "model name\t:\n", "processor\t: 0\n\nmodel name\t: Second\n",
        "the model name\t: x\n"})
    EXPECT_EQ(parse_cpu_model(text), "") << text;
}

TEST(Proc, FindsWhatIsChosen) {
  EXPECT_EQ(parse_chosen("always [madvise] never\n"), "madvise");
  for (const std::string_view text : {"", "always madvise never", "[always", "]always[", "[]"})
    EXPECT_EQ(parse_chosen(text), "") << text;
}

TEST(Proc, ReadsWhatTheKernelWrites) {
  EXPECT_TRUE(parse_cpu_time(read_text("/proc/stat")));
  EXPECT_TRUE(parse_load(read_text("/proc/loadavg")));
  EXPECT_EQ(read_text("/proc/self/no-such-file"), "");
}

TEST(Proc, ReadsNoMoreThanTheBeginning) {
  EXPECT_EQ(read_text("/dev/zero").size(), std::size_t{1} << 20);
}

}  // namespace
}  // namespace troupe::bench
