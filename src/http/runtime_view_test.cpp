// A real runtime with a native actor, seen and used through the view.

#include "http/runtime_view.hpp"

#include <future>
#include <memory>
#include <optional>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "io/sim_clock.hpp"

namespace troupe {
namespace {

using namespace std::chrono_literals;

struct Echo : Actor {
  Outcome handle(Turn& /*turn*/, BytesView message) override { return Outcome::answer(message); }
};

class RuntimeViews : public testing::Test {
 protected:
  void SetUp() override {
    auto runtime = Runtime::start({.name = "bank", .workers = 2});
    ASSERT_TRUE(runtime.has_value()) << runtime.error().message;
    runtime_ = *std::move(runtime);
    SpawnOptions options;
    const auto make = [] { return std::make_unique<Echo>(); };
    const auto nameless = runtime_->spawn(Component::native("echo", make), options);
    options.name = "echo";
    const auto echo = runtime_->spawn(Component::native("echo", make), options);
    ASSERT_TRUE(nameless.has_value() && echo.has_value());
    nameless_ = to_string(*nameless);
    view_.emplace(*runtime_, NodeIdentity{.name = "test", .version = "1.2.3", .workers = 2}, clock_,
                  [this] { ++stops_asked_; });
  }

  Result<Bytes> request(std::string_view name) {
    std::promise<Result<Bytes>> answer;
    view_->request(name, as_bytes("hello"), 60s,
                   [&](Result<Bytes> result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }

  Result<void> stop(std::string_view name) {
    std::promise<Result<void>> stopped;
    view_->stop(name, 60s, [&](Result<void> result) { stopped.set_value(std::move(result)); });
    return stopped.get_future().get();
  }

  SimClock clock_;
  std::unique_ptr<Runtime> runtime_;
  std::string nameless_;
  int stops_asked_ = 0;
  std::optional<RuntimeView> view_;
};

TEST_F(RuntimeViews, ShowTheNode) {
  clock_.advance(1500ms);
  const NodeStatus expected{.name = "test",
                            .pid = ::getpid(),
                            .version = "1.2.3",
                            .state = "running",
                            .workers = 2,
                            .actors = 2,
                            .uptime_ms = 1500,
                            .counters = runtime_->counters()};
  EXPECT_EQ(view_->status(), expected);
}

TEST_F(RuntimeViews, ListSupervisors) {
  std::promise<std::vector<SupervisorStatus>> listed;
  view_->supervisors([&](std::vector<SupervisorStatus> all) { listed.set_value(std::move(all)); });
  const auto all = listed.get_future().get();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "root");
  EXPECT_EQ(all[0].state, "running");
  EXPECT_EQ(all[0].children, 2U);
  EXPECT_EQ(all[0].intensity, 3U);
}

TEST_F(RuntimeViews, FindActorsByNameAndByAddress) {
  EXPECT_EQ(view_->actors({}).actors.size(), 2);
  EXPECT_EQ(view_->actors({.name = "e*"}).actors.size(), 1) << "of its own app";
  for (const std::string_view name : {"echo", "bank/echo"}) {
    const auto actor = view_->actor(name);
    ASSERT_TRUE(actor.has_value()) << actor.error().message;
    EXPECT_EQ(actor->status.name, "bank/echo");
    EXPECT_EQ(actor->restart, "permanent");
    EXPECT_EQ(actor->limits.mailbox_messages, limits::mailbox_messages_default);
  }
  const auto nameless = view_->actor(nameless_);
  ASSERT_TRUE(nameless.has_value()) << nameless.error().message;
  EXPECT_EQ(nameless->status.name, nameless_);
  EXPECT_EQ(view_->actor("nobody").error().code, ErrorCode::not_found);
  EXPECT_FALSE(view_->actor("#99.7").has_value());
}

TEST_F(RuntimeViews, PassMessagesAndRequestsOn) {
  EXPECT_TRUE(view_->send("echo", as_bytes("x")).has_value());
  EXPECT_EQ(view_->send("nobody", {}).error().code, ErrorCode::not_found);
  EXPECT_EQ(request("echo"), to_bytes("hello"));
  EXPECT_EQ(request(nameless_), to_bytes("hello"));
  EXPECT_EQ(request("nobody").error().code, ErrorCode::not_found);
  EXPECT_FALSE(request("#99.7").has_value());
}

TEST_F(RuntimeViews, StopActors) {
  EXPECT_TRUE(stop("echo").has_value());
  EXPECT_FALSE(request("echo").has_value());
  EXPECT_EQ(stop("nobody").error().code, ErrorCode::not_found);
  EXPECT_TRUE(request(nameless_).has_value());
}

TEST_F(RuntimeViews, PassTheWishToStopOnOnce) {
  view_->shut_down();
  view_->shut_down();
  EXPECT_EQ(stops_asked_, 1);
  EXPECT_EQ(view_->status().state, "stopping");
}

}  // namespace
}  // namespace troupe
