#pragma once
// What goes wrong in a run: drawn from its seed before it begins, as a numbered list, so that some
// of it can be left out while the rest stays as it is.

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/format.hpp"

namespace troupe::simulation {

// Each happens at the n-th occasion of its kind: of the crowd (handlers, messages, answers, events,
// starts, slices), then of the trees (lives, steps) and the services (checks, steps, states); the
// wall clock jumps at the slices and steps of all.
enum class FaultKind : std::uint8_t {
  crash,
  slow_handler,
  very_slow_handler,
  crash_over_event,
  failing_start,
  failing_child,
  crash_of_child,
  kill,
  stop,
  clock_jump,
  tree_failing_start,
  tree_crash,
  tree_kill,
  tree_exit,
  tree_stop,
  tree_restart,
  tree_clock_jump,
  bad_check,
  service_crash,
  service_kill,
  service_exit,
  service_restart,
  not_now,
  no_snapshot_now,
  failing_save,
  failing_load,
  service_clock_jump,
  wall_clock_jump,
  long_turn,
  flood,
  vain_call,
  full_outbox,
};
inline constexpr std::size_t fault_kind_count = 32;

[[nodiscard]] inline std::string_view to_string(FaultKind kind) {
  static constexpr std::array<std::string_view, fault_kind_count> names{"crash",
                                                                        "slow handler",
                                                                        "very slow handler",
                                                                        "crash over an event",
                                                                        "failing start",
                                                                        "failing child",
                                                                        "crash of a child",
                                                                        "kill",
                                                                        "stop",
                                                                        "clock jump",
                                                                        "tree: failing start",
                                                                        "tree: crash",
                                                                        "tree: kill",
                                                                        "tree: normal exit",
                                                                        "tree: stop",
                                                                        "tree: planned restart",
                                                                        "tree: clock jump",
                                                                        "bad check",
                                                                        "services: crash",
                                                                        "services: kill",
                                                                        "services: normal exit",
                                                                        "services: planned restart",
                                                                        "not now",
                                                                        "no snapshot now",
                                                                        "failing save",
                                                                        "failing load",
                                                                        "services: clock jump",
                                                                        "wall clock jump",
                                                                        "long turn",
                                                                        "flood",
                                                                        "vain call",
                                                                        "full outbox"};
  return names.at(std::to_underlying(kind));
}

struct Fault {
  FaultKind kind = FaultKind::crash;
  std::uint32_t occasion = 0;
  std::uint64_t chance = 0;  // What decides about its details.
};

// Some numbers of faults: "3,7-9,12-".
// Thread: one.
class FaultNumbers {
 public:
  FaultNumbers() = default;
  explicit FaultNumbers(const std::vector<std::uint32_t>& numbers) {
    for (const std::uint32_t number : numbers) ranges_.emplace_back(number, number);
  }
  [[nodiscard]] static std::optional<FaultNumbers> from(std::string_view text) {
    FaultNumbers numbers;
    while (!text.empty()) {
      const std::string_view part = text.substr(0, text.find(','));
      text.remove_prefix(std::min(text.size(), part.size() + 1));
      const std::size_t dash = part.find('-');
      const auto first = number_in(part.substr(0, dash));
      auto last = first;
      if (dash != std::string_view::npos) {
        last = dash + 1 == part.size() ? UINT32_MAX : number_in(part.substr(dash + 1));
      }
      if (!first || !last) return std::nullopt;
      numbers.ranges_.emplace_back(*first, *last);
    }
    return numbers;
  }
  [[nodiscard]] bool contains(std::uint32_t number) const {
    return std::ranges::any_of(ranges_, [number](const auto& range) {
      return range.first <= number && number <= range.second;
    });
  }

 private:
  static std::optional<std::uint32_t> number_in(std::string_view text) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
  }

  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges_;
};

// Which faults of a seed happen.
struct FaultChoice {
  std::optional<FaultNumbers> only = {};
  FaultNumbers without = {};
};

// Thread: one.
class FaultPlan {
 public:
  FaultPlan(std::uint64_t seed, FaultChoice choice)
      : choice_(std::move(choice)), random_(seed ^ 0x9e37'79b9'7f4a'7c15U) {
    using enum FaultKind;
    draw(crash, {.to = 6'000, .permille = 20});
    draw(slow_handler, {.to = 6'000, .permille = 30});
    draw(very_slow_handler, {.to = 6'000, .permille = 4});
    draw(crash_over_event, {.to = 6'000, .permille = 5});
    draw(failing_start, {.from = 90, .to = 600, .permille = 30});  // Not the first of a player.
    draw(failing_child, {.to = 600, .permille = 150});
    draw(crash_of_child, {.to = 600, .permille = 300});
    draw(kill, {.to = 1'500, .permille = 300});
    draw(stop, {.to = 1'500, .permille = 50});
    draw(clock_jump, {.to = 1'500, .permille = 10});
    draw(tree_failing_start, {.from = 24, .to = 300, .permille = 80});  // As above.
    draw(tree_crash, {.to = tree_steps, .permille = 600});
    draw(tree_kill, {.to = tree_steps, .permille = 200});
    draw(tree_exit, {.to = tree_steps, .permille = 150});
    draw(tree_stop, {.to = tree_steps, .permille = 40});
    draw(tree_restart, {.to = tree_steps, .permille = 100});
    draw(tree_clock_jump, {.to = tree_steps, .permille = 60});
    draw(bad_check, {.to = 400, .permille = 120});
    draw(service_crash, {.to = service_steps, .permille = 250});
    draw(service_kill, {.to = service_steps, .permille = 80});
    draw(service_exit, {.to = service_steps, .permille = 50});
    draw(service_restart, {.to = service_steps, .permille = 250});
    draw(not_now, {.to = 40, .permille = 200});
    draw(no_snapshot_now, {.to = 100, .permille = 100});
    draw(failing_save, {.to = 150, .permille = 50});
    draw(failing_load, {.to = 40, .permille = 150});
    draw(service_clock_jump, {.to = service_steps, .permille = 30});
    draw(wall_clock_jump, {.to = 1'500, .permille = 20});
    draw(long_turn, {.to = 3'000, .permille = 60});
    draw(flood, {.to = 1'500, .permille = 20});  // Where there is one worker.
    draw(vain_call, {.to = 8'000, .permille = 10});
    draw(full_outbox, {.to = 100, .permille = 2});
    taken_.resize(faults_.size());
  }

  static constexpr std::uint32_t tree_steps = 30;
  static constexpr std::uint32_t service_steps = 60;

  // Numbers, from 1, of all of a kind.
  [[nodiscard]] std::vector<std::uint32_t> all_of(FaultKind kind) const {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t index = 0; index < faults_.size(); ++index) {
      if (faults_[index].kind == kind) numbers.push_back(index + 1);
    }
    return numbers;
  }

  // Whether it happens now; a number that decides about its details. Once for each occasion.
  [[nodiscard]] std::optional<std::uint64_t> take(FaultKind kind) {
    Line& line = lines_.at(std::to_underlying(kind));
    const std::uint32_t occasion = line.occasion++;
    if (line.next == line.end || faults_[line.next].occasion != occasion) return std::nullopt;
    const std::uint32_t index = line.next++;
    const std::uint32_t number = index + 1;
    if (choice_.without.contains(number)) return std::nullopt;
    if (choice_.only && !choice_.only->contains(number)) return std::nullopt;
    taken_[index] = true;
    return faults_[index].chance;
  }

  // Numbers, from 1, of those that have happened.
  [[nodiscard]] std::vector<std::uint32_t> taken() const {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t index = 0; index < taken_.size(); ++index) {
      if (taken_[index]) numbers.push_back(index + 1);
    }
    return numbers;
  }
  [[nodiscard]] std::string text(std::uint32_t number) const {
    const Fault& fault = faults_.at(number - 1);
    return fmt::format("{}: {} at occasion {}", number, to_string(fault.kind), fault.occasion);
  }

 private:
  // Of one kind: its faults stand together, by occasion.
  struct Line {
    std::uint32_t next = 0;
    std::uint32_t end = 0;
    std::uint32_t occasion = 0;
  };
  struct Odds {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::uint32_t permille = 0;
  };

  void draw(FaultKind kind, const Odds& odds) {
    Line& line = lines_.at(std::to_underlying(kind));
    line.next = static_cast<std::uint32_t>(faults_.size());
    for (std::uint32_t occasion = odds.from; occasion < odds.to; ++occasion) {
      if (random_() % 1'000 >= odds.permille) continue;
      faults_.push_back({.kind = kind, .occasion = occasion, .chance = random_() >> 1U});
    }
    line.end = static_cast<std::uint32_t>(faults_.size());
  }

  FaultChoice choice_;
  std::mt19937_64 random_;
  std::vector<Fault> faults_;
  std::array<Line, fault_kind_count> lines_;
  std::vector<bool> taken_;
};

}  // namespace troupe::simulation
