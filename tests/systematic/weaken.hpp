#pragma once
// Whether each ordering is needed, and would be missed: a protocol without it must fail.

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "checker.hpp"

namespace troupe::systematic {

// An ordering made weaker, and what came of it.
struct Weakened {
  Weakening weakening;
  std::memory_order strong = std::memory_order_relaxed;
  bool is_unseen = false;           // Says a model (Model::unseen).
  const Model* found_by = nullptr;  // Null: every schedule passed.
  std::uint64_t schedules = 0;      // Of `found_by`, until it failed.
  std::string failure = {};

  [[nodiscard]] bool is_found() const { return found_by != nullptr; }
  [[nodiscard]] bool is_right() const { return is_found() != is_unseen; }
};

// Each ordering that a model uses, by each weaker one, in those models until one fails: at most
// `schedules` of each. Tells the result of each, and returns how many there were.
std::size_t weaken(std::span<const Model* const> models, std::uint64_t schedules,
                   std::uint64_t seed, const std::function<void(const Weakened&)>& tell);

}  // namespace troupe::systematic
