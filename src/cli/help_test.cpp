// -h fits a screen, begins with three examples, and knows every option there is.

#include "cli/help.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace troupe {
namespace {

constexpr std::array<std::string_view, 16> commands{
    "",     "run",     "check",  "ps",      "send", "request", "stop", "restart",
    "kill", "crashes", "events", "inspect", "why",  "tree",    "node", "version"};

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

TEST(Help, FitsAScreen) {
  for (const std::string_view command : commands) {
    const auto lines = lines_of(help_text(command));
    EXPECT_LE(lines.size(), 24) << command;
    for (const std::string& line : lines) EXPECT_LE(line.size(), 80) << line;
  }
}

TEST(Help, BeginsWithThreeExamples) {
  for (const std::string_view command : commands) {
    const auto lines = lines_of(help_text(command));
    ASSERT_GT(lines.size(), 5);
    EXPECT_EQ(lines[1], "") << command;
    const std::string example = "  troupe ";
    for (std::size_t i = 2; i < 5; ++i) EXPECT_TRUE(lines[i].starts_with(example)) << lines[i];
    EXPECT_EQ(lines[5], "") << command;
  }
}

TEST(Help, NamesTheOptionsOfEachCommand) {
  for (const std::string_view command : commands) {
    EXPECT_TRUE(help_text(command).contains("--json")) << command;
    EXPECT_TRUE(help_text(command).contains("--color")) << command;
    EXPECT_TRUE(help_text(command).contains("--help")) << command;
  }
  for (const std::string_view command : {"ps", "send", "request", "stop", "restart", "kill",
                                         "crashes", "events", "inspect", "why", "tree", "node"})
    EXPECT_TRUE(help_text(command).contains("--node")) << command;
  for (const std::string_view option :
       {"PATTERN", "--state", "--component", "--older-than", "--younger-than", "--limit"})
    EXPECT_TRUE(help_text("ps").contains(option)) << option;
  for (const std::string_view option : {"PATTERN", "--follow", "--full", "--limit"})
    EXPECT_TRUE(help_text("crashes").contains(option)) << option;
  EXPECT_TRUE(help_text("run").contains("--name"));
  EXPECT_TRUE(help_text("run").contains("--workers"));
  EXPECT_TRUE(help_text("request").contains("--timeout"));
  EXPECT_TRUE(help_text("stop").contains("--budget"));
}

TEST(Help, NamesEveryCommand) {
  for (const std::string_view command : commands)
    EXPECT_TRUE(help_text("").contains("\n  " + std::string(command))) << command;
}

}  // namespace
}  // namespace troupe
