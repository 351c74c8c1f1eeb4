#include "base/units.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <span>

#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/sanitize.hpp"

namespace troupe {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest first.
constexpr std::array<Unit, 6> time_units = {{{"h", 3'600'000'000'000},
                                             {"m", 60'000'000'000},
                                             {"s", 1'000'000'000},
                                             {"ms", 1'000'000},
                                             {"us", 1'000},
                                             {"ns", 1}}};
constexpr std::array<Unit, 4> size_units = {
    {{"GiB", limits::GiB}, {"MiB", limits::MiB}, {"KiB", limits::KiB}, {"B", 1}}};

struct Kind {
  std::string_view what;
  std::string_view expected;
  std::span<const Unit> units;
  std::uint64_t most;
};

constexpr std::size_t quoted_bytes_max = 40;

Result<std::uint64_t> parse(std::string_view text, const Kind& kind) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::invalid_argument, fmt::format("'{}' is not a {}: {}; expected {}",
                                                         harmless(text.substr(0, quoted_bytes_max)),
                                                         kind.what, why, kind.expected));
  };
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem == std::errc::invalid_argument) return refuse("it begins with no number");
  if (problem == std::errc::result_out_of_range) return refuse("the number is too large");
  const std::string_view name(stop, static_cast<std::size_t>(end - stop));
  if (name.starts_with('.')) return refuse("it is a fraction, use a smaller unit");
  for (const Unit& unit : kind.units) {
    if (unit.name != name) continue;
    if (number > kind.most / unit.factor) return refuse("it is too large");
    return number * unit.factor;
  }
  return refuse(name.empty() ? "the unit is missing" : "the unit is unknown");
}

std::string format(std::uint64_t value, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (value < unit.factor && unit.factor != 1) continue;
    const std::uint64_t whole = value / unit.factor;
    const std::uint64_t rest = value % unit.factor;
    // Cut, not rounded: 1023.9996 KiB must not read "1024KiB". `rest` is below an hour in
    // nanoseconds, far from overflow.
    const std::uint64_t thousandths = rest * 1000 / unit.factor;
    if (thousandths == 0) return fmt::format("{}{}", whole, unit.name);
    std::string text = fmt::format("{}.{:03}", whole, thousandths);
    while (text.back() == '0') text.pop_back();
    return text.append(unit.name);
  }
  return {};
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  TRY_ASSIGN(
      const std::uint64_t ns,
      parse(text, {.what = "duration",
                   .expected = "a whole number with ns, us, ms, s, m or h, such as \"250ms\"",
                   .units = time_units,
                   .most = std::numeric_limits<std::int64_t>::max()}));
  return Duration(static_cast<std::int64_t>(ns));
}

Result<std::uint64_t> parse_bytes(std::string_view text) {
  // Digits alone are bytes.
  const bool is_bare = !text.empty() && text.back() >= '0' && text.back() <= '9';
  const std::string with_unit = is_bare ? std::string(text.substr(0, quoted_bytes_max)) + "B" : "";
  return parse(is_bare ? std::string_view(with_unit) : text,
               {.what = "size",
                .expected = "a whole number with B, KiB, MiB or GiB, such as \"64KiB\"",
                .units = size_units,
                .most = std::numeric_limits<std::uint64_t>::max()});
}

std::string format_duration(Duration span) {
  const std::int64_t ns = span.count();
  if (ns >= 0) return format(static_cast<std::uint64_t>(ns), time_units);
  // Negated as unsigned: the most negative value has no positive twin.
  return "-" + format(std::uint64_t{0} - static_cast<std::uint64_t>(ns), time_units);
}

std::string format_bytes(std::uint64_t bytes) { return format(bytes, size_units); }

}  // namespace troupe
