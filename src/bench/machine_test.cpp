#include "bench/machine.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace troupe::bench {
namespace {

using Json = nlohmann::ordered_json;

Provenance sample_provenance() {
  return {.version = "0.1.0",
          .commit = "0123abc",
          .compiler = "GNU 12.2.0",
          .flags = "-O2",
          .engine = "wasmtime 48",
          .cpu = "A CPU (6/1/2)",
          .cpus = 2,
          .kernel = "Linux 6.18 x86_64",
          .page_mode = "madvise",
          .libc = "glibc 2.36",
          .load = 0.5,
          .steal = 1.25,
          .started = "2025-11-30T12:00:00Z"};
}

std::string error_of(const Json& json) {
  const auto parsed = parse_provenance(json);
  if (parsed) return "none";
  EXPECT_EQ(parsed.error().code, ErrorCode::corrupt);
  return parsed.error().message;
}

TEST(Provenance, ComesBackFromJsonAsItWas) {
  const auto parsed = parse_provenance(Json::parse(to_json(sample_provenance()).dump()));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(*parsed, sample_provenance());
}

TEST(Provenance, HasEachMemberUnderItsName) {
  std::vector<std::string> names;
  const Json json = to_json(sample_provenance());
  for (const auto& [name, value] : json.items()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"version", "commit", "compiler", "flags", "engine",
                                             "cpu", "cpus", "kernel", "page_mode", "libc", "load",
                                             "steal", "started"}));
}

TEST(Provenance, NamesTheMemberThatIsMissingOrWrong) {
  const Json whole = to_json(sample_provenance());
  for (const auto& [name, value] : whole.items()) {
    Json without = whole;
    without.erase(name);
    EXPECT_NE(error_of(without).find("'" + name + "'"), std::string::npos) << name;
    Json wrong = whole;
    wrong[name] = Json::array();
    EXPECT_NE(error_of(wrong).find("'" + name + "'"), std::string::npos) << name;
  }
}

TEST(Provenance, RefusesNumbersThatAreNone) {
  for (const double value :
       {-0.1, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    for (const char* const name : {"load", "steal"}) {
      Json json = to_json(sample_provenance());
      json[name] = value;
      EXPECT_NE(error_of(json), "none") << name << value;
    }
  }
  Json json = to_json(sample_provenance());
  json["load"] = 0;
  EXPECT_EQ(error_of(json), "none");
}

TEST(Provenance, CountsCpusUpToItsLimit) {
  Json json = to_json(sample_provenance());
  json["cpus"] = std::uint64_t{UINT32_MAX};
  EXPECT_EQ(error_of(json), "none");
  json["cpus"] = std::uint64_t{UINT32_MAX} + 1;
  EXPECT_NE(error_of(json), "none");
  json["cpus"] = -1;
  EXPECT_NE(error_of(json), "none");
  json["cpus"] = 1.5;
  EXPECT_NE(error_of(json), "none");
}

TEST(Provenance, RefusesWhatIsNoObject) {
  for (const char* const text : {"null", "[]", "1", "\"text\""})
    EXPECT_NE(error_of(Json::parse(text)), "none") << text;
  EXPECT_NE(error_of(Json::object()), "none");
}

TEST(Provenance, LeavesFurtherMembersAlone) {
  Json json = to_json(sample_provenance());
  json["of a later version"] = 1;
  EXPECT_EQ(error_of(json), "none");
}

TEST(Provenance, OfThisProcessIsWhole) {
  const Provenance here = provenance(0);
  for (const std::string& text : {here.version, here.commit, here.compiler, here.flags, here.engine,
                                  here.cpu, here.page_mode})
    EXPECT_FALSE(text.empty());
  EXPECT_TRUE(here.kernel.starts_with("Linux ")) << here.kernel;
  EXPECT_TRUE(here.libc.starts_with("glibc 2.")) << here.libc;
  EXPECT_GE(here.cpus, 1U);
  EXPECT_EQ(here.started, "1970-01-01T00:00:00Z");
  const auto parsed = parse_provenance(to_json(here));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(*parsed, here);
}

TEST(Iso8601, WritesTheSecondInUtc) {
  EXPECT_EQ(to_iso8601(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_iso8601(999), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_iso8601(1000), "1970-01-01T00:00:01Z");
  EXPECT_EQ(to_iso8601(86'399'999), "1970-01-01T23:59:59Z");
  EXPECT_EQ(to_iso8601(86'400'000), "1970-01-02T00:00:00Z");
  EXPECT_EQ(to_iso8601(951'782'400'000), "2000-02-29T00:00:00Z");
  EXPECT_EQ(to_iso8601(1'764'504'000'000), "2025-11-30T12:00:00Z");
}

TEST(Iso8601, EndsWithTheYear9999) {
  constexpr std::uint64_t last = 253'402'300'799;
  EXPECT_EQ(to_iso8601(last * 1000), "9999-12-31T23:59:59Z");
  EXPECT_EQ(to_iso8601((last - 1) * 1000), "9999-12-31T23:59:58Z");
  EXPECT_EQ(to_iso8601((last + 1) * 1000), "9999-12-31T23:59:59Z");
  EXPECT_EQ(to_iso8601(UINT64_MAX), "9999-12-31T23:59:59Z");
}

TEST(DebugBuild, IsWhatHasAssertionsOrNoOptimisation) {
#if defined(__OPTIMIZE__) && !defined(_GLIBCXX_ASSERTIONS) && !defined(_GLIBCXX_DEBUG) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // A sanitizer of clang has no such macro; the project's own builds with one have assertions.
  EXPECT_FALSE(is_debug_build());
#else
  EXPECT_TRUE(is_debug_build());
#endif
}

}  // namespace
}  // namespace troupe::bench
