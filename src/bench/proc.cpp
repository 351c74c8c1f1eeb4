#include "bench/proc.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <ios>
#include <system_error>

#include "base/format.hpp"
#include "base/limits.hpp"

namespace troupe::bench {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string_view take_word(std::string_view& text) {
  text = trim(text);
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  return word;
}

// The value of "name : value" in the paragraph of the first CPU.
std::string_view value_of(std::string_view cpuinfo, std::string_view name) {
  while (!cpuinfo.empty()) {
    const std::string_view line = take_line(cpuinfo);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && trim(line.substr(0, colon)) == name)
      return trim(line.substr(colon + 1));
  }
  return {};
}

}  // namespace

std::string read_text(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 4096> part = {};
  while (file && text.size() < limits::MiB) {
    file.read(part.data(), part.size());
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
  }
  return text;
}

std::optional<double> parse_load(std::string_view loadavg) {
  const std::string_view word = take_word(loadavg);
  double load = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), load);
  const bool is_good =
      error == std::errc() && end == word.data() + word.size() && std::isfinite(load) && load >= 0;
  // A number that stands alone may have lost its end.
  if (!is_good || loadavg.empty()) return std::nullopt;
  return load;
}

std::optional<CpuTime> parse_cpu_time(std::string_view stat) {
  if (!stat.contains('\n')) return std::nullopt;  // Its end may be missing.
  std::string_view line = take_line(stat);
  if (take_word(line) != "cpu") return std::nullopt;
  // user, nice, system, idle, iowait, irq, softirq, steal. What follows is counted in the first.
  constexpr std::size_t steal_at = 7;
  CpuTime time;
  for (std::size_t at = 0; at <= steal_at; ++at) {
    const std::string_view word = take_word(line);
    std::uint64_t ticks = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), ticks);
    if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
    if (ticks > UINT64_MAX - time.total) return std::nullopt;
    time.total += ticks;
    if (at == steal_at) time.stolen = ticks;
  }
  return time;
}

double steal_percent(const CpuSpan& span) {
  // The kernel's counters may go back a little when a CPU comes or goes.
  if (span.end.total <= span.begin.total || span.end.stolen <= span.begin.stolen) return 0;
  return 100 * static_cast<double>(span.end.stolen - span.begin.stolen) /
         static_cast<double>(span.end.total - span.begin.total);
}

std::string parse_cpu_model(std::string_view cpuinfo) {
  const std::string_view name = value_of(cpuinfo, "model name");
  if (name.empty()) return {};
  const std::string_view family = value_of(cpuinfo, "cpu family");
  const std::string_view model = value_of(cpuinfo, "model");
  const std::string_view stepping = value_of(cpuinfo, "stepping");
  if (family.empty() || model.empty() || stepping.empty()) return std::string(name);
  return fmt::format("{} ({}/{}/{})", name, family, model, stepping);
}

std::string parse_chosen(std::string_view choice) {
  const std::size_t begin = choice.find('[');
  if (begin == std::string_view::npos) return {};
  const std::size_t end = choice.find(']', begin);
  if (end == std::string_view::npos) return {};
  return std::string(choice.substr(begin + 1, end - begin - 1));
}

}  // namespace troupe::bench
