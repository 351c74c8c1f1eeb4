// Crash reports come back as they were, and text that is none is refused.

#include "http/crash_json.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

ExitEvent some_crash() {
  return {.number = 17,
          .wall_ms = 1'700'000'000'123,
          .name = "bank/account-3",
          .address = {.slot = 7, .generation = 2},
          .component = "local/account@0.0.0",
          .life = 4,
          .lived = std::chrono::milliseconds(1'500),
          .exit = Exit::crashed("unreachable"),
          .detail = "wasm trap",
          .backtrace = {"handle at account.c:41"},
          .in_hand = InHand{.what = "request",
                            .sender = "bank/teller",
                            .topic = "",
                            .message_id = 99,
                            .bytes = 3,
                            .payload = {0, 1, 255}},
          .took = Duration(2'500),
          .fuel_used = 10,
          .memory_bytes = 65'536,
          .memory_peak_bytes = 131'072,
          .log = {{.wall_ms = 5, .level = LogLevel::warn, .text = "odd"}},
          .decision = "restarted",
          .window = RestartWindow{.restarts = 2, .most = 3, .period = std::chrono::minutes(1)}};
}

std::string listed(const ExitEvent& crash) { return to_json(std::vector{crash}); }

TEST(CrashJson, ShowsACrash) {
  EXPECT_EQ(to_json(some_crash()),
            R"({"number":17,"time_ms":1700000000123,"actor":"bank/account-3","address":"#7.2",)"
            R"("component":"local/account@0.0.0","life":4,"lived_ms":1500,)"
            R"("exit":{"kind":"crashed","text":"unreachable"},"detail":"wasm trap",)"
            R"("backtrace":["handle at account.c:41"],)"
            R"("in_hand":{"what":"request","sender":"bank/teller","topic":"","message_id":99,)"
            R"("bytes":3,"payload_base64":"AAH/","hidden":false},)"
            R"("took_ns":2500,"fuel_used":10,"memory_bytes":65536,"memory_peak_bytes":131072,)"
            R"("log":[{"time_ms":5,"level":"warn","text":"odd"}],"decision":"restarted",)"
            R"("window":{"restarts":2,"most":3,"period_ms":60000}})");
}

TEST(CrashJson, BringsACrashBack) {
  ExitEvent bare = some_crash();
  bare.in_hand.reset();
  bare.window.reset();
  bare.log.clear();
  bare.backtrace.clear();
  for (const ExitEvent& crash : {some_crash(), bare}) {
    const auto back = crashes_from_json(listed(crash));
    ASSERT_TRUE(back.has_value()) << back.error().message;
    ASSERT_EQ(back->size(), 1U);
    EXPECT_EQ(to_json(back->front()), to_json(crash));
  }
}

TEST(CrashJson, NamesWhatIsMissing) {
  for (const std::string key : {"lived_ms", "sender", "level", "most", "exit", "decision"}) {
    std::string text = listed(some_crash());
    text.replace(text.find('"' + key + '"'), 2, "\"_");
    const auto back = crashes_from_json(text);
    ASSERT_FALSE(back.has_value()) << key;
    EXPECT_EQ(back.error().code, ErrorCode::corrupt);
    EXPECT_TRUE(back.error().message.contains('\'' + key + '\'')) << back.error().message;
  }
}

TEST(CrashJson, RefusesTextCutOffAnywhereAndSurvivesFlippedBits) {
  const std::string crash = listed(some_crash());
  for (std::size_t size = 0; size < crash.size(); ++size)
    EXPECT_FALSE(crashes_from_json(std::string_view(crash).substr(0, size)).has_value()) << size;
  for (std::size_t bit = 0; bit < crash.size() * 8; ++bit) {
    std::string text = crash;
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
    static_cast<void>(crashes_from_json(text).has_value());
  }
  EXPECT_FALSE(crashes_from_json(std::string(100'000, '[')).has_value());
}

}  // namespace
}  // namespace troupe
