// The bank as a program: a runtime inside it, the app of bank.toml, and the demo that plays with
// it.

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unistd.h>

#include <fmt/format.h>

#include "demo.hpp"
#include "teller.hpp"
#include "troupe/runtime.hpp"

namespace {

constexpr int usage_exit_code = 2;

std::optional<bank::DemoOptions> options_of(std::span<char*> arguments) {
  bank::DemoOptions options;
  if (isatty(STDOUT_FILENO) != 0) options.display = bank::Display::table;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--lines") {
      options.display = bank::Display::lines;
    } else if (argument == "--seconds" && i + 1 < arguments.size()) {
      const std::string_view number = arguments[++i];
      int seconds = 0;
      const auto [end, error] =
          std::from_chars(number.data(), number.data() + number.size(), seconds);
      if (error != std::errc() || end != number.data() + number.size() || seconds < 1 ||
          seconds > 3600) {
        return std::nullopt;
      }
      options.length = std::chrono::seconds(seconds);
    } else {
      return std::nullopt;
    }
  }
  return options;
}

// Guests' warnings and errors; the table has no room for them.
void print_log(const troupe::LogLine& line) {
  if (line.level < troupe::LogLevel::warn) return;
  fmt::print(stderr, "{} {}: {}\n", to_string(line.level), line.name, line.text);
}

int fail_with(std::string_view message) {
  fmt::print(stderr, "bank: {}\n", message);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = options_of({argv, static_cast<std::size_t>(argc)});
  if (!options) {
    fmt::print(stderr, "usage: bank [--seconds 1..3600] [--lines]\n");
    return usage_exit_code;
  }
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return fail_with("can't tell which folder this program is in");

  bank::ExitBook exits;
  auto runtime = troupe::Runtime::start(
      {.name = "bank",
       .on_log =
           options->display == bank::Display::lines ? print_log : [](const troupe::LogLine&) {},
       .on_exit = [&exits](const troupe::ExitEvent& event) { exits.note(event); }});
  if (!runtime) return fail_with(runtime.error().message);
  const auto added =
      (*runtime)->add_native("teller", [] { return std::make_unique<bank::Teller>(); });
  if (!added) return fail_with(added.error().message);
  const auto loaded = (*runtime)->load(program.parent_path() / "bank.toml");
  if (!loaded) return fail_with(loaded.error().message);
  return bank::Demo(**runtime, exits, *options).run();
}
