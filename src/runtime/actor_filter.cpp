#include "runtime/actor_filter.hpp"

#include <algorithm>

#include "base/format.hpp"
#include "base/glob.hpp"

namespace troupe {

ActorFilter::ActorFilter(const ActorQuery& query, std::string_view own_app)
    : query_(query), component_is_pattern_(has_wildcard(query.component)) {
  if (!query_.name.empty() && !query_.name.contains('/') && !query_.name.starts_with('#')) {
    query_.name = fmt::format("{}/{}", own_app, query.name);
  }
}

bool ActorFilter::takes(const ActorGlance& actor) const {
  if (query_.state && actor.state != *query_.state) return false;
  if (query_.older_than && actor.age < *query_.older_than) return false;
  if (query_.younger_than && actor.age >= *query_.younger_than) return false;
  if (!query_.after.empty() && actor.name <= query_.after) return false;
  if (!query_.name.empty() && !glob_matches(query_.name, actor.name)) return false;
  return query_.component.empty() || has_component(actor.component);
}

bool ActorFilter::has_component(std::string_view component) const {
  return component_is_pattern_ ? glob_matches(query_.component, component)
                               : component.contains(query_.component);
}

void FirstByName::offer(std::string_view name, Address address) {
  ++offered_;
  if (wanted_ == 0) return;
  if (heap_.size() == wanted_) {
    if (name >= heap_.front().name) return;
    std::ranges::pop_heap(heap_, {}, &One::name);
    heap_.back() = {.name = std::string(name), .address = address};
  } else {
    heap_.push_back({.name = std::string(name), .address = address});
  }
  std::ranges::push_heap(heap_, {}, &One::name);
}

std::vector<Address> FirstByName::take() {
  std::ranges::sort_heap(heap_, {}, &One::name);
  std::vector<Address> addresses;
  addresses.reserve(heap_.size());
  for (const One& one : heap_) addresses.push_back(one.address);
  heap_.clear();
  return addresses;
}

}  // namespace troupe
