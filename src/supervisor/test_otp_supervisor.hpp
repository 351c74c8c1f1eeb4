#pragma once
// Erlang/OTP's rules once more, written for the eye: children in a plain list, a restart of several
// as a list of tasks that is made anew at each failure, every restart kept and counted each time.
// What Supervisor is compared with.

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "model/restart.hpp"
#include "supervisor/supervisor.hpp"
#include "supervisor/supervisor_steps.hpp"

namespace troupe::otp {

struct Ending {
  Address who;
  Exit::Kind exit;
  StopAsked asked;
  Duration delay;  // As the other supervisor has drawn it; none if none was drawn.
};

struct Verdict {
  SupervisorVerdict::Kind kind;
  std::uint32_t restarts = 0;
  Duration nominal_delay = {};
};

// Knows children by address; the numbers in its steps are 0.
//
// Thread: one at a time.
class OtpSupervisor {
 public:
  using StopOrder = Supervisor::StopOrder;
  using Step = SupervisorStep::Kind;
  using Judged = SupervisorVerdict::Kind;

  OtpSupervisor(const SupervisorPolicy& policy, StopOrder order) : policy_(policy), order_(order) {}

  SupervisorSteps take_steps() { return std::exchange(steps_, {}); }

  void add(Address who, RestartType type) {
    if (tasks_.empty()) {
      children_.push_back({.address = who, .type = type, .lives = true});
      say(Step::start, who);
    } else {
      children_.push_back({.address = who, .type = type});
      tasks_.push_back({.what = Task::What::start, .who = who});
    }
  }

  void add_started(Address who, RestartType type) {
    children_.push_back({.address = who, .type = type, .lives = true});
    if (is_ending_) {
      has_said_all_down_ = false;
      children_.back().is_asked = true;
      say(Step::stop, who);
    } else if (!tasks_.empty()) {
      children_.back().is_apart = true;
      tasks_.push_back({.what = Task::What::start, .who = who});
    }
  }

  void started(Address who) {
    if (awaited_ == who) {
      awaited_ = nobody;
      std::erase_if(tasks_, [&](const Task& task) {
        return task.what == Task::What::start && task.who == who;
      });
    }
    work();
  }

  Verdict ended(const Ending& ending, Instant now) {
    now_ = now;
    Child& child = *find(ending.who);
    child.lives = false;
    child.is_asked = false;
    child.is_apart = false;
    if (awaited_ == ending.who) awaited_ = nobody;
    Verdict verdict{.kind = Judged::leave_ended};
    const bool was_to_stop = has_task(Task::What::stop, ending.who);
    const bool was_normal =
        child.type == RestartType::transient && ending.exit == Exit::Kind::normal;
    if (is_ending_ || ending.asked == StopAsked::yes || child.type == RestartType::temporary ||
        (was_normal && !was_to_stop)) {
      forget(ending.who);
    } else if (was_to_stop) {
      verdict.kind = Judged::noted;
    } else {
      verdict = restart(ending);
    }
    work();
    return verdict;
  }

  void due(Instant now) {
    now_ = now;
    if (alarm_ && *alarm_ <= now) alarm_.reset();
    while (!is_ending_ && !waits_.empty()) {
      // The first of the earliest.
      const auto next = std::ranges::min_element(waits_, {}, &Wait::at);
      if (next->at > now) {
        set_alarm(next->at);
        break;
      }
      find(next->who)->lives = true;
      say(Step::start, next->who);
      waits_.erase(next);
    }
    if (!tasks_.empty() && tasks_.front().is_pausing) {
      if (tasks_.front().until > now) return set_alarm(tasks_.front().until);
      tasks_.pop_front();
    }
    work();
  }

  // OTP has no waits, and so nothing like it.
  void hurry(Address who, Instant now) {
    now_ = now;
    if (find(who)->lives) return;
    if (std::erase_if(waits_, [&](const Wait& wait) { return wait.who == who; }) > 0) {
      find(who)->lives = true;
      say(Step::start, who);
      return;
    }
    for (Task& task : tasks_) {
      if (task.what == Task::What::pause) task.until = std::min(task.until, now);
    }
    if (tasks_.front().is_pausing) tasks_.pop_front();
    work();
  }

  void stop_all() {
    if (is_ending_) {
      if (children_.empty()) say(Step::all_down, nobody);
      return;
    }
    end();
    work();
  }

  void remove(Address who, Instant now) {
    now_ = now;
    if (awaited_ == who) awaited_ = nobody;
    drop(who);
    work();
  }

  [[nodiscard]] bool has_given_up() const { return has_given_up_; }
  [[nodiscard]] bool is_ending() const { return is_ending_; }
  [[nodiscard]] std::vector<Address> children() const {
    std::vector<Address> list;
    list.reserve(children_.size());
    for (const Child& child : children_) list.push_back(child.address);
    return list;
  }
  [[nodiscard]] std::uint32_t restarts_within(Instant now) const {
    return static_cast<std::uint32_t>(std::ranges::count_if(
        restarts_, [&](Instant at) { return at.ns >= now.ns - policy_.period.count(); }));
  }

 private:
  struct Child {
    Address address;
    RestartType type;
    bool lives = false;
    bool is_asked = false;  // A stop is out.
    bool is_apart = false;  // Began by itself while others are being restarted.
  };
  struct Task {
    enum class What : std::uint8_t { stop, pause, start };
    What what;
    Address who = {};
    Instant until = {};
    bool is_pausing = false;
  };
  struct Wait {
    Instant at;
    Address who;
  };

  void say(Step kind, Address who) { steps_.push_back({.kind = kind, .child = who}); }

  void set_alarm(Instant at) {
    if (alarm_ && *alarm_ <= at) return;
    alarm_ = at;
    steps_.push_back({.kind = Step::wait, .at = at});
  }

  Child* find(Address who) {
    const auto found = std::ranges::find(children_, who, &Child::address);
    return found == children_.end() ? nullptr : &*found;
  }

  bool has_task(Task::What what, Address who) {
    return std::ranges::any_of(
        tasks_, [&](const Task& task) { return task.what == what && task.who == who; });
  }

  void drop(Address who) {
    std::erase_if(children_, [&](const Child& child) { return child.address == who; });
    std::erase_if(waits_, [&](const Wait& wait) { return wait.who == who; });
  }

  void forget(Address who) {
    say(Step::forget, who);
    drop(who);
  }

  [[nodiscard]] Duration nominal_delay(std::uint32_t count) const {
    const Backoff& backoff = policy_.backoff;
    if (count == 1 || backoff.kind == Backoff::Kind::immediate) return {};
    std::int64_t ns = backoff.base.count();
    for (std::uint32_t nth = 3; nth <= count; ++nth) {
      ns += backoff.kind == Backoff::Kind::linear ? backoff.base.count() : ns;
    }
    return Duration(std::min(ns, backoff.cap.count()));
  }

  Verdict restart(const Ending& ending) {
    restarts_.push_back(now_);
    const std::uint32_t count = restarts_within(now_);
    if (count > policy_.intensity) {
      restarts_.pop_back();
      has_given_up_ = true;
      forget(ending.who);
      end();
      return {.kind = Judged::give_up, .restarts = count - 1};
    }
    Verdict verdict{
        .kind = Judged::restart, .restarts = count, .nominal_delay = nominal_delay(count)};
    const Instant at = now_ + ending.delay;
    if (policy_.strategy == Strategy::one_for_one) {
      if (at > now_) {
        waits_.push_back({.at = at, .who = ending.who});
        set_alarm(at);
      } else {
        find(ending.who)->lives = true;
        say(Step::start, ending.who);
      }
      return verdict;
    }
    const bool takes_all = policy_.strategy == Strategy::one_for_all;
    verdict.kind = takes_all ? Judged::restart_all : Judged::restart_rest;
    plan(takes_all ? children_.front().address : ending.who, at);
    return verdict;
  }

  // Stop, pause, start: those from `first` on and those that a restart has not come to yet.
  void plan(Address first, Instant at) {
    std::vector<Address> pending;
    for (const Task& task : tasks_) {
      if (task.what == Task::What::start && task.who != awaited_) pending.push_back(task.who);
    }
    tasks_.clear();
    auto begin = std::ranges::find_if(children_, [&](const Child& child) {
      return child.address == first || std::ranges::find(pending, child.address) != pending.end();
    });
    for (auto child = children_.end(); child != begin;) {
      --child;
      if (child->lives && !child->is_apart) {
        tasks_.push_back({.what = Task::What::stop, .who = child->address});
      }
    }
    tasks_.push_back({.what = Task::What::pause, .until = at});
    // One that has not said yet that it is ready, and need not stop: the others wait for it.
    if (!awaited_.is_nobody() && !has_task(Task::What::stop, awaited_)) {
      tasks_.push_back({.what = Task::What::start, .who = awaited_});
    }
    for (auto child = begin; child != children_.end(); ++child) {
      tasks_.push_back({.what = Task::What::start, .who = child->address});
    }
  }

  void end() {
    is_ending_ = true;
    awaited_ = nobody;
    tasks_.clear();
    for (auto child = children_.rbegin(); child != children_.rend(); ++child) {
      tasks_.push_back({.what = Task::What::stop, .who = child->address});
    }
  }

  // As far as it goes without the world.
  void work() {
    while (!tasks_.empty() && is_done(tasks_.front())) tasks_.pop_front();
    if (!tasks_.empty()) return;
    for (Child& child : children_) child.is_apart = false;
    if (is_ending_ && children_.empty() && !std::exchange(has_said_all_down_, true)) {
      say(Step::all_down, nobody);
    }
  }

  bool is_done(Task& task) {
    if (task.what == Task::What::pause) {
      if (task.is_pausing) return false;
      if (now_ >= task.until) return true;
      task.is_pausing = true;
      set_alarm(task.until);
      return false;
    }
    Child* child = find(task.who);
    if (child == nullptr) return true;
    return task.what == Task::What::stop ? is_stopped(*child) : is_started(*child);
  }

  bool is_stopped(Child& child) {
    if (!child.lives) {
      if (is_ending_) forget(child.address);
      return true;
    }
    if (awaited_ == child.address) awaited_ = nobody;
    if (!child.is_asked) say(Step::stop, child.address);
    child.is_asked = true;
    return is_ending_ && order_ == StopOrder::together;
  }

  bool is_started(Child& child) {
    if (child.address == awaited_) return false;
    child.is_apart = false;
    if (child.lives) return true;
    child.lives = true;
    awaited_ = child.address;
    say(Step::start, child.address);
    return false;
  }

  SupervisorPolicy policy_;
  StopOrder order_;
  std::vector<Child> children_;
  std::deque<Task> tasks_;
  std::vector<Wait> waits_;        // In the order of the failures.
  std::vector<Instant> restarts_;  // All there ever were.
  std::optional<Instant> alarm_;
  Address awaited_ = nobody;
  Instant now_;
  bool is_ending_ = false;
  bool has_given_up_ = false;
  bool has_said_all_down_ = false;
  SupervisorSteps steps_;
};

}  // namespace troupe::otp
