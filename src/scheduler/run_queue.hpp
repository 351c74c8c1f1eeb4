#pragma once
// The actors that have something to do, in the order in which they got it; but who was just sent
// something by the one that runs may go first, and then those whom it has just made, since what
// they need is at hand.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/limits.hpp"

namespace troupe {

// Embedded in whatever runs. Being queued twice is a bug of the queue's owner; ready() says no.
struct Runnable {
  std::uint32_t place = 0;  // While it is queued, the queue's own.
  bool is_queued = false;
};

// Those who are new run newest first: a tree of actors that make actors grows in depth, so that
// few of it wait at any time (R. Blumofe, C. Leiserson, "Scheduling multithreaded computations by
// work stealing", FOCS 1994). After some in a row, or when time has passed, everybody who waits
// goes before them once, so that nobody is passed over for ever.
//
// Those who wait stand in a ring, not in a list through them: so the owner can see whose turn comes
// later without a look at any of them, and fetch it.
//
// Thread: owner only (one worker).
// Owns:   nothing.
// Bounds: 8 bytes for each of as many as ever waited at once, rounded up to a power of two.
class RunQueue {
 public:
  // Appends it unless it is queued already.
  void ready(Runnable& one) {
    if (one.is_queued) return;
    one.is_queued = true;
    ++count_;
    append(one);
  }
  // Likewise, but it is the next; who was the next waits behind all others.
  void ready_next(Runnable& one) {
    if (one.is_queued) return;
    one.is_queued = true;
    ++count_;
    if (next_ != nullptr) append(*next_);
    next_ = &one;
  }
  // Likewise, of one that has never run.
  void ready_new(Runnable& one) {
    if (one.is_queued) return;
    one.is_queued = true;
    ++count_;
    one.place = static_cast<std::uint32_t>(new_.size());
    new_.push_back(&one);
  }

  // The next, or the one that has waited longest; null when there is none.
  [[nodiscard]] Runnable* take() {
    Runnable* one = next_;
    if (one != nullptr && (count_ == 1 || nexts_in_a_row_ < limits::next_turns_in_a_row)) {
      ++nexts_in_a_row_;
      next_ = nullptr;
    } else {
      nexts_in_a_row_ = 0;
      one = take_other();
      if (one == nullptr) return nullptr;
    }
    --count_;
    one->is_queued = false;
    return one;
  }

  // Those that are new have had their time: who waits now goes before them.
  void end_favour() {
    news_in_a_row_ = 0;
    before_new_ = waiting_;
  }

  // One that another worker is to have: of those that are new the oldest, since a tree that grows
  // in depth grows most from there; without any as take().
  [[nodiscard]] Runnable* take_for_another() {
    for (Runnable* const one : new_) {
      if (one == nullptr) continue;
      remove(*one);
      return one;
    }
    return take();
  }

  // Who has waited longest but for so many others; null if fewer wait, or if it was taken out.
  [[nodiscard]] const Runnable* waiting(std::size_t others) const {
    return others < waiting_ ? ring_[at(first_ + static_cast<std::uint32_t>(others))] : nullptr;
  }

  // Who is to be the next, if that is settled; else null.
  [[nodiscard]] const Runnable* next() const { return next_; }

  // Takes one out of the middle, because it is about to be destroyed.
  void remove(Runnable& one) {
    if (!one.is_queued) return;
    --count_;
    one.is_queued = false;
    if (next_ == &one) {
      next_ = nullptr;
    } else if (one.place < new_.size() && new_[one.place] == &one) {
      new_[one.place] = nullptr;
    } else {
      ring_[at(one.place)] = nullptr;
    }
  }

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::uint32_t count() const { return count_; }

 private:
  static constexpr std::size_t places_min = 64;

  [[nodiscard]] std::size_t at(std::uint32_t place) const { return place & (ring_.size() - 1); }
  // Who is not the next; null when there is nobody else.
  [[nodiscard]] Runnable* take_other() {
    if (news_in_a_row_ >= limits::new_turns_in_a_row) end_favour();
    Runnable* one = before_new_ > 0 ? take_waiting(before_new_) : nullptr;
    if (one == nullptr && !new_.empty()) one = take_new();
    if (one == nullptr) {
      news_in_a_row_ = 0;
      one = take_waiting(waiting_);
    }
    return one;
  }
  // The first of so many.
  [[nodiscard]] Runnable* take_waiting(std::uint32_t among) {
    for (; among > 0; --among) {
      --waiting_;
      if (before_new_ > 0) --before_new_;
      if (Runnable* one = ring_[at(first_++)]) return one;
    }
    return nullptr;
  }
  [[nodiscard]] Runnable* take_new() {
    while (!new_.empty()) {
      Runnable* one = new_.back();
      new_.pop_back();
      if (one == nullptr) continue;
      ++news_in_a_row_;
      return one;
    }
    return nullptr;
  }
  void append(Runnable& one) {
    if (waiting_ == ring_.size()) [[unlikely]]
      grow();
    one.place = first_ + waiting_++;
    ring_[at(one.place)] = &one;
  }
  // Everybody keeps the place.
  void grow() {
    std::vector<Runnable*> wider(ring_.empty() ? places_min : 2 * ring_.size());
    for (std::uint32_t place = first_; place != first_ + waiting_; ++place) {
      wider[place & (wider.size() - 1)] = ring_[at(place)];
    }
    ring_ = std::move(wider);
  }

  Runnable* next_ = nullptr;
  std::uint32_t nexts_in_a_row_ = 0;
  std::uint32_t news_in_a_row_ = 0;
  std::uint32_t count_ = 0;  // Of all.
  // Who was taken out has left null.
  std::vector<Runnable*> new_;   // Newest last.
  std::vector<Runnable*> ring_;  // A power of two of places.
  std::uint32_t first_ = 0;      // The place of who has waited longest. It wraps.
  // With those who were taken out: all, and those who go before the new.
  std::uint32_t waiting_ = 0;
  std::uint32_t before_new_ = 0;
};

}  // namespace troupe
