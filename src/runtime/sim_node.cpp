#include "runtime/sim_node.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"

namespace troupe {

SimNode::SimNode(Options options) : random_(options.seed), order_(options.seed) {
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
}

void SimNode::run_until_idle() {
  std::vector<NodeCore::Part> parts = core_->parts();
  while (true) {
    std::ranges::shuffle(parts, order_);
    bool worked = false;
    for (const NodeCore::Part& part : parts) {
      if (part.what->step() == StepResult::worked) worked = true;
    }
    if (worked) continue;
    for (const NodeCore::Part& part : parts) {
      part.what->before_park();
      CHECK(!part.what->has_arrivals(), "an idle part has seen all that arrived");
    }
    return;
  }
}

void SimNode::run_for(Duration span) {
  std::vector<NodeCore::Part> parts = core_->parts();
  const Instant end = clock_.now() + span;
  while (clock_.now() < end) {
    std::ranges::shuffle(parts, order_);
    for (const NodeCore::Part& part : parts) (void)part.what->step();
  }
}

void SimNode::advance(Duration span) {
  const Instant end = clock_.now() + span;
  run_until_idle();
  while (true) {
    Instant due = never;
    for (const NodeCore::Part& part : core_->parts()) due = std::min(due, part.what->next_due());
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
