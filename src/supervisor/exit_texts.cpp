#include "supervisor/exit_texts.hpp"

#include <cstddef>
#include <ranges>

namespace troupe {
namespace {

// A restart is counted, and so is the one that was too many.
bool is_counted(const SupervisorRecord& record) {
  return record.verdict != SupervisorVerdict::Kind::leave_ended &&
         record.verdict != SupervisorVerdict::Kind::noted;
}

}  // namespace

ExitTexts::ExitTexts(const Reports& reports) {
  for (const auto& report : reports | std::views::reverse) {
    by_child_[report->address].push_back(report);
  }
}

// What is recorded of a child is reported, in the same order, unless it ended well. What is
// reported and not recorded (a stop for the sake of another, a restart that was asked for) was not
// counted. So a child's counted records and its counted reports go in pairs, from the newest on;
// who is left ended has no report after that.
std::vector<std::string> ExitTexts::of(std::span<const SupervisorRecord> history) const {
  std::vector<std::string> texts(history.size());
  std::unordered_map<Address, std::size_t> next;  // Of the child's reports.
  for (std::size_t at = history.size(); at-- > 0;) {
    const SupervisorRecord& record = history[at];
    if (record.child.is_nobody()) {  // A supervisor.
      if (record.exit == Exit::Kind::crashed) texts[at] = "gave up";
      continue;
    }
    const auto child = by_child_.find(record.child);
    if (child == by_child_.end() || record.exit == Exit::Kind::normal) continue;
    const Reports& reports = child->second;
    std::size_t& index = next[record.child];
    const auto is_of = [&](const ExitEvent& report) {
      return report.window.has_value() == is_counted(record) && report.exit.kind == record.exit;
    };
    while (index < reports.size() && !is_of(*reports[index])) ++index;
    if (index < reports.size()) texts[at] = reports[index++]->exit.text;
  }
  return texts;
}

}  // namespace troupe
