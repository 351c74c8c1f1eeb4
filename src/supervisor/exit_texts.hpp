#pragma once
// The texts of the exits in supervisors' histories. A history keeps their kinds alone, so that it
// costs little to write; the texts are found in the reports of the crashes when somebody looks.

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "supervisor/supervisor_steps.hpp"
#include "troupe/address.hpp"
#include "troupe/exit_event.hpp"

namespace troupe {

// Thread: immutable after construction.
class ExitTexts {
 public:
  using Reports = std::vector<std::shared_ptr<const ExitEvent>>;
  // All that are kept, oldest first, of whomever.
  explicit ExitTexts(const Reports& reports);

  // Of each record of one history, the oldest of which comes first. Empty: the exit has no text, or
  // its report is not kept any more. A supervisor that has failed has given up.
  [[nodiscard]] std::vector<std::string> of(std::span<const SupervisorRecord> history) const;

 private:
  std::unordered_map<Address, Reports> by_child_;  // Newest first.
};

}  // namespace troupe
