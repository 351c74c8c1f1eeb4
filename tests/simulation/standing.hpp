#pragma once
// What a life has asked for stands as long as its state goes on from life to life, and is released
// when that ends: each timer, request and watch has its outcome, and each event is heard, once, by
// the lives of that line, and by no other.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "service_world.hpp"

namespace troupe::simulation {

// Thread: one.
class Standing final : public ServiceOracle {
 public:
  explicit Standing(ServiceWorld& world) : world_(world), lines_(world.services.size()) {}

  void began(std::size_t index, std::optional<std::uint64_t> save) override {
    Line& line = lines_[index];
    if (save && world_.saves[*save].is_planned) {
      ++line.life;
      return;
    }
    if (!line.open.empty()) world_.count("services: released");
    line = {};
  }
  void asked(std::size_t index, std::uint64_t number) override {
    lines_[index].open.emplace(number, lines_[index].life);
  }
  void told(std::size_t index, std::uint64_t number) override {
    Line& line = lines_[index];
    const auto found = line.open.find(number);
    if (found == line.open.end()) {
      world_.fail(index, fmt::format("is told of {}, which it does not wait for", number));
      return;
    }
    if (found->second != line.life) world_.count("services: outcome over a restart");
    line.open.erase(found);
  }
  void watches(std::size_t index, std::uint64_t number, std::size_t other) override {
    lines_[index].watches.emplace(
        number, Watch{.of = other, .since = world_.now(), .life = lines_[index].life});
  }
  void saw_end(std::size_t index, std::uint64_t number) override {
    Line& line = lines_[index];
    const auto found = line.watches.find(number);
    if (found == line.watches.end()) {
      world_.fail(index, fmt::format("sees an end by {}, which is not its watch", number));
      return;
    }
    if (found->second.life != line.life) world_.count("services: end seen over a restart");
    line.watches.erase(found);
  }
  void exited(std::size_t index, const ExitEvent& /*event*/) override {
    for (Line& line : lines_) {
      for (auto& [number, watch] : line.watches) {
        // One of this instant may be of the next life.
        if (watch.of == index && watch.since < world_.now()) watch.is_over = true;
      }
    }
  }
  void subscribed(std::size_t index, std::uint64_t number) override {
    lines_[index].subscriptions.emplace(number, lines_[index].life);
  }
  void published(std::uint64_t event) override {
    for (Line& line : lines_) {
      for (const auto& [number, life] : line.subscriptions) line.unheard.emplace(number, event);
    }
  }
  void heard(std::size_t index, std::uint64_t number, std::uint64_t event) override {
    Line& line = lines_[index];
    const auto found = line.subscriptions.find(number);
    if (found == line.subscriptions.end()) {
      world_.fail(index, fmt::format("hears by {}, which is not its subscription", number));
      return;
    }
    if (line.unheard.erase({number, event}) == 0) {
      world_.fail(index, fmt::format("hears event {} again", event));
    }
    if (found->second != line.life) world_.count("services: event over a restart");
  }
  void settled() override {
    for (std::size_t index = 0; index < lines_.size(); ++index) {
      const Line& line = lines_[index];
      if (!line.open.empty()) {
        world_.fail(index, fmt::format("never hears of {}", line.open.begin()->first));
      }
      for (const auto& [number, watch] : line.watches) {
        if (watch.is_over) world_.fail(index, fmt::format("does not see the end by {}", number));
      }
      if (!line.unheard.empty()) {
        world_.fail(index, fmt::format("never hears event {}", line.unheard.begin()->second));
      }
    }
  }

 private:
  struct Watch {
    std::size_t of = 0;
    Instant since = {};
    std::uint64_t life = 0;  // Of its line.
    bool is_over = false;    // To be told, if it has not been.
  };
  // Of lives whose state goes on.
  struct Line {
    std::uint64_t life = 0;
    std::map<std::uint64_t, std::uint64_t> open = {};  // Numbers, and the life of each.
    std::map<std::uint64_t, Watch> watches = {};
    std::map<std::uint64_t, std::uint64_t> subscriptions = {};       // Likewise.
    std::set<std::pair<std::uint64_t, std::uint64_t>> unheard = {};  // By them, events.
  };

  ServiceWorld& world_;
  std::vector<Line> lines_;
};

}  // namespace troupe::simulation
