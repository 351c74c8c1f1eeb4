#pragma once
// A tree of supervisors and workers that is told at random what happens. Each supervisor is there
// twice, once after OTP's rules; both must say the same, and what they say must make sense.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/format.hpp"
#include "base/split_mix.hpp"
#include "supervisor/supervisor.hpp"
#include "supervisor/test_otp_supervisor.hpp"

namespace troupe::otp {

// Small numbers from a seed, of a generator that begins at once.
//
// Thread: one at a time.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(split_mix(state_) % bound);
  }
  template <typename T>
  T one_of(std::initializer_list<T> choices) {
    return choices.begin()[below(static_cast<std::uint32_t>(choices.size()))];
  }

 private:
  std::uint64_t state_;
};

// What is to be started at an actor's place, life after life.
struct Plan {
  RestartType type = RestartType::permanent;
  bool is_supervisor = false;
  SupervisorPolicy policy = {};
  Supervisor::StopOrder order = Supervisor::StopOrder::one_by_one;
  std::vector<Plan> children = {};
};

// Thread: one at a time.
class SupervisedTree {
 public:
  explicit SupervisedTree(std::uint64_t seed) : dice_(seed) {}

  // So many things happen, and the end. Whoever is above the root begins it again each time that it
  // has ended.
  void run(std::uint32_t commands) {
    Plan plan = any_plan(0);
    while (!plan.is_supervisor) plan = any_plan(0);
    root_ = create(std::move(plan), nullptr);
    begin_root();
    for (std::uint32_t done = 0; done < commands && complaint_.empty();) {
      if (!root_->lives()) begin_root();
      if (any_command()) ++done;
      carry_out();
    }
    if (dice_.below(2) == 0) settle();
    finish();
  }

  // Empty if all was well.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }
  [[nodiscard]] const std::string& log() const { return log_; }
  void keep_log() { keeps_log_ = true; }

 private:
  using StepKind = SupervisorStep::Kind;

  struct Node {
    enum class State : std::uint8_t { down, starting, up };
    Address address;
    Plan plan;
    Node* parent = nullptr;
    ChildNumber number = 0;
    State state = State::down;
    bool parent_asks = false;  // To stop; likewise the operator.
    bool operator_asks = false;
    bool is_begun = false;  // By itself, and not restarted since.
    bool is_gone = false;
    // Of a supervisor that lives.
    std::unique_ptr<Supervisor> supervisor = {};
    std::unique_ptr<OtpSupervisor> otp = {};
    std::vector<Node*> children = {};
    std::vector<Instant> restarts = {};
    std::optional<Instant> alarm = {};

    [[nodiscard]] bool lives() const { return state != State::down; }
  };

  void begin_root() {
    note("the root begins");
    begin_life(*root_);
    root_->state = Node::State::up;
    root_->operator_asks = false;
    carry_out();
  }

  [[nodiscard]] bool goes_on() const { return complaint_.empty() && root_->lives(); }

  void note(const std::string& what) {
    if (keeps_log_) log_ += what + "\n";
  }
  void expect(bool condition, const char* what) {
    if (condition || !complaint_.empty()) return;
    complaint_ = what;
    note(fmt::format("*** {}", what));
  }
  static std::string name(const Node& node) { return to_string(node.address); }

  // --- What there is

  Plan any_plan(int depth) {
    constexpr int depth_max = 4;
    using Order = Supervisor::StopOrder;
    Plan plan{.type = dice_.one_of({RestartType::permanent, RestartType::permanent,
                                    RestartType::transient, RestartType::temporary}),
              .is_supervisor = depth < depth_max && dice_.below(depth == 0 ? 1 : 3) == 0};
    if (!plan.is_supervisor) return plan;
    plan.policy = {
        .intensity = dice_.below(6),
        .period = Duration(1 + dice_.below(60)),
        .strategy =
            dice_.one_of({Strategy::one_for_one, Strategy::one_for_all, Strategy::rest_for_one}),
        .backoff = {.kind = dice_.one_of({Backoff::Kind::immediate, Backoff::Kind::linear,
                                          Backoff::Kind::exponential}),
                    .jitter_percent = dice_.one_of<std::uint8_t>({0, 50, 100}),
                    .base = Duration(dice_.below(12)),
                    .cap = Duration(dice_.below(40))}};
    plan.order = dice_.one_of({Order::one_by_one, Order::together});
    for (std::uint32_t count = dice_.below(5); count > 0; --count) {
      plan.children.push_back(any_plan(depth + 1));
    }
    return plan;
  }

  Node* create(Plan plan, Node* parent) {
    nodes_.push_back(std::make_unique<Node>());
    Node& node = *nodes_.back();
    node.address = {.slot = static_cast<std::uint32_t>(nodes_.size()), .generation = 1};
    node.plan = std::move(plan);
    node.parent = parent;
    if (parent != nullptr) parent->children.push_back(&node);
    return &node;
  }

  void begin_life(Node& node) {
    node.state = Node::State::starting;
    node.parent_asks = false;
    if (!node.plan.is_supervisor) return;
    node.supervisor =
        std::make_unique<Supervisor>(node.plan.policy, node.plan.order, dice_.below(1000));
    node.otp = std::make_unique<OtpSupervisor>(node.plan.policy, node.plan.order);
    node.restarts.clear();
    node.alarm.reset();
    for (const Plan& plan : node.plan.children) add(node, plan);
  }

  static int depth_of(const Node& node) {
    return node.parent == nullptr ? 0 : 1 + depth_of(*node.parent);
  }

  template <typename Wanted>
  Node* any_node(const Wanted& wanted) {
    chosen_.clear();
    for (const auto& node : nodes_) {
      if (!node->is_gone && wanted(*node)) chosen_.push_back(node.get());
    }
    if (chosen_.empty()) return nullptr;
    return chosen_[dice_.below(static_cast<std::uint32_t>(chosen_.size()))];
  }

  // --- What happens

  void add(Node& parent, const Plan& plan) {
    Node& node = *create(plan, &parent);
    note(fmt::format("  add {} to {}, {}", name(node), name(parent), to_string(plan.type)));
    node.number = parent.supervisor->add(node.address, plan.type, steps_);
    parent.otp->add(node.address, plan.type);
    compare(parent);
  }

  void add_started(Node& parent) {
    Plan plan = any_plan(depth_of(parent) + 1);
    Node& node = *create(std::move(plan), &parent);
    node.is_begun = true;
    note(fmt::format("  {} begins below {}, {}", name(node), name(parent),
                     to_string(node.plan.type)));
    node.number = parent.supervisor->add_started(node.address, node.plan.type, steps_);
    parent.otp->add_started(node.address, node.plan.type);
    compare(parent);
    begin_life(node);
  }

  void started(Node& node) {
    note(fmt::format("  {} started", name(node)));
    node.state = Node::State::up;
    if (node.parent == nullptr) return;
    node.parent->supervisor->started(node.number, steps_);
    node.parent->otp->started(node.address);
    compare(*node.parent);
  }

  void ended(Node& node, Exit::Kind exit) {
    note(fmt::format("  {} ended: {}{}", name(node), to_string(Exit{.kind = exit}),
                     node.operator_asks ? ", as asked" : ""));
    node.state = Node::State::down;
    node.is_begun = false;
    if (node.parent == nullptr) return;
    Node& parent = *node.parent;
    const StopAsked asked = node.operator_asks ? StopAsked::yes : StopAsked::no;
    const SupervisorVerdict verdict =
        parent.supervisor->ended(node.number, {.kind = exit, .text = {}}, asked, now_, steps_);
    const Verdict expected = parent.otp->ended(
        {.who = node.address, .exit = exit, .asked = asked, .delay = verdict.delay}, now_);
    note(fmt::format("    {} after {}", to_string(verdict.kind), verdict.delay.count()));
    expect(verdict.kind == expected.kind, "the verdict");
    expect(verdict.restarts == expected.restarts, "the number of restarts");
    const Duration off = verdict.delay - expected.nominal_delay;
    const std::int64_t percent = parent.plan.policy.backoff.jitter_percent;
    expect(std::abs(off.count()) * 100 <= expected.nominal_delay.count() * percent, "the delay");
    if (verdict.kind <= SupervisorVerdict::Kind::restart_rest) {
      parent.restarts.push_back(now_);
      const auto recent = std::ranges::count_if(
          parent.restarts, [&](Instant at) { return now_ - at <= parent.plan.policy.period; });
      expect(recent <= parent.plan.policy.intensity, "more restarts than the window allows");
    }
    compare(parent);
  }

  void remove(Node& node) {
    note(fmt::format("  remove {}", name(node)));
    Node& parent = *node.parent;
    node.state = Node::State::down;
    parent.supervisor->remove(node.number, now_, steps_);
    parent.otp->remove(node.address, now_);
    bury(node);
    compare(parent);
  }

  void hurry(Node& node) {
    note(fmt::format("  the operator hurries {}", name(node)));
    Node& parent = *node.parent;
    parent.supervisor->hurry(node.number, now_, steps_);
    parent.otp->hurry(node.address, now_);
    compare(parent);
  }

  void due(Node& node) {
    note(fmt::format("  {} is due", name(node)));
    if (node.alarm && *node.alarm <= now_) node.alarm.reset();
    node.supervisor->due(now_, steps_);
    node.otp->due(now_);
    compare(node);
  }

  void stop_all(Node& node) {
    note(fmt::format("  {} stops all", name(node)));
    node.supervisor->stop_all(steps_);
    node.otp->stop_all();
    compare(node);
  }

  void ask_to_stop(Node& node) {
    if (node.plan.is_supervisor) stop_all(node);
  }

  void bury(Node& node) {
    node.is_gone = true;
    std::erase(node.parent->children, &node);
  }

  // --- What the two say

  void compare(Node& node) {
    const SupervisorSteps expected = node.otp->take_steps();
    for (SupervisorStep& step : steps_) {
      note(fmt::format("    {}: {} {} {}", name(node), static_cast<int>(step.kind),
                       to_string(step.child), step.at.ns));
      if (!step.child.is_nobody()) {
        expect(nodes_[step.child.slot - 1]->number == step.number || is_new(step), "the number");
      }
      expect(step.kind != StepKind::start || !node.supervisor->is_ending(),
             "a start after the beginning of the end");
      queue_.emplace_back(&node, step);
      step.number = 0;
    }
    if (steps_ != expected) {
      for (const SupervisorStep& step : expected) {
        note(fmt::format("    expected: {} {} {}", static_cast<int>(step.kind),
                         to_string(step.child), step.at.ns));
      }
      expect(false, "the steps");
    }
    steps_.clear();
    expect(node.supervisor->is_ending() == node.otp->is_ending(), "is_ending()");
    expect(node.supervisor->has_given_up() == node.otp->has_given_up(), "has_given_up()");
    expect(node.supervisor->restarts_within(now_) == node.otp->restarts_within(now_),
           "restarts_within()");
    const std::vector<Address> children = node.otp->children();
    expect(node.supervisor->child_count() == children.size(), "child_count()");
    std::size_t index = 0;
    node.supervisor->for_each([&](ChildNumber number, Address child) {
      expect(index < children.size() && children[index] == child, "the order of start");
      expect(node.supervisor->address_of(number) == child, "address_of()");
      ++index;
    });
    expect(index == children.size(), "for_each() stops early");
  }

  // A number comes to be known with the steps of its add().
  static bool is_new(const SupervisorStep& step) {
    return step.kind == StepKind::start || step.kind == StepKind::stop;
  }

  // In the order of their making, as messages would arrive.
  void carry_out() {
    while (!queue_.empty() && complaint_.empty()) {
      const auto [node, step] = queue_.front();
      queue_.pop_front();
      if (node->supervisor != nullptr) carry_out(*node, step);
    }
  }

  void carry_out(Node& parent, const SupervisorStep& step) {
    Node* const node = step.child.is_nobody() ? nullptr : nodes_[step.child.slot - 1].get();
    switch (step.kind) {
      case StepKind::start:
        expect(node->parent == &parent && !node->is_gone, "starts a stranger");
        expect(!node->lives(), "a second life of one that lives");
        node->is_begun = false;
        begin_life(*node);
        return;
      case StepKind::stop:
        stop(parent, *node);
        return;
      case StepKind::forget:
        expect(!node->lives(), "forgets one that lives");
        bury(*node);
        return;
      case StepKind::wait:
        expect(step.at > now_, "a wait for what has come");
        expect(!parent.alarm || step.at < *parent.alarm, "a wait for later while one is out");
        parent.alarm = step.at;
        return;
      case StepKind::all_down:
        all_down(parent);
        return;
    }
  }

  void stop(const Node& parent, Node& node) {
    // A supervisor may have ended while the step was on its way.
    if (!node.lives()) return expect(node.plan.is_supervisor, "stops one that is down");
    expect(!node.parent_asks, "asks twice");
    node.parent_asks = true;
    const auto place = std::ranges::find(parent.children, &node);
    expect(std::all_of(place + 1, parent.children.end(),
                       [&](const Node* later) {
                         return !later->lives() || later->parent_asks ||
                                (later->is_begun && !parent.supervisor->is_ending());
                       }),
           "stops one before those started after it");
    ask_to_stop(node);
  }

  void all_down(Node& node) {
    expect(node.children.empty(), "all down, but for some");
    if (!node.lives()) return;
    const bool has_failed = node.supervisor->has_given_up();
    node.supervisor.reset();
    node.otp.reset();
    ended(node, has_failed ? Exit::Kind::crashed : Exit::Kind::normal);
  }

  // --- What is told them

  // False: there is nobody to whom it could happen.
  bool any_command() {
    const auto is_starting = [](const Node& node) { return node.state == Node::State::starting; };
    const auto is_worker = [](const Node& node) {
      return node.lives() && !node.plan.is_supervisor;
    };
    const auto is_stopping = [&](const Node& node) {
      return is_worker(node) && (node.parent_asks || node.operator_asks);
    };
    const auto is_supervisor = [](const Node& node) { return node.supervisor != nullptr; };
    const std::uint32_t what = dice_.below(16);
    if (what >= 15) {
      if (dice_.below(6) != 0) return false;
      stop_all(*root_);
      return true;
    }
    if (what >= 14) return operate();
    if (what >= 10 && what < 12) {
      pass_time(Duration(dice_.below(25)));
      return true;
    }
    Node* const node = what < 3    ? any_node(is_starting)
                       : what < 7  ? any_node(is_worker)
                       : what < 10 ? any_node(is_stopping)
                                   : any_node(is_supervisor);
    if (node == nullptr) return false;
    if (what < 3) {
      started(*node);
    } else if (what < 7) {
      ended(*node, dice_.one_of({Exit::Kind::crashed, Exit::Kind::killed, Exit::Kind::normal}));
    } else if (what < 10) {
      ended(*node, dice_.one_of({Exit::Kind::normal, Exit::Kind::killed}));
    } else {
      tell(*node);
    }
    return true;
  }

  void tell(Node& supervisor) {
    if (dice_.below(8) == 0) return due(supervisor);  // For nothing.
    if (supervisor.supervisor->is_ending() || dice_.below(2) == 0) return add_started(supervisor);
    add(supervisor, any_plan(depth_of(supervisor) + 1));
  }

  // The operator stops somebody, or a first start fails. False: there is nobody.
  bool operate() {
    Node* node = any_node([&](const Node& one) { return &one != root_ && !one.operator_asks; });
    if (node == nullptr) return false;
    if (!node->lives() && !node->parent->supervisor->is_ending() && dice_.below(2) == 0) {
      hurry(*node);
    } else if (!node->lives() || (!node->plan.is_supervisor && dice_.below(4) == 0)) {
      remove(*node);
    } else {
      note(fmt::format("  the operator stops {}", name(*node)));
      node->operator_asks = true;
      ask_to_stop(*node);
    }
    return true;
  }

  void pass_time(Duration span) {
    now_ = now_ + span;
    note(fmt::format("  it is {}", now_.ns));
    for (std::size_t index = 0; index < nodes_.size() && complaint_.empty(); ++index) {
      Node& node = *nodes_[index];
      if (node.supervisor != nullptr && node.alarm && *node.alarm <= now_) {
        due(node);
        carry_out();
      }
    }
  }

  // Whatever starts succeeds, whatever is to stop does: then all who are to live do.
  void settle() {
    note("settle");
    constexpr Duration long_enough(1000);
    const auto is_under_way = [](const Node& node) {
      return node.state == Node::State::starting ||
             (node.lives() && !node.plan.is_supervisor && (node.parent_asks || node.operator_asks));
    };
    const auto waits = [](const Node& node) { return node.supervisor != nullptr && node.alarm; };
    while (goes_on()) {
      Node* node = any_node(is_under_way);
      if (node == nullptr) {
        if (any_node(waits) == nullptr) break;
        pass_time(long_enough);
      } else if (node->state == Node::State::starting) {
        started(*node);
      } else {
        ended(*node, Exit::Kind::normal);
      }
      carry_out();
    }
    if (!goes_on()) return;
    expect(any_node([](const Node& node) { return !node.lives(); }) == nullptr,
           "one stays down though nothing is under way");
  }

  void finish() {
    if (!goes_on()) return;
    note("finish");
    stop_all(*root_);
    carry_out();
    while (goes_on()) {
      Node* node = any_node([](const Node& one) {
        return one.lives() && !one.plan.is_supervisor && (one.parent_asks || one.operator_asks);
      });
      if (node == nullptr) return expect(false, "the end does not come");
      ended(*node, dice_.one_of({Exit::Kind::normal, Exit::Kind::killed, Exit::Kind::crashed}));
      carry_out();
    }
    if (!complaint_.empty()) return;
    expect(std::ranges::none_of(nodes_, [](const auto& node) { return node->lives(); }),
           "somebody outlives the root");
  }

  Dice dice_;
  Instant now_;
  std::vector<std::unique_ptr<Node>> nodes_;  // By slot - 1; those gone too.
  Node* root_ = nullptr;
  SupervisorSteps steps_;
  std::deque<std::pair<Node*, SupervisorStep>> queue_;
  std::vector<Node*> chosen_;
  std::string complaint_;
  std::string log_;
  bool keeps_log_ = false;
};

}  // namespace troupe::otp
