// Runs on disk: what was saved comes back, and what is broken is refused by name.

#include "bench/record.hpp"

#include <gtest/gtest.h>

#include "bench/process.hpp"
#include "io/sim_disk.hpp"

namespace troupe::bench {
namespace {

Record record_of(std::string commit) {
  Record record{.provenance = {}, .profile = "quick", .seed = 7, .rows = {}};
  record.provenance.commit = std::move(commit);
  ResultRow row{.id = "a", .title = "an operation", .unit = "ns", .value = 3, .low = 2, .high = 4};
  row.figures = {{2, 3, 4}, {3, 3, 3}};
  record.rows.push_back(row);
  record.probes.push_back({.when = "beside", .ns = {{"alu", 1.5}}});
  return record;
}

class Runs : public testing::Test {
 protected:
  Runs() {
    const std::string_view program = "a program";
    disk_.write(this_program, to_bytes(program));
  }
  SimDisk disk_;
  Records records_{disk_, "/data"};
};

TEST_F(Runs, ComeBackUnderTheirName) {
  ASSERT_TRUE(records_.save("before", record_of("abc")).has_value());
  const auto loaded = records_.load("before");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
  EXPECT_EQ(loaded->provenance.commit, "abc");
  EXPECT_EQ(loaded->profile, "quick");
  EXPECT_EQ(loaded->seed, 7U);
  ASSERT_EQ(loaded->rows.size(), 1U);
  EXPECT_EQ(loaded->rows[0].figures, (std::vector<std::vector<double>>{{2, 3, 4}, {3, 3, 3}}));
  EXPECT_EQ(loaded->probes.at(0).ns.at("alu"), 1.5);
}

TEST_F(Runs, KeepTheProgramThatWasMeasured) {
  ASSERT_TRUE(records_.save("before", record_of("abc")).has_value());
  EXPECT_EQ(disk_.read_file(records_.program("before"), 100).value(), to_bytes("a program"));
}

TEST_F(Runs, AreAppendedOneAfterTheOther) {
  ASSERT_TRUE(records_.append(record_of("one")).has_value());
  ASSERT_TRUE(records_.append(record_of("two")).has_value());
  const auto all = disk_.read_file(records_.all_runs(), 1 << 20).value();
  EXPECT_EQ(as_text(all), to_lines(record_of("one")) + to_lines(record_of("two")));
  EXPECT_EQ(parse_record(as_text(all))->provenance.commit, "two") << "the last run";
}

TEST_F(Runs, AreMissedWithTheNamesThatThereAre) {
  const auto none = records_.load("before");
  EXPECT_EQ(none.error().code, ErrorCode::not_found);
  EXPECT_NE(none.error().message.find("--save before"), std::string::npos);
  ASSERT_TRUE(records_.save("other", record_of("abc")).has_value());
  EXPECT_NE(records_.load("before").error().message.find("there are other"), std::string::npos);
  EXPECT_EQ(records_.load("../before").error().code, ErrorCode::not_found);
}

TEST_F(Runs, HaveNamesThatAreNoPaths) {
  for (const char* name : {"", "..", "a/b", "A", "-x"}) {
    EXPECT_EQ(records_.save(name, record_of("abc")).error().code, ErrorCode::invalid_argument)
        << name;
  }
}

std::string refusal_of(const std::string& lines) {
  const auto parsed = parse_record(lines);
  EXPECT_FALSE(parsed.has_value()) << lines;
  return parsed ? std::string() : parsed.error().message;
}

TEST(RunLines, OfAnotherFormatAreRefusedByItsNumber) {
  std::string lines = to_lines(record_of("abc"));
  lines.replace(lines.find(R"("troupe_bench":1)"), 16, R"("troupe_bench":2)");
  EXPECT_NE(refusal_of(lines).find("its format is 2"), std::string::npos);
}

TEST(RunLines, ThatAreBrokenAreRefusedByTheirNumber) {
  const std::string lines = to_lines(record_of("abc"));
  EXPECT_NE(refusal_of(lines + "{\n").find("line 4"), std::string::npos);
  EXPECT_NE(refusal_of("[]\n").find("line 1"), std::string::npos);
  EXPECT_NE(refusal_of(lines.substr(lines.find('\n') + 1)).find("before the line that opens"),
            std::string::npos);
  EXPECT_NE(refusal_of(R"({"troupe_bench":1})").find("where it is from"), std::string::npos);
  EXPECT_EQ(parse_record("").error().code, ErrorCode::not_found);
  // Cut anywhere, the lines are refused, or are those of fewer rows.
  for (std::size_t length = 0; length < lines.size(); length += 3) {
    const auto parsed = parse_record(lines.substr(0, length));
    EXPECT_TRUE(!parsed || parsed->rows.size() <= 1U);
  }
}

}  // namespace
}  // namespace troupe::bench
