// Proves what becomes of spawned children when their spawner's life ends, by their templates, and
// that a family is supervised as the spawner's manifest says. Simulated time.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// "kept", "left": spawns a child from that template, of that name. "children": who they are.
class Spawner final : public Actor {
 public:
  Outcome handle(Turn& turn, BytesView message) override {
    const std::string_view text = as_text(message);
    if (text == "crash") return Outcome::crash("told to");
    if (text == "children") {
      std::vector<std::string> names;
      for (const Address child : turn.children()) names.push_back(turn.label(child));
      std::ranges::sort(names);
      return Outcome::answer(fmt::format("{}", fmt::join(names, " ")));
    }
    if (text == "stop kept") {
      return turn.stop(*turn.find("kept"), seconds(1)) ? Outcome() : Outcome::error("refused");
    }
    const auto child = turn.spawn(text, text, {});
    return Outcome::answer(child ? "ok" : std::string(to_string(child.error())));
  }
};

// Counts its messages; "crash" and it does.
class Child final : public Actor {
 public:
  Outcome handle(Turn& /*turn*/, BytesView message) override {
    if (as_text(message) == "crash") return Outcome::crash("told to");
    return Outcome::answer(std::to_string(++count_));
  }

 private:
  int count_ = 0;
};

class Families : public testing::TestWithParam<int> {
 protected:
  Families() {
    spec_->grants = *GrantSet::compile({.find = {"kept"}}, "test");
    spec_->add_template("kept", {.spec = child_.get(),
                                 .restart = RestartType::permanent,
                                 .over_restart = OverRestart::keep});
    spec_->add_template("left", {.spec = child_.get(), .restart = RestartType::permanent});
  }
  Address start(RestartType restart = RestartType::permanent) {
    return *node_.spawn({.name = "spawner", .restart = restart, .spec = spec_, .config = {}});
  }
  std::string ask(Address actor, std::string_view text) {
    const auto answer = node_.request(actor, text);
    return answer ? std::string(as_text(*answer)) : answer.error().message;
  }
  std::optional<Address> find(std::string_view name) {
    return node_.core().registry().find(fmt::format("test/{}", name));
  }
  Control& control() { return node_.core().control(); }

  SimNode node_{{.workers = 3, .seed = static_cast<std::uint64_t>(GetParam())}};
  std::shared_ptr<ActorSpec> child_ = native_spec([] { return std::make_unique<Child>(); });
  std::shared_ptr<ActorSpec> spec_ = native_spec([] { return std::make_unique<Spawner>(); });
};

TEST_P(Families, KeepThoseWhoseTemplateSaysSo) {
  const Address spawner = start();
  EXPECT_EQ(ask(spawner, "kept"), "ok");
  EXPECT_EQ(ask(spawner, "left"), "ok");
  const Address kept = *find("kept");
  EXPECT_EQ(ask(kept, "count"), "1");
  for (const std::string_view how : {"crash", "restart"}) {
    SCOPED_TRACE(how);
    if (how == "crash") {
      node_.send(spawner, "crash");
    } else {
      control().post([&] { control().restart(spawner, seconds(1), [](const auto&) {}); });
    }
    node_.advance(seconds(1));
    EXPECT_EQ(find("kept"), kept);
    EXPECT_FALSE(find("left"));
    EXPECT_EQ(ask(spawner, "children"), "test/kept") << "the next life knows it";
    EXPECT_EQ(ask(spawner, "left"), "ok") << "and may spawn the other anew";
    EXPECT_EQ(ask(spawner, "children"), "test/kept test/left");
  }
  EXPECT_EQ(ask(kept, "count"), "2") << "it has lived on";
  // It is supervised as before, and may be stopped.
  node_.send(kept, "crash");
  node_.advance(seconds(1));
  EXPECT_EQ(ask(kept, "count"), "1") << "its own next life";
  node_.send(spawner, "stop kept");
  EXPECT_EQ(ask(spawner, "children"), "test/left");
  EXPECT_FALSE(find("kept"));
}

TEST_P(Families, TakeAChildsCrashWhileTheSpawnerIsBetweenTwoLives) {
  spec_->limits.start_timeout = seconds(5);
  const Address spawner = start();
  EXPECT_EQ(ask(spawner, "kept"), "ok");
  const Address kept = *find("kept");
  // The second restart waits for about 100 ms.
  node_.send(spawner, "crash");
  node_.send(spawner, "crash");
  node_.send(kept, "crash");
  EXPECT_EQ(ask(kept, "count"), "1") << "its family looks after it";
  node_.advance(seconds(1));
  EXPECT_EQ(ask(spawner, "children"), "test/kept");
}

TEST_P(Families, EndWithTheirSpawnerAllTheSame) {
  for (const bool crashes : {true, false}) {
    const Address spawner = start(RestartType::temporary);
    EXPECT_EQ(ask(spawner, "kept"), "ok");
    EXPECT_EQ(ask(spawner, "left"), "ok");
    if (crashes) {
      node_.send(spawner, "crash");
    } else {
      control().post([&] { control().stop(spawner, seconds(1), [](const auto&) {}); });
    }
    node_.advance(seconds(1));
    EXPECT_FALSE(find("kept"));
    EXPECT_FALSE(find("left"));
    EXPECT_FALSE(find("spawner"));
    EXPECT_EQ(node_.core().registry().live_count(), 0U);
  }
}

TEST_P(Families, AreSupervisedAsTheirSpawnerSays) {
  spec_->children = std::make_shared<const SupervisorPolicy>(
      SupervisorPolicy{.intensity = 5, .backoff = {.kind = Backoff::Kind::immediate}});
  const Address spawner = start();
  EXPECT_EQ(ask(spawner, "left"), "ok");
  const Address child = *find("left");
  for (int crash = 0; crash < 5; ++crash) node_.send(child, "crash");
  EXPECT_EQ(ask(child, "count"), "1") << "the default would have given up, and waited";
  node_.send(child, "crash");
  node_.advance(milliseconds(1));
  const auto events = node_.core().history().events.find({.limit = 1'000}, "test");
  const auto escalated = std::ranges::find(events, NodeEvent::Kind::escalated, &NodeEvent::kind);
  ASSERT_NE(escalated, events.end());
  EXPECT_EQ(escalated->name, "test/spawner");
  EXPECT_TRUE(escalated->text.contains("5 within 1m are allowed")) << escalated->text;
  EXPECT_EQ(node_.exits().back().exit, Exit::crashed("children: restart intensity"));
}

TEST_P(Families, TellOfTheirRestarts) {
  const Address spawner = start();
  EXPECT_EQ(ask(spawner, "left"), "ok");
  node_.send(*find("left"), "crash");
  node_.send(spawner, "crash");
  node_.advance(seconds(1));
  std::vector<std::string> told;
  for (const NodeEvent& event : node_.core().history().events.find({.limit = 1'000}, "test")) {
    if (event.kind == NodeEvent::Kind::started || event.kind == NodeEvent::Kind::restarted) {
      told.push_back(
          fmt::format("{} {} {} {}", event.name, to_string(event.kind), event.life, event.text));
    }
  }
  const std::vector<std::string> expected{"test/spawner started 1 ",
                                          "test/left restarted 2 after crashed(\"told to\")",
                                          "test/spawner restarted 2 after crashed(\"told to\")"};
  EXPECT_EQ(told, expected);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Families, testing::Range(1, 21));

}  // namespace
}  // namespace troupe
