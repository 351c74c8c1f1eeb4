#include "runtime/sim_node.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"

namespace troupe {

SimNode::SimNode(Options options)
    : random_(options.seed),
      order_(options.seed),
      on_overslept_(std::move(options.on_overslept)),
      stacks_(options.stacks) {
  Engine& engine = options.engine != nullptr ? *options.engine : native_;
  core_ = std::make_unique<NodeCore>(
      NodeCore::World{.clock = clock_,
                      .random = random_,
                      .engine = engine,
                      .on_log =
                          [this](const LogLine& line) {
                            log_.push_back(fmt::format("{}: {}", line.name, line.text));
                          },
                      .on_exit =
                          [this, tell = std::move(options.on_exit)](const ExitEvent& event) {
                            exits_.push_back(event);
                            if (tell) tell(event);
                          },
                      .on_end = [this](const RuntimeEnd& end) { end_ = end; },
                      .hooks = std::move(options.hooks)},
      NodeCore::Shape{.workers = options.workers,
                      .turns_a_step = options.turns_a_step,
                      .inbox_messages = options.inbox_messages,
                      .actors_move = options.actors_move});
  for (const NodeCore::Part& part : core_->parts()) parts_.push_back({.part = part});
  if (stacks_ == nullptr) return;
  parts_.push_back({.part = {.what = stacks_, .parker = nullptr}});
  for (const auto& worker : core_->workers()) worker->set_handover(&stacks_->handover());
}

StepResult SimNode::step(Steppable& what) {
  return stacks_ != nullptr ? stacks_->step_part(what) : what.step();
}

// As a thread drives it: who has nothing to do sleeps, and is stepped again when it is called or
// due.
bool SimNode::step(Sleeper& one) {
  if (one.part.parker == nullptr) return one.part.what->step() != StepResult::idle;
  if (one.is_asleep) {
    const bool is_called = one.part.parker->is_called();
    if (!is_called && clock_.now() < one.due) return false;
    if (is_called) ++times_called_;
    one.part.parker->get_up();
    one.is_asleep = false;
  }
  Steppable& what = *one.part.what;
  if (step(what) != StepResult::idle) return true;
  what.before_park();
  one.due = what.next_due();
  if (one.due <= clock_.now()) return false;
  one.part.parker->lie_down();
  one.is_asleep = true;
  ++times_asleep_;
  CHECK(!what.has_arrivals(), "an idle part has seen all that arrived");
  return false;
}

// Whether anybody has been left asleep who has something to do.
bool SimNode::wake_those_who_oversleep() {
  bool any = false;
  for (Sleeper& one : parts_) {
    const bool has_arrivals = one.part.what->has_arrivals();
    if (!one.is_asleep || (!has_arrivals && one.part.what->next_due() >= one.due)) continue;
    CHECK(on_overslept_ != nullptr, "who has something to do was called");
    on_overslept_(has_arrivals ? "what has arrived" : "what is due earlier than it was");
    one.part.parker->get_up();
    one.is_asleep = false;
    any = true;
  }
  return any;
}

void SimNode::run_until_idle() {
  bool goes_on = true;
  while (goes_on) {
    std::ranges::shuffle(parts_, order_);
    goes_on = false;
    for (Sleeper& one : parts_) {
      if (step(one)) goes_on = true;
    }
    if (!goes_on) goes_on = wake_those_who_oversleep();
  }
}

std::uint64_t SimNode::living_blocks() {
  // What one part gives back another may be the last to have read.
  for (int i = 0; i < 3; ++i) {
    for (const Sleeper& one : parts_) one.part.what->before_park();
  }
  return core_->living_blocks() - blocks_before_;
}

void SimNode::run_for(Duration span) {
  const Instant end = clock_.now() + span;
  while (clock_.now() < end) {
    std::ranges::shuffle(parts_, order_);
    for (Sleeper& one : parts_) (void)step(one);
  }
}

Instant SimNode::next_due() const {
  Instant due = never;
  for (const Sleeper& one : parts_) due = std::min(due, one.part.what->next_due());
  return due;
}

void SimNode::advance(Duration span) {
  const Instant end = clock_.now() + span;
  run_until_idle();
  while (true) {
    const Instant due = next_due();
    if (due > end) break;
    if (due > clock_.now()) clock_.advance(due - clock_.now());
    run_until_idle();
  }
  // Handlers may have let more time pass.
  if (clock_.now() < end) clock_.advance(end - clock_.now());
  run_until_idle();
}

Result<Address> SimNode::spawn(ChildOrder order) {
  std::optional<Result<Address>> result;
  core_->control().post([&, shared = std::make_shared<ChildOrder>(std::move(order))] {
    core_->control().spawn(std::move(*shared),
                           [&](Result<Address> address) { result = std::move(address); });
  });
  run_until_idle();
  CHECK(result.has_value(), "a spawn is answered");
  return *std::move(result);
}

Result<Bytes> SimNode::request(Address to, std::string_view text, Duration timeout) {
  std::optional<Result<Bytes>> result;
  core_->request_async(to, as_bytes(text), timeout,
                       [&](Result<Bytes> answer) { result = std::move(answer); });
  run_until_idle();
  if (!result) advance(timeout);
  CHECK(result.has_value(), "a request is settled when its time is over");
  return *std::move(result);
}

void SimNode::send(Address to, std::string_view text) {
  (void)core_->send(to, as_bytes(text));
  run_until_idle();
}

std::shared_ptr<ActorSpec> native_spec(std::function<std::unique_ptr<Actor>()> make) {
  auto spec = std::make_shared<ActorSpec>();
  spec->app = "test";
  spec->component = "native:test";
  spec->code = native_code(std::move(make));
  spec->interfaces = spec->code->interfaces();
  spec->quotas = default_quotas();
  return spec;
}

}  // namespace troupe
