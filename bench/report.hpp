#pragma once
// Where figures go: a table for people, or one JSON object per line.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bench/statistics.hpp"

namespace troupe::bench {

// What a row is compared with.
struct Against {
  std::string row;
  Summary times;  // Of the pairs' ratios.
};

struct Figure {
  std::string section;
  std::string row;
  std::string unit;  // "ns", "KiB", "mappings"
  Summary value;
  std::uint32_t samples = 1;
  std::uint64_t count = 0;  // Operations that receivers counted, over all samples.
  std::uint64_t sum = 0;    // Of what they carried.
  std::optional<Against> against = std::nullopt;
  // At most this: of the ratio if the row is compared with another, else of the value.
  std::optional<double> goal = std::nullopt;
};

// Thread: one.
// Errors: what fails the run is collected; failed() tells.
class Report {
 public:
  enum class Style : std::uint8_t { table, json };
  explicit Report(Style style);

  void begin_section(std::string_view name, std::string_view description);
  void add(const Figure& figure);
  // A measurement that is wrong, or that could not be made.
  void fail(std::string_view section, std::string_view row, std::string_view why);
  // What a reader must know about the figures of a section.
  void remark(std::string_view section, std::string_view text);
  // One line that is overwritten, on terminals only.
  void progress(std::string_view text);

  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void clear_progress();

  Style style_;
  bool has_terminal_;
  bool has_progress_ = false;
  bool failed_ = false;
};

// "met", "missed", "unstable" (samples on both sides of the goal, and they spread), or "" where
// there is no goal.
[[nodiscard]] std::string_view verdict(const Figure& figure);

}  // namespace troupe::bench
