// Every error code ends in its exit code, and docs/cli.md has them all.

#include "cli/exit_code.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "base/format.hpp"

namespace troupe {
namespace {

constexpr std::array all{ExitCode::ok,          ExitCode::failed,    ExitCode::usage,
                         ExitCode::not_found,   ExitCode::denied,    ExitCode::timed_out,
                         ExitCode::unavailable, ExitCode::conflict,  ExitCode::invalid_input,
                         ExitCode::interrupted, ExitCode::terminated};

TEST(ExitCodes, FollowFromTheError) {
  constexpr std::array expected{
      std::pair{ErrorCode::invalid_argument, 8}, std::pair{ErrorCode::not_found, 3},
      std::pair{ErrorCode::already_exists, 7},   std::pair{ErrorCode::denied, 4},
      std::pair{ErrorCode::overloaded, 6},       std::pair{ErrorCode::unavailable, 6},
      std::pair{ErrorCode::timed_out, 5},        std::pair{ErrorCode::cancelled, 1},
      std::pair{ErrorCode::unsupported, 1},      std::pair{ErrorCode::corrupt, 8},
      std::pair{ErrorCode::internal, 1}};
  static_assert(expected.size() == static_cast<std::size_t>(ErrorCode::internal) + 1);
  for (const auto& [error, code] : expected)
    EXPECT_EQ(static_cast<int>(exit_code(error)), code) << to_string(error);
}

TEST(ExitCodes, AreDocumented) {
  std::ifstream file(TROUPE_SOURCE_DIR "/docs/cli.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const ExitCode code : all) {
    const std::string row = fmt::format("| {} | `{}` |", static_cast<int>(code), to_string(code));
    EXPECT_TRUE(text.contains(row)) << row;
  }
}

}  // namespace
}  // namespace troupe
