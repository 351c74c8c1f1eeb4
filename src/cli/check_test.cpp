// What is said of a file that is good: everybody once, below whoever would supervise them.

#include "cli/check.hpp"

#include <string_view>

#include <gtest/gtest.h>

#include "io/sim_disk.hpp"

namespace troupe {
namespace {

constexpr std::string_view shop = R"(schema = 1
[app]
name = "shop"
[app.components]
till = "till.wasm"
stock = "stock.toml"
door = "native:door"
[app.supervisors.tills]
supervisor = "floor"
strategy = "one-for-all"
intensity = 1
[app.supervisors.floor]
restart = "transient"
period = "5s"
[app.actors.till-1]
component = "till"
supervisor = "tills"
restart = "transient"
[app.actors.stock]
component = "stock"
[app.actors.till-2]
component = "till"
supervisor = "tills"
[app.actors.door]
component = "door"
supervisor = "floor"
[app.templates.guest]
component = "till"
)";

RunPlan plan_of(std::string_view file, std::string_view text) {
  SimDisk disk;
  disk.write(file, to_bytes(text));
  auto plan = plan_run({.file = std::string(file), .name = {}}, disk);
  EXPECT_TRUE(plan.has_value()) << plan.error().message;
  return plan ? *std::move(plan) : RunPlan{};
}

TEST(CheckedText, ShowsWhoIsBelowWhom) {
  EXPECT_EQ(checked_text(plan_of("a/app.toml", shop), std::nullopt),
            "a/app.toml: app shop, 4 actors, 3 supervisors, 1 template\n"
            "NAME                  RESTART\n"
            "root                             one-for-one, 3 restarts within 1m\n"
            "├─ shop/stock         permanent  stock.toml\n"
            "└─ floor              transient  one-for-one, 3 restarts within 5s\n"
            "   ├─ shop/door       permanent  native:door\n"
            "   └─ tills           permanent  one-for-all, 1 restart within 1m\n"
            "      ├─ shop/till-1  transient  till.wasm\n"
            "      └─ shop/till-2  permanent  till.wasm\n"
            "(templates)\n"
            "└─ guest              temporary  till.wasm\n");
}

TEST(CheckedText, ShowsAComponentAsTheAppThatIsRunOfIt) {
  EXPECT_EQ(checked_text(plan_of("x/My Counter.wasm", ""), std::nullopt),
            "x/My Counter.wasm: a component, as app my-counter, 1 actor, 1 supervisor\n"
            "NAME                      RESTART\n"
            "root                                 one-for-one, 3 restarts within 1m\n"
            "└─ my-counter/my-counter  permanent  My Counter.wasm\n");
}

TEST(CheckedText, ShowsWhatIsDeclaredOfRoot) {
  const std::string text = checked_text(plan_of("app.toml", R"(schema = 1
[app]
name = "one"
[app.supervisors.other]
[app.supervisors.root]
strategy = "rest-for-one"
)"),
                                        std::nullopt);
  EXPECT_TRUE(text.contains("0 actors, 2 supervisors\n")) << text;
  EXPECT_TRUE(text.contains("\nroot                 rest-for-one, ")) << text;
  EXPECT_TRUE(text.contains("\n└─ other  permanent  one-for-one, ")) << text;
}

TEST(CheckedJson, SaysTheSame) {
  EXPECT_EQ(checked_json(plan_of("x/counter.wasm", "")),
            R"({"file":"x/counter.wasm","kind":"component","app":"counter",)"
            R"("supervisors":[{"name":"root","parent":"","restart":"permanent",)"
            R"("strategy":"one-for-one","intensity":3,"period_ms":60000}],)"
            R"("actors":[{"name":"counter/counter","component":"counter.wasm",)"
            R"("supervisor":"root","restart":"permanent"}],"templates":[],"ok":true})");
  const std::string json = checked_json(plan_of("app.toml", shop));
  EXPECT_TRUE(json.contains(R"({"name":"tills","parent":"floor",)")) << json;
  EXPECT_TRUE(json.contains(R"("templates":[{"name":"guest","component":"till.wasm",)")) << json;
}

}  // namespace
}  // namespace troupe
