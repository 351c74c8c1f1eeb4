#include "base/units.hpp"

#include <chrono>
#include <limits>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace troupe {
namespace {

using namespace std::chrono_literals;

TEST(Units, ReadDurations) {
  EXPECT_EQ(*parse_duration("0s"), 0ns);
  EXPECT_EQ(*parse_duration("7ns"), 7ns);
  EXPECT_EQ(*parse_duration("7us"), 7us);
  EXPECT_EQ(*parse_duration("250ms"), 250ms);
  EXPECT_EQ(*parse_duration("1s"), 1s);
  EXPECT_EQ(*parse_duration("5m"), 5min);
  EXPECT_EQ(*parse_duration("24h"), 24h);
  EXPECT_EQ(*parse_duration("9223372036854775807ns"), Duration::max());
}

TEST(Units, RefuseOtherDurations) {
  for (const std::string_view text :
       {"", "s", "1", "1 s", " 1s", "1s ", "-1s", "+1s", "1.5s", "1S", "1sec", "1d", "0x1s",
        "9223372036854775808ns", "99999999999999999999s", "2562048h", "1s1s"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
  }
}

TEST(Units, SayWhatWasExpected) {
  EXPECT_EQ(parse_duration("1.5s").error().message,
            "'1.5s' is not a duration: it is a fraction, use a smaller unit; expected a whole "
            "number with ns, us, ms, s, m or h, such as \"250ms\"");
  EXPECT_EQ(parse_bytes("1MB").error().message,
            "'1MB' is not a size: the unit is unknown; expected a whole number with B, KiB, MiB or "
            "GiB, such as \"64KiB\"");
  EXPECT_NE(parse_duration("\x1B[31m").error().message.find("'\\x1b[31m'"), std::string::npos);
}

TEST(Units, ReadSizes) {
  EXPECT_EQ(*parse_bytes("0"), 0U);
  EXPECT_EQ(*parse_bytes("1024"), 1024U);
  EXPECT_EQ(*parse_bytes("7B"), 7U);
  EXPECT_EQ(*parse_bytes("64KiB"), 65'536U);
  EXPECT_EQ(*parse_bytes("4MiB"), 4'194'304U);
  EXPECT_EQ(*parse_bytes("2GiB"), 2'147'483'648U);
  EXPECT_EQ(*parse_bytes("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  for (const std::string_view text : {"", "KiB", "1kB", "1MB", "1K", "1 KiB", "-1", "1.5KiB",
                                      "18446744073709551616", "17179869184GiB", "1kib"}) {
    EXPECT_FALSE(parse_bytes(text).has_value()) << text;
  }
}

TEST(Units, WriteDurations) {
  EXPECT_EQ(format_duration(0ns), "0ns");
  EXPECT_EQ(format_duration(999ns), "999ns");
  EXPECT_EQ(format_duration(250ms), "250ms");
  EXPECT_EQ(format_duration(1500ms), "1.5s");
  EXPECT_EQ(format_duration(5min), "5m");
  EXPECT_EQ(format_duration(-1s), "-1s");
  EXPECT_EQ(format_duration(1'234'567ns), "1.234ms");
  EXPECT_EQ(format_duration(Duration::min()).front(), '-');
}

TEST(Units, WriteSizes) {
  EXPECT_EQ(format_bytes(0), "0B");
  EXPECT_EQ(format_bytes(1023), "1023B");
  EXPECT_EQ(format_bytes(65'536), "64KiB");
  EXPECT_EQ(format_bytes(1'572'864), "1.5MiB");
  EXPECT_EQ(format_bytes(1'048'575), "1023.999KiB");
  EXPECT_EQ(format_bytes(4'294'967'296), "4GiB");
}

TEST(Units, ReadBackWhatIsWholeInItsUnit) {
  for (std::int64_t ns = 1; ns < 60'000'000'000; ns *= 10) {
    EXPECT_EQ(parse_duration(format_duration(Duration(ns))).value(), Duration(ns));
  }
  for (std::uint64_t bytes = 1; bytes < (1ULL << 40U); bytes *= 2) {
    EXPECT_EQ(parse_bytes(format_bytes(bytes)).value(), bytes);
  }
}

}  // namespace
}  // namespace troupe
