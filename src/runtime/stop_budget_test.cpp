// Proves how long an actor has to stop when an operator asks it to: what the operator says, else
// what its spec says.

#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "runtime/sim_node.hpp"

namespace troupe {
namespace {

using std::chrono::seconds;

// Writes down what time it was given to stop in.
class Budgeted final : public Actor {
 public:
  explicit Budgeted(std::vector<Duration>& told) : told_(told) {}
  Outcome handle(Turn& /*turn*/, BytesView /*message*/) override { return {}; }
  void stop(Turn& /*turn*/, Duration budget) override { told_.push_back(budget); }

 private:
  std::vector<Duration>& told_;
};

class StopBudgetTest : public testing::Test {
 protected:
  Address actor() {
    auto spec = native_spec([this] { return std::make_unique<Budgeted>(told_); });
    spec->stop_budget = seconds(42);
    return *node_.spawn({.name = "a", .spec = std::move(spec), .config = {}});
  }
  void ask(void (Control::*what)(Address, std::optional<Duration>,
                                 std::function<void(Result<void>)>),
           Address actor, std::optional<Duration> budget) {
    node_.core().control().post([this, what, actor, budget] {
      (node_.core().control().*what)(actor, budget,
                                     [](const Result<void>& done) { EXPECT_TRUE(done); });
    });
    node_.run_until_idle();
  }

  std::vector<Duration> told_;
  SimNode node_{{.seed = 3}};
};

TEST_F(StopBudgetTest, IsTheActorsOwnUnlessTheOperatorGivesOne) {
  const Address a = actor();
  ask(&Control::restart, a, std::nullopt);
  ask(&Control::restart, a, seconds(3));
  ask(&Control::stop, a, std::nullopt);
  ask(&Control::stop, actor(), seconds(90));
  EXPECT_EQ(told_, (std::vector<Duration>{seconds(42), seconds(3), seconds(42), seconds(90)}));
}

}  // namespace
}  // namespace troupe
