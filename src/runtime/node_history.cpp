#include "runtime/node_history.hpp"

#include <string>

namespace troupe {

std::uint64_t bytes_of(const ExitEvent& crash) {
  std::uint64_t bytes = sizeof(crash) + crash.name.size() + crash.component.size() +
                        crash.exit.text.size() + crash.detail.size() + crash.decision.size();
  for (const std::string& frame : crash.backtrace) bytes += sizeof(std::string) + frame.size();
  for (const LoggedLine& line : crash.log) bytes += sizeof(LoggedLine) + line.text.size();
  if (crash.in_hand) bytes += crash.in_hand->payload.size() + crash.in_hand->topic.size();
  return bytes;
}

std::uint64_t bytes_of(const NodeEvent& event) {
  return sizeof(event) + event.name.size() + event.text.size();
}

}  // namespace troupe
