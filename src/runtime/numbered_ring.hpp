#pragma once
// The latest records of a kind, numbered as they come: crashes, events.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/actor_filter.hpp"
#include "troupe/history_query.hpp"

namespace troupe {

// A Record has a `number` and a `name`, and bytes_of() says about how much it takes.
//
// Thread: any thread; it locks. Nothing on a message's way comes here.
// Bounds: those it is made with; older records make room, and their numbers are not used again.
template <typename Record>
class NumberedRing {
 public:
  struct Bounds {
    std::size_t records = 1;
    std::uint64_t bytes = 1;
  };
  explicit NumberedRing(Bounds bounds) : bounds_(bounds) {}

  // As it is kept, with its number.
  std::shared_ptr<const Record> add(Record record) {
    const auto added = std::make_shared<Record>(std::move(record));
    const std::lock_guard lock(mutex_);
    added->number = ++last_number_;
    bytes_ += bytes_of(*added);
    kept_.push_back(added);
    while (kept_.size() > bounds_.records || bytes_ > bounds_.bytes) {
      bytes_ -= bytes_of(*kept_.front());
      kept_.pop_front();
    }
    return added;
  }

  // Those that fit, oldest first: with `after` the first of them, else the latest. `own_app` is
  // what an actor's name without an app means.
  [[nodiscard]] std::vector<Record> find(const HistoryQuery& query,
                                         std::string_view own_app) const {
    const ActorFilter filter({.name = query.actor}, own_app);
    std::vector<Record> found;
    const auto take = [&](const std::shared_ptr<const Record>& record) {
      if (filter.takes({.name = record->name})) found.push_back(*record);
      return found.size() < query.limit;
    };
    if (query.limit == 0) return found;
    const std::lock_guard lock(mutex_);
    if (query.after > 0) {
      auto at = std::ranges::upper_bound(kept_, query.after, {},
                                         [](const auto& record) { return record->number; });
      while (at != kept_.end() && take(*at)) ++at;
      return found;
    }
    auto at = kept_.rbegin();
    while (at != kept_.rend() && take(*at)) ++at;
    std::ranges::reverse(found);
    return found;
  }

  // Oldest first.
  [[nodiscard]] std::vector<std::shared_ptr<const Record>> all() const {
    const std::lock_guard lock(mutex_);
    return {kept_.begin(), kept_.end()};
  }

 private:
  const Bounds bounds_;
  mutable std::mutex mutex_;
  std::deque<std::shared_ptr<const Record>>
      kept_;  // Oldest first; their numbers follow each other.
  std::uint64_t last_number_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace troupe
