// Which file is run, under which names.

#include "cli/run_plan.hpp"

#include <gtest/gtest.h>

#include "io/sim_disk.hpp"

namespace troupe {
namespace {

TEST(RunPlan, NamesAComponentAfterItsFile) {
  SimDisk disk;
  const auto plan = plan_run({.file = "/x/My Counter.v2.wasm", .name = "", .workers = 0}, disk);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->kind, RunPlan::Kind::component);
  EXPECT_EQ(plan->app, "my-counter-v2");
  EXPECT_EQ(plan->node, "my-counter-v2");
  ASSERT_EQ(plan->manifest.actors.size(), 1U);
  EXPECT_EQ(plan->manifest.actors[0].name, "my-counter-v2");
}

TEST(RunPlan, GivesTheNodeAnotherNameWhenAsked) {
  SimDisk disk;
  const auto plan = plan_run({.file = "counter.wasm", .name = "test", .workers = 0}, disk);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->app, "counter");
  EXPECT_EQ(plan->node, "test");
}

TEST(RunPlan, SaysThatAFileIsMissing) {
  SimDisk disk;
  const auto plan = plan_run({.file = "app.toml", .name = "", .workers = 0}, disk);
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().code, ExitCode::not_found);
}

TEST(RunPlan, RefusesAManifestThatIsNotValid) {
  SimDisk disk;
  disk.write("app.toml", to_bytes("[app"));
  const auto plan = plan_run({.file = "app.toml", .name = "", .workers = 0}, disk);
  ASSERT_FALSE(plan.has_value());
  EXPECT_EQ(plan.error().code, ExitCode::invalid_input);
}

}  // namespace
}  // namespace troupe
