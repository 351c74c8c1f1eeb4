#pragma once
// Which state a life begins with: the one that was saved for it, else the latest snapshot, else
// none. One that was saved for a life is for no other, and one that may be poisonous is tried once.
// Who says "not now" to a restart goes on.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "service_world.hpp"

namespace troupe::simulation {

// Thread: one.
class SavedStates final : public ServiceOracle {
 public:
  explicit SavedStates(ServiceWorld& world) : world_(world), keepers_(world.services.size()) {}

  void began(std::size_t index, std::optional<std::uint64_t> save) override {
    One& one = keepers_[index];
    const auto wanted = one.planned ? one.planned : one.snapshot;
    if (save != wanted) {
      world_.fail(index,
                  fmt::format("begins with {}, not with {}", text_of(save), text_of(wanted)));
    }
    if (!world_.services[index].is_keeper) return;
    world_.count(one.planned    ? "services: begins with its state"
                 : one.snapshot ? "services: begins with a snapshot"
                                : "services: begins with nothing");
    one.is_trial = !one.planned && one.snapshot;
    one.has_handled = false;
    one.planned.reset();
    one.saved_at_end.reset();
    one.says_not_now = false;
  }
  void ready(std::size_t index) override {
    note_time(index);
    // What is left of the life before, and stands for nothing, may be a turn of this one.
    keepers_[index].has_news = world_.services[index].lives > 1;
  }
  void handled(std::size_t index, std::uint64_t /*message*/) override { handle(index); }
  void told(std::size_t index, std::uint64_t /*number*/) override { handle(index); }
  void heard(std::size_t index, std::uint64_t /*number*/, std::uint64_t /*event*/) override {
    handle(index);
  }
  void saw_end(std::size_t index, std::uint64_t /*number*/) override { handle(index); }
  void saved(std::size_t index, std::uint64_t save) override {
    One& one = keepers_[index];
    if (world_.saves[save].is_planned) {
      one.saved_at_end = save;
      return;
    }
    world_.count("services: snapshot");
    check_time(index);
    one.snapshot = save;
  }
  void not_now(std::size_t index, bool is_planned) override {
    if (is_planned) {
      keepers_[index].says_not_now = true;
      keepers_[index].has_news = true;  // It was asked to stop.
    } else {
      check_time(index);
    }
  }
  void restart_refused(std::size_t index) override {
    One& one = keepers_[index];
    world_.count("services: restart refused");
    if (!one.says_not_now) world_.fail(index, "is said to refuse its restart, but does not");
    one.says_not_now = false;
  }
  void exited(std::size_t index, const ExitEvent& event) override {
    One& one = keepers_[index];
    const bool is_normal = event.exit.kind == Exit::Kind::normal;
    // What a life was to begin with that never did is lost.
    one.planned.reset();
    if (is_normal && one.saved_at_end) {
      one.planned = one.saved_at_end;
    } else if (is_normal) {
      one.snapshot.reset();
    } else if (one.is_trial && !one.has_handled && event.exit.kind != Exit::Kind::killed) {
      world_.count("services: poisonous snapshot");
      one.snapshot.reset();
    }
    one.saved_at_end.reset();
    one.is_trial = false;
    if (one.says_not_now && is_normal && event.decision == "restarted, as it was asked for") {
      world_.fail(index, "has refused its restart, and is restarted");
    }
  }

 private:
  struct One {
    std::optional<std::uint64_t> planned = {};   // For the next life.
    std::optional<std::uint64_t> snapshot = {};  // The latest.
    // Of the present life:
    std::optional<std::uint64_t> saved_at_end = {};
    bool is_trial = false;  // It began with the snapshot.
    bool has_handled = false;
    bool has_news = false;  // Since the last snapshot, or what was none.
    bool says_not_now = false;
    Instant not_before = {};  // The next snapshot.
  };
  static std::string text_of(std::optional<std::uint64_t> save) {
    return save ? fmt::format("save {}", *save) : "nothing";
  }
  void handle(std::size_t index) {
    keepers_[index].has_handled = true;
    keepers_[index].has_news = true;
  }
  void check_time(std::size_t index) {
    One& one = keepers_[index];
    if (world_.services[index].snapshot_interval == Duration::zero()) {
      world_.fail(index, "is asked for a snapshot that nobody wants");
    }
    if (world_.now() < one.not_before) world_.fail(index, "is asked for a snapshot too early");
    if (!one.has_news) world_.fail(index, "is asked for a snapshot of nothing new");
    note_time(index);
  }
  void note_time(std::size_t index) {
    keepers_[index].not_before = world_.now() + world_.services[index].snapshot_interval;
    keepers_[index].has_news = false;
  }

  ServiceWorld& world_;
  std::vector<One> keepers_;
};

}  // namespace troupe::simulation
