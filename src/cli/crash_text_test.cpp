// What a crash report looks like to people.

#include "cli/crash_text.hpp"

#include <string>

#include <gtest/gtest.h>

#include "base/limits.hpp"

namespace troupe {
namespace {

ExitEvent some_crash() {
  return {
      .number = 17,
      .name = "bank/ledger",
      .component = "local/ledger@0.0.0",
      .life = 4,
      .lived = std::chrono::microseconds(1'500'700),
      .exit = Exit::crashed("unreachable"),
      .detail = "wasm trap",
      .backtrace = {"handle at ledger.c:41", "main"},
      .in_hand =
          InHand{
              .what = "request", .sender = "bank/teller", .bytes = 5, .payload = to_bytes("add 2")},
      .took = std::chrono::microseconds(81),
      .memory_bytes = 65'536,
      .memory_peak_bytes = 131'072,
      .log = {{.level = LogLevel::warn, .text = "odd"}, {.text = "odder"}},
      .decision = "restarted",
      .window = RestartWindow{.restarts = 1, .most = 3, .period = std::chrono::minutes(1)}};
}

std::string report(const ExitEvent& crash) {
  const Console console{Terminal{}};
  return crash_report(console, crash);
}

TEST(CrashText, ShowsAllThatIsKnown) {
  const std::string text = report(some_crash());
  for (const std::string_view part :
       {"crash 17: bank/ledger, life 4, at ", "  exit      crashed(\"unreachable\")\n",
        "            wasm trap\n", "            at handle at ledger.c:41\n",
        "  decision  restarted (1 of 3 within 1m)\n",
        "  in hand   request of 5B from bank/teller\n", "            \"add 2\"\n",
        "  took      81us\n", "  lived     1.5s\n", "  memory    64KiB, at most 128KiB\n",
        "  component local/ledger@0.0.0\n", " warn  odd\n", " info  odder\n"})
    EXPECT_TRUE(text.contains(part)) << part << "\nin\n" << text;
}

TEST(CrashText, ShowsPayloadsAsTextOrDigits) {
  ExitEvent crash = some_crash();
  crash.in_hand->payload = {0, 1, 0xff};
  crash.in_hand->bytes = 3;
  EXPECT_TRUE(report(crash).contains("            00 01 ff \n")) << report(crash);
  crash.in_hand->payload = Bytes(limits::crash_payload_bytes_max, 0);
  crash.in_hand->bytes = 5'000;
  EXPECT_TRUE(report(crash).contains(" 00 00 ...\n"));
  crash.in_hand->payload = to_bytes(std::string(300, 'x'));
  EXPECT_TRUE(report(crash).contains("xxx\" ...\n"));
  crash.in_hand->payload = {};
  crash.in_hand->is_hidden = true;
  EXPECT_TRUE(report(crash).contains("(hidden, as its manifest says)"));
}

TEST(CrashText, LetsNothingObeyedThrough) {
  ExitEvent crash = some_crash();
  crash.in_hand->payload = to_bytes("\x1b[31m");
  crash.log[0].text = "\x1b[31m";
  crash.decision = "\x1b[31m";
  crash.backtrace[0] = "\x1b[31m";
  crash.detail = "\x1b[31m";
  crash.component = "\x1b[31m";
  EXPECT_FALSE(report(crash).contains('\x1b'));
  EXPECT_FALSE(crash_line(crash).contains('\x1b'));
}

TEST(CrashText, FitsALine) {
  EXPECT_TRUE(crash_line(some_crash())
                  .ends_with("bank/ledger life 4 after 1.5s: crashed(\"unreachable\") over a "
                             "request of 5B from bank/teller; restarted (1 of 3 within 1m)"))
      << crash_line(some_crash());
  EXPECT_EQ(crash_cells(some_crash()).size(), crash_columns().size());
}

}  // namespace
}  // namespace troupe
