// Depth first, by replay.

#include "search.hpp"

#include <bit>
#include <utility>

#include "execution.hpp"

namespace troupe::systematic {
namespace {

constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";

}  // namespace

ThreadSet& StateSet::find(std::uint64_t state, bool& is_new) {
  if (state == 0) state = 1;
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = state & mask;
  while (slots_[at].state != 0 && slots_[at].state != state) at = (at + 1) & mask;
  is_new = slots_[at].state == 0;
  if (is_new) {
    if (++count_ * 2 > slots_.size()) {
      --count_;
      grow();
      return find(state, is_new);
    }
    slots_[at].state = state;
  }
  return slots_[at].sleeping;
}

void StateSet::grow() {
  const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.state == 0) continue;
    std::size_t at = slot.state & mask;
    while (slots_[at].state != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

bool Search::advance() {
  depth_ = 0;
  sleeping_ = 0;
  while (!decisions_.empty()) {
    Decision& last = decisions_.back();
    if (last.is_age) {
      if (++last.chosen < last.count) return true;
    } else {
      if (reduction_ == Reduction::sleep_sets_and_states) last.sleeping |= only(last.chosen);
      if (last.left != 0) {
        last.chosen = static_cast<std::uint8_t>(std::countr_zero(last.left));
        last.left &= last.left - 1;
        return true;
      }
    }
    decisions_.pop_back();
  }
  return false;
}

ThreadIndex Search::pick_thread(const Execution& execution, ThreadSet enabled,
                                ThreadIndex /*running*/) {
  if (depth_ == decisions_.size()) {
    const Decision decision = decide(execution, enabled);
    if (decision.chosen == prune) return prune;
    decisions_.push_back(decision);
  }
  Decision& decision = decisions_[depth_++];
  // A new decision, or the one that advance() has changed.
  if (depth_ == decisions_.size()) wake(execution, decision);
  sleeping_ = decision.inherited;
  return decision.chosen;
}

Search::Decision Search::decide(const Execution& execution, ThreadSet enabled) {
  Decision decision;
  if (reduction_ == Reduction::none) {
    decision.left = enabled;
  } else {
    bool is_new = false;
    ThreadSet& known = states_.find(execution.fingerprint(), is_new);
    if (is_new) {
      decision.sleeping = sleeping_;
      decision.left = enabled & ~sleeping_;
    } else {
      // What was not tried from here, since it slept, and does not sleep now.
      decision.left = enabled & known & ~sleeping_;
      decision.sleeping = known & sleeping_;
    }
    known = decision.sleeping;
  }
  if (decision.left == 0) return decision;
  decision.chosen = static_cast<std::uint8_t>(std::countr_zero(decision.left));
  decision.left &= decision.left - 1;
  return decision;
}

// Who sleeps goes on sleeping while others do what commutes with its next step.
void Search::wake(const Execution& execution, Decision& decision) {
  decision.inherited = 0;
  const Step& step = execution.next_step(decision.chosen);
  for (ThreadSet left = decision.sleeping; left != 0; left &= left - 1) {
    const auto thread = static_cast<ThreadIndex>(std::countr_zero(left));
    if (!depend(execution.next_step(thread), step)) decision.inherited |= only(thread);
  }
}

unsigned Search::pick_age(unsigned count) {
  if (depth_ == decisions_.size()) {
    decisions_.push_back({.is_age = true, .count = static_cast<std::uint8_t>(count)});
  }
  return decisions_[depth_++].chosen;
}

std::string Search::schedule() const {
  std::string text;
  for (std::size_t i = 0; i < depth_; ++i) text += digits[decisions_[i].chosen % digits.size()];
  return text;
}

unsigned Replay::next() {
  if (schedule_.empty()) return 0;
  const std::size_t digit = digits.find(schedule_.front());
  schedule_.remove_prefix(1);
  return digit == std::string_view::npos ? 0 : static_cast<unsigned>(digit);
}

ThreadIndex Replay::pick_thread(const Execution& /*execution*/, ThreadSet enabled,
                                ThreadIndex /*running*/) {
  const unsigned wanted = next();
  if (wanted < threads_max && contains(enabled, wanted)) return wanted;
  return static_cast<ThreadIndex>(std::countr_zero(enabled));
}

unsigned Replay::pick_age(unsigned count) {
  const unsigned wanted = next();
  return wanted < count ? wanted : 0;
}

}  // namespace troupe::systematic
