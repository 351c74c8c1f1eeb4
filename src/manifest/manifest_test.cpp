#include "manifest/manifest.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/names.hpp"
#include "base/utf8.hpp"
#include "manifest/schema.hpp"

namespace troupe {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const fs::path testdata = fs::path(TROUPE_SOURCE_DIR) / "src/manifest/testdata";

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

Result<AppManifest> parse(std::string_view text) {
  return parse_app_manifest({.text = text, .file = "app.toml"});
}

// An app of one actor with one more line in its table.
std::string with_actor_line(std::string_view line) {
  return fmt::format(
      "schema = 1\n[app]\nname = \"a\"\n[app.components]\nc = \"c.wasm\"\n"
      "[app.actors.x]\ncomponent = \"c\"\n{}\n",
      line);
}

std::string message_of(const Result<AppManifest>& parsed) {
  return parsed ? std::string() : parsed.error().message;
}

TEST(AppManifest, ReadsEveryKey) {
  const auto parsed = parse(content_of(testdata / "bank.toml"));
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->name, "bank");
  using Kind = ComponentSource::Kind;
  EXPECT_EQ(parsed->components.at("account"), (ComponentSource{Kind::wasm, "account.wasm"}));
  EXPECT_EQ(parsed->components.at("ledger"),
            (ComponentSource{Kind::manifest, "parts/ledger.toml"}));
  EXPECT_EQ(parsed->components.at("teller"), (ComponentSource{Kind::native, "teller"}));
  ASSERT_EQ(parsed->supervisors.size(), 1U);
  EXPECT_EQ(parsed->supervisors[0].name, "accounts");
  EXPECT_EQ(parsed->supervisors[0].policy, (SupervisorPolicy{.intensity = 100, .period = 10s}));

  ASSERT_EQ(parsed->actors.size(), 3U);
  const ActorEntry& account = parsed->actors[1];
  EXPECT_EQ(account.component, "account");
  EXPECT_TRUE(account.hides_crash_payload);
  EXPECT_FALSE(parsed->actors[0].hides_crash_payload);
  EXPECT_EQ(as_text(account.config), R"({"owner":"Ada","limit":100,"tags":["a","b"],"open":true})");
  EXPECT_EQ(account.supervisor, "accounts");
  EXPECT_EQ(account.restart, RestartType::transient);
  EXPECT_EQ(account.shutdown, 10s);
  EXPECT_EQ(account.grants, (GrantLists{.find = {"ledger", "shop/till"},
                                        .publish = {"bank.#"},
                                        .subscribe = {"bank.*"},
                                        .spawn = {"worker"}}));
  EXPECT_EQ(account.mailbox, (MailboxBounds{.messages = 10,
                                            .bytes = 4096,
                                            .when_full = WhenFull::drop_oldest,
                                            .redeliver = 2,
                                            .while_unready = WhileUnready::refuse}));
  EXPECT_EQ(account.health, (HealthChecks{.interval = 10s, .timeout = 250ms, .threshold = 5}));
  EXPECT_EQ(parsed->actors[0].health, std::nullopt);
  EXPECT_EQ(account.limits, (LimitsGiven{.memory_bytes = limits::MiB,
                                         .table_elements = 0,
                                         .addresses = 1,
                                         .requests = 2,
                                         .timers = 3,
                                         .children = 4,
                                         .payload_bytes = 5,
                                         .fuel = 6,
                                         .deadline = 100ms}));
  EXPECT_EQ(account.engine, EngineChoice::deterministic);
  EXPECT_EQ(account.interfaces_off, (std::vector<std::string>{"timers", "state"}));
}

TEST(AppManifest, KeepsTheOrderOfTheFile) {
  const auto parsed = parse(content_of(testdata / "bank.toml")).value();
  std::vector<std::string> names;
  names.reserve(parsed.actors.size());
  for (const ActorEntry& actor : parsed.actors) names.push_back(actor.name);
  EXPECT_EQ(names, (std::vector<std::string>{"ledger", "account-1", "a-teller"}));
  const auto inline_order =
      parse(
          "schema = 1\napp = { name = \"a\", components = { c = \"c.wasm\" }, actors = { "
          "z = { component = \"c\" }, a = { component = \"c\" } } }")
          .value();
  EXPECT_EQ(inline_order.actors[0].name, "z");
}

TEST(AppManifest, HasDefaults) {
  const auto parsed = parse(with_actor_line("")).value();
  const ActorEntry& actor = parsed.actors.at(0);
  EXPECT_EQ(actor.supervisor, "root");
  EXPECT_EQ(actor.restart, RestartType::permanent);
  EXPECT_EQ(actor.grants, GrantLists());
  EXPECT_EQ(actor.limits, LimitsGiven());
  EXPECT_EQ(actor.mailbox, MailboxBounds());
  EXPECT_EQ(actor.mailbox.messages, limits::mailbox_messages_default);
  EXPECT_EQ(actor.mailbox.bytes, limits::mailbox_bytes_default);
  EXPECT_EQ(actor.engine, EngineChoice::standard);
  EXPECT_TRUE(actor.config.empty());
  const auto bank = parse(content_of(testdata / "bank.toml")).value();
  EXPECT_EQ(bank.templates.at(0).restart, RestartType::temporary);
  EXPECT_EQ(bank.templates.at(0).supervisor, "");
}

TEST(AppManifest, LetsTheRootSupervisorBeDeclared) {
  const auto parsed = parse(
      "schema = 1\n[app]\nname = \"a\"\n[app.supervisors.root]\nintensity = 0\nperiod = \"1s\"\n");
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->supervisors.at(0).policy.intensity, 0U);
}

TEST(AppManifest, PutsSupervisorsBelowEachOther) {
  const auto parsed = parse(
      "schema = 1\n[app]\nname = \"a\"\n[app.supervisors.outer]\n"
      "[app.supervisors.inner]\nsupervisor = \"outer\"\nrestart = \"temporary\"\n");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->supervisors.at(0).supervisor, "root");
  EXPECT_EQ(parsed->supervisors.at(0).restart, RestartType::permanent);
  EXPECT_EQ(parsed->supervisors.at(1).supervisor, "outer");
  EXPECT_EQ(parsed->supervisors.at(1).restart, RestartType::temporary);
}

TEST(AppManifest, BoundsTheDepthOfTheTree) {
  const auto chain = [](std::size_t count) {
    std::string text = "schema = 1\n[app]\nname = \"a\"\n";
    for (std::size_t at = 1; at <= count; ++at) {
      text += fmt::format("[app.supervisors.s{}]\nsupervisor = \"{}\"\n", at,
                          at == 1 ? std::string("root") : fmt::format("s{}", at - 1));
    }
    return text;
  };
  EXPECT_TRUE(parse(chain(limits::supervisor_depth_max - 1)));
  EXPECT_TRUE(message_of(parse(chain(limits::supervisor_depth_max)))
                  .contains("app.supervisors.s16: more than 16 supervisors below each other"));
}

TEST(AppManifest, SaysHowASupervisorRestarts) {
  const std::string head = "schema = 1\n[app]\nname = \"a\"\n[app.supervisors.s]\n";
  const auto policy = [&](std::string_view keys) {
    return parse(head + std::string(keys)).value().supervisors.at(0).policy;
  };
  EXPECT_EQ(policy(""), SupervisorPolicy{});
  EXPECT_EQ(policy("strategy = \"one-for-all\"\n").strategy, Strategy::one_for_all);
  EXPECT_EQ(policy("strategy = \"rest-for-one\"\n").strategy, Strategy::rest_for_one);
  EXPECT_EQ(policy("backoff = \"immediate\"\n").backoff.kind, Backoff::Kind::immediate);
  const Backoff linear =
      policy("backoff = \"linear\"\nbackoff_delay = \"2s\"\nbackoff_max = \"1m\"\n").backoff;
  EXPECT_EQ(linear, (Backoff{.kind = Backoff::Kind::linear, .base = 2s, .cap = 60s}));
  EXPECT_EQ(policy("backoff_delay = \"1m\"\n").backoff.cap, 60s);
  const auto message = [&](std::string_view keys) {
    const auto parsed = parse(head + std::string(keys));
    return parsed ? std::string() : parsed.error().message;
  };
  EXPECT_TRUE(message("strategy = \"one-for-some\"\n").contains("one-for-one"));
  EXPECT_EQ(policy("backoff_delay = \"2s\"\nbackoff_max = \"1s\"\n").backoff.base, 1s);
}

TEST(AppManifest, SaysHowSpawnedChildrenAreSupervised) {
  const std::string head = "schema = 1\n[app]\nname = \"a\"\n[app.components]\nc = \"native:c\"\n";
  const auto manifest =
      parse(head +
            "[app.actors.one]\ncomponent = \"c\"\nchildren = { intensity = 7, period = \"2s\", "
            "backoff = \"immediate\" }\n"
            "[app.actors.other]\ncomponent = \"c\"\n"
            "[app.templates.kept]\ncomponent = \"c\"\nover_restart = \"keep\"\n"
            "[app.templates.left]\ncomponent = \"c\"\n")
          .value();
  EXPECT_EQ(manifest.actors.at(0).children,
            (SupervisorPolicy{
                .intensity = 7, .period = 2s, .backoff = {.kind = Backoff::Kind::immediate}}));
  EXPECT_EQ(manifest.actors.at(1).children, SupervisorPolicy{});
  EXPECT_EQ(manifest.templates.at(0).over_restart, OverRestart::keep);
  EXPECT_EQ(manifest.templates.at(1).over_restart, OverRestart::stop);
  const auto message = [&](std::string_view keys) {
    const auto parsed = parse(head + std::string(keys));
    return parsed ? std::string() : parsed.error().message;
  };
  EXPECT_TRUE(
      message("[app.templates.t]\ncomponent = \"c\"\nover_restart = \"kept\"\n").contains("keep"));
  EXPECT_TRUE(message("[app.actors.t]\ncomponent = \"c\"\nover_restart = \"keep\"\n")
                  .contains("over_restart"))
      << "who has no spawner has nobody to outlive";
  EXPECT_TRUE(
      message("[app.actors.t]\ncomponent = \"c\"\nchildren = { strategy = \"one-for-all\" }\n")
          .contains("strategy"));
}

TEST(AppManifest, StandsBesideAComponentInOneFile) {
  const std::string both =
      "schema = 1\n[component]\nname = \"a/b\"\nversion = \"1.2.3\"\nfile = \"b.wasm\"\n"
      "[app]\nname = \"a\"\n";
  EXPECT_TRUE(parse(both).has_value());
  EXPECT_TRUE(parse_component_manifest({.text = both, .file = "troupe.toml"}).has_value());
}

TEST(AppManifest, BoundsTheFile) {
  std::string text = with_actor_line("#");
  text.resize(limits::manifest_bytes_max - 1, '#');
  EXPECT_TRUE(parse(text).has_value());
  text += '#';
  EXPECT_TRUE(parse(text).has_value());
  text += '#';
  EXPECT_EQ(message_of(parse(text)),
            "app.toml: error: the file is larger than 1MiB, the most that is read");
}

TEST(AppManifest, BoundsTheConfiguration) {
  // A line's end is one byte of the file and six of the JSON text.
  const auto with_newlines = [](std::size_t count) {
    return parse(
        with_actor_line(fmt::format("config.x = \"\"\"x{}\"\"\"", std::string(count, '\n'))));
  };
  constexpr std::size_t around = std::string_view(R"({"x":"x"})").size();
  constexpr std::size_t most = (limits::config_bytes_max - around) / 6;
  EXPECT_TRUE(with_newlines(most).has_value());
  const auto beyond = with_newlines(most + 1);
  EXPECT_NE(message_of(beyond).find("at most 1MiB are allowed"), std::string::npos)
      << message_of(beyond);
}

TEST(AppManifest, RefusesAnotherSchemaByName) {
  const auto parsed = parse("schema = 2\nwhatever = true\n");
  EXPECT_EQ(parsed.error().code, ErrorCode::unsupported);
  EXPECT_NE(parsed.error().message.find("schema 2 is not known"), std::string::npos);
}

// A table that a file may have: what stands before its keys, and with what they begin.
struct Place {
  const TableSchema* schema;
  std::string before;
  std::string prefix = {};
};

// Of every schema but the root's; those that several tables have in common, in each of them.
std::vector<Place> every_place() {
  const std::string app = "schema = 1\n[app]\nname = \"a\"\n";
  const std::string with_component = app + "[app.components]\nc = \"c.wasm\"\n";
  const std::vector<Place> outer{
      {.schema = &app_schema(), .before = app},
      {.schema = &supervisor_schema(), .before = app + "[app.supervisors.s]\n"},
      {.schema = &actor_schema(), .before = with_component + "[app.actors.x]\ncomponent = \"c\"\n"},
      {.schema = &template_schema(),
       .before = with_component + "[app.templates.x]\ncomponent = \"c\"\n"},
      {.schema = &component_schema(),
       .before = "schema = 1\n[component]\nname = \"a/b\"\nversion = \"1.2.3\"\n"
                 "file = \"b.wasm\"\n"}};
  std::vector<Place> places = outer;
  for (const Place& place : outer) {
    for (const KeyRow& row : place.schema->rows) {
      const auto inner = std::ranges::find(all_schemas(), row.key, &TableSchema::path);
      if (row.type != KeyType::table || inner == all_schemas().end()) continue;
      places.push_back(
          {.schema = *inner, .before = place.before, .prefix = fmt::format("{}.", row.key)});
    }
  }
  return places;
}

std::string message_of_any(const std::string& text) {
  if (!text.contains("[component]")) return message_of(parse(text));
  const auto parsed = parse_component_manifest({.text = text, .file = "troupe.toml"});
  return parsed ? std::string() : parsed.error().message;
}

// Just below, at and just above both ends.
struct Probe {
  std::string value;
  bool is_allowed;
};

std::vector<Probe> probes_of(const KeyRow& row) {
  const auto text = [&](std::uint64_t number) {
    return row.type == KeyType::duration ? fmt::format("\"{}ms\"", number)
                                         : fmt::format("{}", number);
  };
  return {{row.min == 0 ? "-1" : text(row.min - 1), false},
          {text(row.min), true},
          {text(row.max), true},
          {text(row.max + 1), false}};
}

TEST(Manifest, ChecksEveryRangeAtBothEnds) {
  // The root has no number but `schema` itself.
  std::set<const TableSchema*> checked{&root_schema()};
  for (const auto& [schema, before, prefix] : every_place()) {
    checked.insert(schema);
    for (const KeyRow& row : schema->rows) {
      if (range_text(row).empty()) continue;
      for (const auto& [value, is_allowed] : probes_of(row)) {
        const std::string text = fmt::format("{}{}{} = {}\n", before, prefix, row.key, value);
        const std::string message = message_of_any(text);
        if (is_allowed) {
          EXPECT_EQ(message, "") << text;
        } else {
          EXPECT_TRUE(message.contains(prefix + std::string(row.key))) << text << message;
          EXPECT_TRUE(message.contains("allowed: " + range_text(row))) << text << message;
        }
      }
    }
  }
  EXPECT_EQ(checked.size(), all_schemas().size());
}

TEST(AppManifest, GivesAnActorTimeToStop) {
  EXPECT_EQ(parse(with_actor_line("")).value().actors.at(0).shutdown, 5s);
  EXPECT_EQ(parse(with_actor_line("shutdown = \"250ms\"")).value().actors.at(0).shutdown, 250ms);
  EXPECT_NE(message_of(parse(with_actor_line("shutdown = \"2h\""))).find("allowed: 1ms .. 1h"),
            std::string::npos);
}

TEST(AppManifest, SaysWhatALifeMayTakeToBeReady) {
  EXPECT_EQ(parse(with_actor_line("")).value().actors.at(0).start_timeout, 5s);
  EXPECT_EQ(parse(with_actor_line("start_timeout = \"1m\"")).value().actors.at(0).start_timeout,
            1min);
  EXPECT_NE(message_of(parse(with_actor_line("start_timeout = \"6m\""))).find("allowed: 1ms .. 5m"),
            std::string::npos);
}

TEST(AppManifest, SaysWhatALifeLeavesToTheNext) {
  const ActorEntry plain = parse(with_actor_line("")).value().actors.at(0);
  EXPECT_FALSE(plain.snapshot_interval);
  EXPECT_EQ(plain.mailbox.on_restart, OnRestart::keep);
  EXPECT_EQ(
      parse(with_actor_line("snapshot_interval = \"10s\"")).value().actors.at(0).snapshot_interval,
      10s);
  EXPECT_NE(
      message_of(parse(with_actor_line("snapshot_interval = \"0ms\""))).find("allowed: 10ms .. "),
      std::string::npos);
  EXPECT_EQ(parse(with_actor_line("mailbox.on_restart = \"drop\""))
                .value()
                .actors.at(0)
                .mailbox.on_restart,
            OnRestart::drop);
  EXPECT_NE(message_of(parse(with_actor_line("mailbox.on_restart = \"dorp\"")))
                .find("did you mean 'drop'"),
            std::string::npos);
  const LimitsGiven limits =
      parse(with_actor_line("limits.snapshot = \"2KiB\"")).value().actors.at(0).limits;
  EXPECT_EQ(effective_limits({.actor = limits, .component = {}}).snapshot_bytes, 2'048U);
}

TEST(AppManifest, ShowsTheDefaultsThatHold) {
  for (const KeyRow& row : limits_schema().rows) {
    const std::string value = row.type == KeyType::integer ? std::string(row.fallback)
                                                           : fmt::format("\"{}\"", row.fallback);
    const auto parsed = parse(with_actor_line(fmt::format("limits.{} = {}", row.key, value)));
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    EXPECT_EQ(effective_limits({.actor = parsed->actors.at(0).limits, .component = {}}),
              ActorLimits())
        << row.key << " = " << row.fallback;
  }
}

TEST(Limits, OfTheActorComeBeforeThoseOfTheComponent) {
  const ActorLimits limits =
      effective_limits({.actor = {.timers = 1}, .component = {.timers = 2, .children = 3}});
  EXPECT_EQ(limits.timers, 1U);
  EXPECT_EQ(limits.children, 3U);
  EXPECT_EQ(limits.requests, limits::requests_default);
}

TEST(ComponentManifest, ReadsEveryKey) {
  const auto parsed = parse_component_manifest({.text = R"(
schema = 1
[component]
name = "shop/till"
version = "1.2.3-rc.1+build.5"
file = "bin/till.wasm"
grants = { find = ["ledger"], spawn = ["anything"] }
limits = { deadline = "2s" }
interfaces_off = ["state"]
)",
                                                .file = "till.toml"});
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->name, "shop/till");
  EXPECT_EQ(parsed->version, "1.2.3-rc.1+build.5");
  EXPECT_EQ(parsed->file, "bin/till.wasm");
  EXPECT_EQ(parsed->grants.spawn, (std::vector<std::string>{"anything"}));
  EXPECT_EQ(parsed->limits.deadline, 2s);
  EXPECT_EQ(parsed->interfaces_off, (std::vector<std::string>{"state"}));
}

TEST(ComponentManifest, KnowsSemanticVersions) {
  const auto is_accepted = [](std::string_view version) {
    return parse_component_manifest(
               {.text = fmt::format("schema = 1\n[component]\nname = \"a/b\"\nversion = "
                                    "\"{}\"\nfile = \"b.wasm\"\n",
                                    version),
                .file = "x"})
        .has_value();
  };
  for (const char* version :
       {"0.0.0", "1.2.3", "10.20.30", "1.0.0-alpha", "1.0.0+5", "1.0.0-a.b-c"}) {
    EXPECT_TRUE(is_accepted(version)) << version;
  }
  for (const char* version : {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.3+", "v1.2.3",
                              "1.2.x", "1..3", "1.2.3-a..b"}) {
    EXPECT_FALSE(is_accepted(version)) << version;
  }
}

TEST(Manifest, ReadsTheExamplesOfTheDocs) {
  const std::string docs = content_of(fs::path(TROUPE_SOURCE_DIR) / "docs/manifest.md");
  constexpr std::string_view fence = "```toml\n";
  int examples = 0;
  for (std::size_t at = docs.find(fence); at != std::string::npos; at = docs.find(fence, at + 1)) {
    const std::size_t start = at + fence.size();
    const ManifestText example{
        .text = std::string_view(docs).substr(start, docs.find("```", start) - start),
        .file = "docs"};
    if (!example.text.contains("[component]")) {
      EXPECT_EQ(message_of(parse_app_manifest(example)), "");
    } else {
      EXPECT_TRUE(parse_component_manifest(example).has_value());
    }
    ++examples;
  }
  EXPECT_EQ(examples, 2);
}

// testdata/X.toml must fail with exactly the text of testdata/X.errors; files that begin with
// "component_" are component manifests.
TEST(Manifest, GivesTheErrorsOnFile) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(testdata)) {
    if (entry.path().extension() != ".toml" || entry.path().stem() == "bank") continue;
    SCOPED_TRACE(entry.path());
    const std::string text = content_of(entry.path());
    const std::string name = entry.path().filename();
    const ManifestText manifest{.text = text, .file = name};
    std::string message;
    if (name.starts_with("component_")) {
      const auto parsed = parse_component_manifest(manifest);
      message = parsed ? "accepted" : parsed.error().message;
    } else {
      message = message_of(parse_app_manifest(manifest));
    }
    fs::path expected = entry.path();
    expected.replace_extension(".errors");
    if (message + '\n' != content_of(expected)) {
      const fs::path now = fs::path(testing::TempDir()) / expected.filename();
      std::ofstream(now, std::ios::binary) << message << '\n';
      ADD_FAILURE() << "expected:\n"
                    << content_of(expected) << "found:\n"
                    << message << "\nIf that is right: cp " << now << " " << expected;
    }
    ++files;
  }
  EXPECT_GE(files, 15);
}

// Whatever is wrong, it is said in printable text, and soon.
void expect_sound(std::string_view text) {
  const auto parsed = parse(text);
  if (parsed) {
    EXPECT_TRUE(is_name(parsed->name));
  } else {
    EXPECT_TRUE(is_utf8(parsed.error().message));
    EXPECT_NE(parsed.error().message.find("error: "), std::string::npos);
  }
}

TEST(Manifest, SurvivesEveryTruncation) {
  const std::string text = content_of(testdata / "bank.toml");
  for (std::size_t size = 0; size < text.size(); ++size) expect_sound(text.substr(0, size));
}

TEST(Manifest, SurvivesEveryFlippedBit) {
  const std::string text = content_of(testdata / "bank.toml");
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string flipped = text;
    flipped[bit / 8] =
        static_cast<char>(static_cast<unsigned char>(flipped[bit / 8]) ^ (1U << (bit % 8)));
    expect_sound(flipped);
  }
}

TEST(Manifest, SurvivesDepth) {
  for (const std::string_view part : {"[", "{", "{a=", "[[", "a.", "\"a\".", "'a' . "}) {
    for (const std::string_view prefix : {"", "x = ", "[", "[["}) {
      std::string text(prefix);
      while (text.size() < 200'000) text += part;
      expect_sound(text);
    }
  }
}

TEST(Manifest, StaysQuickWithThousandsOfErrors) {
  std::string text = "schema = 1\n[app]\nname = \"a\"\n[app.components]\n";
  for (int index = 0; index < 8'000; ++index)
    text += fmt::format("component-{} = \"c.wasm\"\n", index);
  for (int index = 0; index < 8'000; ++index) {
    text += fmt::format("[app.actors.actor-{}]\ncomponent = \"komponent-{}\"\n", index, index);
  }
  const auto parsed = parse(text);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_NE(parsed.error().message.find("and 7980 more errors"), std::string::npos);
}

}  // namespace
}  // namespace troupe
