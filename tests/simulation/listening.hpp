#pragma once
// An event reaches a subscription once at most, while it stands. When nothing else goes on, it
// reaches each that selects its topic, whatever the workers went through before.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "base/topic_filter.hpp"
#include "world.hpp"

namespace troupe::simulation {

// Thread: one.
class Listening final : public Oracle {
 public:
  explicit Listening(World& world) : world_(world) {}

  void published(std::uint64_t event) override { published_.insert(event); }
  void subscribed(std::uint64_t life, std::uint64_t number, std::string_view filter) override {
    filters_[life].emplace(number, filter);
  }
  void unsubscribed(std::uint64_t life, std::uint64_t number) override {
    filters_[life].erase(number);
  }
  void life_ended(std::uint64_t life) override { filters_.erase(life); }
  void hearing(const Hearing& what) override {
    world_.count("event");
    if (!published_.contains(what.event)) {
      world_.fail(fmt::format("event {} arrives, but was never published", what.event));
    }
    const auto life = filters_.find(what.life);
    const auto filter =
        life == filters_.end() ? Filters::const_iterator{} : life->second.find(what.number);
    if (life == filters_.end() || filter == life->second.end() ||
        !matches({filter->second}, world_.events[what.event].topic)) {
      world_.fail(fmt::format("event {} is none of life {}'s", what.event, what.life));
    }
    if (!heard_.emplace(what.event, what.life, what.number).second) {
      world_.fail(fmt::format("event {} reaches life {} twice", what.event, what.life));
    }
  }

  // Not if it was refused, since nobody listens.
  [[nodiscard]] bool was_published(std::uint64_t event) const { return published_.contains(event); }
  // REQUIRES: all that it set off is done, and nothing else went on.
  void check_that_all_have_heard(std::uint64_t event) {
    for (const auto& [life, filters] : filters_) {
      for (const auto& [number, filter] : filters) {
        if (!matches({filter}, world_.events[event].topic)) continue;
        world_.count("event to all");
        if (!heard_.contains({event, life, number})) {
          world_.fail(fmt::format("event {} has not reached life {}", event, life));
        }
      }
    }
  }

 private:
  using Filters = std::map<std::uint64_t, std::string>;

  World& world_;
  std::set<std::uint64_t> published_;
  std::map<std::uint64_t, Filters> filters_;
  std::set<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>> heard_;
};

}  // namespace troupe::simulation
