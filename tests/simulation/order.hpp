#pragma once
// What one sent another, at one priority, arrives in the order of sending, and so does what it
// published, among what it sent at normal priority. A message that a life crashed over may come
// again, before the next.

#include <cstdint>
#include <map>
#include <tuple>

#include "world.hpp"

namespace troupe::simulation {

// Thread: one.
class Order final : public Oracle {
 public:
  explicit Order(World& world) : world_(world) {}

  void handling(std::uint64_t id, std::uint32_t /*by*/) override {
    const Record& record = world_.records[id];
    look({record.sender, record.receiver, record.priority}, record.sequence);
  }
  void hearing(const Hearing& what) override {
    const EventRecord& event = world_.events[what.event];
    look({event.publisher, what.by, Priority::normal}, event.sequence);
  }

 private:
  using Way = std::tuple<std::uint32_t, std::uint32_t, Priority>;

  void look(const Way& way, std::uint64_t sequence) {
    auto& last = last_[way];
    if (sequence < last) {
      world_.fail(fmt::format("what was said as {} arrives after {}", sequence, last));
    }
    last = sequence;
  }

  World& world_;
  std::map<Way, std::uint64_t> last_;
};

}  // namespace troupe::simulation
