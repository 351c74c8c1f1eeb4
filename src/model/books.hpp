#pragma once
// An actor's books: the numbers it was given and what each still stands for.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/limits.hpp"
#include "model/census.hpp"
#include "model/lasting.hpp"
#include "model/number_map.hpp"
#include "model/pool.hpp"
#include "troupe/address.hpp"
#include "troupe/time.hpp"
#include "troupe/turn.hpp"

namespace troupe {

// Upper bounds of the books; the manifest's.
struct Quotas {
  std::uint32_t requests = 0;
  std::uint32_t timers = 0;
  std::uint32_t children = 0;
  std::uint32_t descendants = limits::actors_max;  // That many: nobody counts them.
  std::uint64_t payload_bytes = 0;  // Of one message that this actor sends or is sent.
};

// Where a worker's timers keep an entry; none until it is scheduled.
struct AlarmKey {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;  // 0: none.
};

// Children by the numbers that their supervisor has given them.
// Thread: one at a time.
class ChildList {
 public:
  // A number may have its next owner before its last is struck off.
  void set(std::uint32_t number, Address child) {
    if (by_number_.empty()) by_number_.reserve(first_room);
    if (number == by_number_.size()) {
      by_number_.push_back(nobody);
    } else if (number > by_number_.size()) {
      by_number_.resize(number + std::size_t{1});
    }
    if (by_number_[number].is_nobody()) ++count_;
    by_number_[number] = child;
  }
  void erase(std::uint32_t number, Address child) {
    if (number >= by_number_.size() || by_number_[number] != child) return;
    by_number_[number] = {};
    --count_;
  }
  // Linear.
  [[nodiscard]] bool contains(Address child) const {
    return !child.is_nobody() && std::ranges::find(by_number_, child) != by_number_.end();
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::vector<Address> addresses() const {
    std::vector<Address> list;
    list.reserve(count_);
    for (const Address one : by_number_) {
      if (!one.is_nobody()) list.push_back(one);
    }
    return list;
  }

 private:
  static constexpr std::size_t first_room = 8;

  std::vector<Address> by_number_;  // Nobody: free.
  std::size_t count_ = 0;
};

// Thread: the one that runs the actor.
// Owns:   nothing but numbers; timers and envelopes live elsewhere and look here whether they still
//         count.
// Bounds: Quotas, limits::subscriptions_max, limits::watches_max.
struct Books : Pooled {
  struct Request {
    AlarmKey alarm = {};   // Of its timeout, once sent.
    Instant asked = {};    // Likewise.
    bool settled = false;  // Its outcome is decided and queued; later ones are orphans.
  };
  struct Timer {
    AlarmKey alarm = {};
    std::int64_t period_ns = 0;  // 0: fires once.
    bool queued = false;         // A firing waits in the mailbox.
  };

  struct Subscription {};

  // What events and answers touch comes first.
  NumberMap<Subscription> subscriptions;
  NumberMap<Request> requests;
  std::uint64_t oldest_request = 0;  // That was sent and is not settled; 0: none.
  NumberMap<Timer> timers;
  NumberMap<Address> watches;  // Number to target.
  ChildList children;
  // Answers this actor took over and still owes.
  std::vector<Responder> owed;
};

// Most actors are parked, or only take messages: they need no books.
//
// Thread: as the books; lasting() as it says.
class LazyBooks {
 public:
  // Made by the first look.
  [[nodiscard]] Books& made() {
    if (books_ == nullptr) [[unlikely]]
      make();
    return *books_;
  }
  // Null: nothing was ever noted in them.
  [[nodiscard]] Books* get() const { return books_.get(); }
  // Forgets everything that one life held; the numbers go on.
  void clear() { books_.reset(); }

  // Of a request, timer, watch or subscription.
  [[nodiscard]] std::uint64_t next_number() { return ++last_number_; }
  [[nodiscard]] std::uint64_t last_number() const { return last_number_; }

  // Where those that it spawns are counted; null: nowhere.
  [[nodiscard]] Census* census() const { return census_; }
  void set_census(Census* census) { census_ = census; }

  // Over all lives.
  [[nodiscard]] Lasting& lasting() { return lasting_; }
  [[nodiscard]] const Lasting& lasting() const { return lasting_; }

 private:
  void make();

  std::unique_ptr<Books> books_;
  std::uint64_t last_number_ = 0;
  Census* census_ = nullptr;
  Lasting lasting_;
};

}  // namespace troupe
