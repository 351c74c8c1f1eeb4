// The API's JSON: what it looks like, that it comes back, and that other text is refused.

#include "http/json.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

ActorStatus some_actor() {
  ActorStatus actor;
  actor.name = "bank/ledger";
  actor.address = {.slot = 7, .generation = 2};
  actor.component = "local/ledger@0.0.0";
  actor.supervisor = "root";
  actor.worker = 1;
  actor.state = ActorState::ready;
  actor.lives = 3;
  actor.age = std::chrono::milliseconds(1'500);
  actor.health = {
      .status = HealthStatus::degraded, .reason = "slow", .since = std::chrono::milliseconds(7)};
  actor.received = 12;
  actor.handled = 10;
  actor.errors = 1;
  actor.dropped = 2;
  actor.expired = 3;
  actor.dead = 9;
  actor.refused_by.at(static_cast<std::size_t>(Refusal::busy)) = 4;
  actor.timed_out = 5;
  actor.orphans = 6;
  actor.queued = 2;
  actor.oldest_queued = std::chrono::milliseconds(12);
  actor.idle = std::chrono::milliseconds(14);
  actor.requests = 10;
  actor.timers = 11;
  actor.children = 12;
  actor.addresses = 13;
  actor.long_turn = std::chrono::milliseconds(56);
  actor.turn_time = std::chrono::milliseconds(34);
  actor.memory_bytes = 65'536;
  actor.memory_peak_bytes = 131'072;
  actor.last_exit = Exit::exceeded("deadline");
  return actor;
}

TEST(Json, ShowsAnActor) {
  EXPECT_EQ(to_json(some_actor()),
            R"({"name":"bank/ledger","address":"#7.2","component":"local/ledger@0.0.0",)"
            R"("supervisor":"root","worker":1,)"
            R"("state":"ready","health":{"status":"degraded","reason":"slow","since_ms":7},)"
            R"("lives":3,"age_ms":1500,"received":12,"handled":10,)"
            R"("errors":1,"dropped":2,"expired":3,"dead":9,"refused":{"busy":4},"timed_out":5,)"
            R"("orphans":6,)"
            R"("queued":2,"oldest_queued_ms":12,"idle_ms":14,"oldest_request_ms":null,)"
            R"("requests":10,"timers":11,"children":12,"addresses":13,"long_turn_ms":56,)"
            R"("in_long_lane":false,"turn_ms":34,)"
            R"("memory_bytes":65536,"memory_peak_bytes":131072,)"
            R"("last_exit":{"kind":"exceeded","text":"deadline"}})");
}

TEST(Json, BringsAnActorBack) {
  for (const auto& exit :
       {std::optional<Exit>{}, std::optional(Exit::normal()), std::optional(Exit::killed()),
        std::optional(Exit::crashed("a \"b\""))}) {
    ActorStatus actor = some_actor();
    actor.last_exit = exit;
    const auto back = actor_from_json(to_json(actor));
    ASSERT_TRUE(back.has_value()) << back.error().message;
    EXPECT_EQ(back->last_exit, exit);
    EXPECT_EQ(back->health, actor.health);
    EXPECT_EQ(to_json(*back), to_json(actor));
  }
}

TEST(Json, BringsDetailsBack) {
  const ActorDetails details{.status = some_actor(),
                             .restart = "transient",
                             .limits = {.memory_bytes = 1,
                                        .deadline = std::chrono::milliseconds(2),
                                        .mailbox_messages = 3,
                                        .mailbox_bytes = 4,
                                        .payload_bytes = 5,
                                        .requests = 6,
                                        .timers = 7,
                                        .children = 8,
                                        .descendants = 9,
                                        .addresses = 10},
                             .descendants = 11,
                             .next_life_in = std::chrono::milliseconds(1'200)};
  const std::string text = to_json(details);
  const auto back = details_from_json(text);
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(to_json(*back), text);
  EXPECT_TRUE(text.ends_with(
      R"("restart":"transient","limits":{"memory_bytes":1,"deadline_ms":2,"mailbox_messages":3,)"
      R"("mailbox_bytes":4,"payload_bytes":5,"requests":6,"timers":7,"children":8,)"
      R"("descendants":9,"addresses":10},"descendants":11,"next_life_ms":1200})"));
  EXPECT_FALSE(details_from_json(to_json(some_actor())).has_value()) << "without limits";
}

TEST(Json, NamesWhatIsMissing) {
  std::string text = to_json(some_actor());
  text.replace(text.find("lives"), 5, "lifes");
  const auto back = actor_from_json(text);
  ASSERT_FALSE(back.has_value());
  EXPECT_EQ(back.error().code, ErrorCode::corrupt);
  EXPECT_TRUE(back.error().message.contains("'lives'")) << back.error().message;
}

TEST(Json, RefusesTextCutOffAnywhere) {
  const std::string actor = to_json(some_actor());
  for (std::size_t size = 0; size < actor.size(); ++size)
    EXPECT_FALSE(actor_from_json(std::string_view(actor).substr(0, size)).has_value()) << size;
}

TEST(Json, SurvivesFlippedBitsAndDeepNesting) {
  const std::string actor = to_json(some_actor());
  for (std::size_t bit = 0; bit < actor.size() * 8; ++bit) {
    std::string text = actor;
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
    static_cast<void>(actor_from_json(text).has_value());
  }
  EXPECT_FALSE(actors_from_json(std::string(100'000, '[')).has_value());
}

TEST(Json, BringsANodeBack) {
  const NodeStatus node{.name = "bank",
                        .pid = 4711,
                        .version = "0.1.0",
                        .state = "running",
                        .workers = 2,
                        .actors = 14,
                        .uptime_ms = 99,
                        .counters = {.handled = 3,
                                     .waits = {.looked_at = 1,
                                               .p50 = std::chrono::microseconds(2),
                                               .p90 = std::chrono::microseconds(3),
                                               .p99 = std::chrono::microseconds(4),
                                               .p999 = std::chrono::microseconds(5),
                                               .most = std::chrono::microseconds(6)}}};
  const auto back = node_from_json(to_json(node));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(*back, node);
}

TEST(Json, ReadsAddressesStrictly) {
  EXPECT_EQ(address_from_text("#7.2"), (Address{.slot = 7, .generation = 2}));
  for (const std::string_view text :
       {"", "#", "7.2", "#7", "#7.", "#.2", "#7.2x", "#-1.2", "#4294967296.1", "# 7.2"})
    EXPECT_FALSE(address_from_text(text).has_value()) << text;
}

}  // namespace
}  // namespace troupe
