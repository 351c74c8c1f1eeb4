#pragma once
// What one sent another, at one priority, arrives in the order of sending. A message that a life
// crashed over may come again, before the next.

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
    auto& last = last_[{record.sender, record.receiver, record.priority}];
    if (record.sequence < last) {
      world_.fail(fmt::format("message {} arrives after {}, which was sent later", id, last));
    }
    last = record.sequence;
  }

 private:
  World& world_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, Priority>, std::uint64_t> last_;
};

}  // namespace troupe::simulation
