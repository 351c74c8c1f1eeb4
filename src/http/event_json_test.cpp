// Events come back as they were, and text that is none is refused.

#include "http/event_json.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

std::vector<NodeEvent> one_of_each() {
  std::vector<NodeEvent> events;
  events.reserve(node_event_kinds);
  for (std::size_t kind = 0; kind < node_event_kinds; ++kind) {
    events.push_back({.number = kind + 1,
                      .wall_ms = 1'700'000'000'123,
                      .kind = static_cast<NodeEvent::Kind>(kind),
                      .name = "bank/ledger",
                      .life = 2,
                      .text = "it \"ended\"",
                      .crash = kind});
  }
  return events;
}

TEST(EventJson, ShowsAnEvent) {
  EXPECT_EQ(to_json(one_of_each()[2]),
            R"({"number":3,"time_ms":1700000000123,"kind":"crashed","actor":"bank/ledger",)"
            R"("life":2,"text":"it \"ended\"","crash":2})");
}

TEST(EventJson, BringsEventsOfEachKindBack) {
  const std::vector<NodeEvent> events = one_of_each();
  const auto back = events_from_json(to_json(events));
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(*back, events);
}

TEST(EventJson, NamesWhatIsMissing) {
  for (const std::string key : {"number", "kind", "life", "crash"}) {
    std::string text = to_json(one_of_each());
    text.replace(text.find('"' + key + '"'), 2, "\"_");
    const auto back = events_from_json(text);
    ASSERT_FALSE(back.has_value()) << key;
    EXPECT_TRUE(back.error().message.contains('\'' + key + '\'')) << back.error().message;
  }
  std::string text = to_json(one_of_each());
  text.replace(text.find("started"), 7, "stopped-");
  EXPECT_FALSE(events_from_json(text).has_value()) << "a kind of a later version";
}

TEST(EventJson, RefusesTextCutOffAnywhereAndSurvivesFlippedBits) {
  const std::string events = to_json(std::vector{one_of_each()[0]});
  for (std::size_t size = 0; size < events.size(); ++size)
    EXPECT_FALSE(events_from_json(std::string_view(events).substr(0, size)).has_value()) << size;
  for (std::size_t bit = 0; bit < events.size() * 8; ++bit) {
    std::string text = events;
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
    static_cast<void>(events_from_json(text).has_value());
  }
}

}  // namespace
}  // namespace troupe
