// troupe_bench: measures what docs/performance.md shows.

#include <charconv>
#include <cstdio>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "bench/report.hpp"
#include "bench/sections.hpp"

namespace troupe::bench {
namespace {

constexpr std::string_view usage =
    R"(usage: troupe_bench [OPTION...] [SECTION...]

Measures each section, or those whose names contain one of the words given.

  --samples N   samples of each row, 31 by default
  --smoke       few and short samples: shows that everything works and that all counts are right
  --json        one JSON object per line
  --list        the sections
  --help        this

Exit code 1: a measurement failed, or its counts are off. Goals that are missed fail nothing.
)";

constexpr Section all_sections[] = {
    {"call", "a message handled and answered (W10), in multiples of an empty guest call", run_call},
    {"life", "a guest's whole life (W11), in multiples of an empty guest call", run_life},
    {"compute", "guest code against a bare wasmtime with the same settings (W13)", run_compute},
    {"density", "many live guests: memory, kernel mappings, a pass over all", run_density},
    {"runtime", "request and response on a node with one worker", run_runtime},
    {"program", "the troupe program from its start", run_program},
};

struct Arguments {
  Settings settings;
  Report::Style style = Report::Style::table;
  std::vector<std::string_view> words;
  bool wants_list = false;
  bool wants_help = false;
  std::string_view wrong;  // The argument that is not understood.
};

bool parse_count(std::string_view text, std::uint32_t& count) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  return error == std::errc() && end == text.data() + text.size() && count > 0 && count <= 10'000;
}

Arguments parse(std::span<char*> given) {
  Arguments arguments;
  for (std::size_t index = 0; index < given.size(); ++index) {
    const std::string_view word = given[index];
    if (word == "--smoke") {
      arguments.settings = {.run = {.samples = 3, .sample_ms = 1}, .is_smoke = true};
    } else if (word == "--json") {
      arguments.style = Report::Style::json;
    } else if (word == "--list") {
      arguments.wants_list = true;
    } else if (word == "--help" || word == "-h") {
      arguments.wants_help = true;
    } else if (word == "--samples") {
      if (++index == given.size() || !parse_count(given[index], arguments.settings.run.samples))
        arguments.wrong = word;
    } else if (word.starts_with("-")) {
      arguments.wrong = word;
    } else {
      arguments.words.push_back(word);
    }
  }
  return arguments;
}

bool is_wanted(const Section& section, const std::vector<std::string_view>& words) {
  if (words.empty()) return true;
  for (const std::string_view word : words)
    if (section.name.find(word) != std::string_view::npos) return true;
  return false;
}

int run(const Arguments& arguments) {
  Report report(arguments.style);
  bool found = false;
  for (const Section& section : sections()) {
    if (!is_wanted(section, arguments.words)) continue;
    found = true;
    report.begin_section(section.name, section.description);
    section.run(section, arguments.settings, report);
  }
  if (!found) {
    fmt::print(stderr, "troupe_bench: no section is called that; --list shows them\n");
    return 2;
  }
  return report.failed() ? 1 : 0;
}

}  // namespace

std::span<const Section> sections() { return all_sections; }

}  // namespace troupe::bench

int main(int count, char** values) {
  using namespace troupe::bench;
  const std::span given(values + 1, static_cast<std::size_t>(count - 1));
  if (given.size() == 3 && std::string_view(given[0]) == density_child_option)
    return density_child(given[1], given[2]);
  const Arguments arguments = parse(given);
  if (!arguments.wrong.empty()) {
    fmt::print(stderr, "troupe_bench: '{}' is not understood\n\n{}", arguments.wrong, usage);
    return 2;
  }
  if (arguments.wants_help) {
    fmt::print("{}", usage);
    return 0;
  }
  if (arguments.wants_list) {
    for (const Section& section : sections())
      fmt::print("{:<10} {}\n", section.name, section.description);
    return 0;
  }
  return run(arguments);
}
