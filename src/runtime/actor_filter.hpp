#pragma once
// Looks at many actors for a few: who fits a query, and who comes first by name.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/actor_query.hpp"
#include "troupe/address.hpp"
#include "troupe/time.hpp"

namespace troupe {

// What a query looks at, before anything is copied.
struct ActorGlance {
  std::string_view name;
  std::string_view component = {};
  ActorState state = ActorState::creating;
  Duration age{};
};

// Thread: immutable after construction.
class ActorFilter {
 public:
  // `own_app`: of patterns that name none.
  ActorFilter(const ActorQuery& query, std::string_view own_app);

  [[nodiscard]] bool takes(const ActorGlance& actor) const;

 private:
  [[nodiscard]] bool has_component(std::string_view component) const;

  ActorQuery query_;
  bool component_is_pattern_;
};

// Thread: one.
// Bounds: as many names as are wanted, however many are offered.
class FirstByName {
 public:
  explicit FirstByName(std::size_t wanted) : wanted_(wanted) {}

  void offer(std::string_view name, Address address);
  [[nodiscard]] std::uint64_t offered() const { return offered_; }
  // The first of all that were offered, by name. Once.
  [[nodiscard]] std::vector<Address> take();

 private:
  struct One {
    std::string name;
    Address address;
  };

  std::size_t wanted_;
  std::uint64_t offered_ = 0;
  std::vector<One> heap_;  // The last of them at the front.
};

}  // namespace troupe
