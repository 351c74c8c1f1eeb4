#include "actor/hook_caller.hpp"

#include <exception>
#include <string>

#include "actor/reports.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/units.hpp"

namespace troupe {
namespace {

// As Hooks calls them.
constexpr std::array<std::string_view, 7> names{"before_start", "after_start", "before_stop",
                                                "after_stop",   "on_message",  "on_error",
                                                "on_restart"};

// What the program's code throws ends here.
Result<void> run(const std::function<Result<void>()>& hook) {
  try {
    return hook();
  } catch (const std::exception& error) {
    return fail(ErrorCode::internal, fmt::format("exception: {}", error.what()));
  } catch (...) {
    return fail(ErrorCode::internal, "exception: of a type that is no std::exception");
  }
}

}  // namespace

template <typename... More>
Result<void> HookCaller::call(Which which,
                              const std::function<Result<void>(const HookedLife&, More...)>& hook,
                              const Whose& whose, More... more) {
  const auto& is_off = is_off_.at(std::to_underlying(which));
  if (!hook || is_off.load(std::memory_order_relaxed)) return {};
  const std::string name = world_.registry.label(whose.address);
  const HookedLife life{
      .name = name, .address = whose.address, .component = whose.component, .life = whose.life};
  const Instant began = world_.clock.now();
  Result<void> result = run([&] { return hook(life, more...); });
  const Duration took = world_.clock.now() - began;
  if (took > std::chrono::milliseconds(limits::hook_ms_max)) [[unlikely]]
    overran(which, whose, took);
  return result;
}

template <typename... More>
void HookCaller::call_and_log(Which which,
                              const std::function<Result<void>(const HookedLife&, More...)>& hook,
                              const Whose& whose, More... more) {
  const Result<void> result = call<More...>(which, hook, whose, more...);
  if (result) return;
  world_.log.write(
      whose.address, LogLevel::warn,
      fmt::format("hook {}: {}", names.at(std::to_underlying(which)), result.error().message));
}

void HookCaller::overran(Which which, const Whose& whose, Duration took) {
  // Of several at once the first is told.
  if (is_off_.at(std::to_underlying(which)).exchange(true, std::memory_order_relaxed)) return;
  auto told = std::make_unique<EventReport>();
  told->kind = NodeEvent::Kind::hook;
  told->actor = whose.address;
  told->life = whose.life;
  told->text = fmt::format("hook {} took {}, more than {}; it is not called again",
                           names.at(std::to_underlying(which)), format_duration(took),
                           format_duration(std::chrono::milliseconds(limits::hook_ms_max)));
  world_.log.write(whose.address, LogLevel::error, told->text);
  world_.control.push(
      Envelope::make({.kind = EnvelopeKind::control}, {}, std::move(told)).release());
}

HookCaller::Whose HookCaller::whose(const Cell& cell) {
  return {.address = cell.address,
          .component = cell.spec->component,
          .life = cell.life.load(std::memory_order_relaxed)};
}

Result<void> HookCaller::before_start(const Cell& cell) {
  return call<>(Which::before_start, hooks_.before_start, whose(cell));
}

void HookCaller::after_start(const Cell& cell) {
  call_and_log<>(Which::after_start, hooks_.after_start, whose(cell));
}

void HookCaller::before_stop(const Cell& cell) {
  call_and_log<>(Which::before_stop, hooks_.before_stop, whose(cell));
}

void HookCaller::after_stop(const Cell& cell, const Exit& exit) {
  call_and_log<const Exit&>(Which::after_stop, hooks_.after_stop, whose(cell), exit);
}

void HookCaller::on_error(const Cell& cell, std::string_view error) {
  call_and_log<std::string_view>(Which::on_error, hooks_.on_error, whose(cell), error);
}

void HookCaller::on_restart(const Cell& cell, const Exit& before) {
  call_and_log<const Exit&>(Which::on_restart, hooks_.on_restart, whose(cell), before);
}

// An instance whose messages the program wants to hear of. That it is another class keeps the way
// of a message as it is where nobody does.
// Thread: as Instance says.
class HookCaller::WatchedInstance final : public Instance {
 public:
  WatchedInstance(HookCaller& caller, const Cell& cell, std::unique_ptr<Instance> inner)
      : caller_(caller), whose_(whose(cell)), inner_(std::move(inner)) {}

  Reply boot(HostCalls& host) override { return inner_->boot(host); }
  Reply start(HostCalls& host, BytesView config) override { return inner_->start(host, config); }
  Reply handle(HostCalls& host, BytesView payload) override {
    using Kind = HookedMessage::Kind;
    tell(host, {.kind = host.answer_owed() ? Kind::request : Kind::message, .payload = payload});
    return inner_->handle(host, payload);
  }
  Reply answered(HostCalls& host, std::uint64_t request, const AnswerView& answer) override {
    return inner_->answered(host, request, answer);
  }
  Reply fired(HostCalls& host, std::uint64_t timer) override { return inner_->fired(host, timer); }
  Reply event(HostCalls& host, std::uint64_t subscription, std::string_view topic,
              BytesView payload) override {
    tell(host, {.kind = HookedMessage::Kind::event, .topic = topic, .payload = payload});
    return inner_->event(host, subscription, topic, payload);
  }
  Reply exited(HostCalls& host, std::uint64_t watch, const Exit& exit) override {
    return inner_->exited(host, watch, exit);
  }
  Reply stop(HostCalls& host, Duration budget) override { return inner_->stop(host, budget); }
  HealthReply check(HostCalls& host, Duration deadline) override {
    return inner_->check(host, deadline);
  }
  SaveReply save(HostCalls& host, bool ending, Duration deadline) override {
    return inner_->save(host, ending, deadline);
  }
  Reply load(HostCalls& host, std::string_view version, const SavedState& saved,
             BytesView config) override {
    return inner_->load(host, version, saved, config);
  }
  [[nodiscard]] InstanceUsage usage() const override { return inner_->usage(); }
  [[nodiscard]] std::uint64_t usage_stamp() const override { return inner_->usage_stamp(); }

 private:
  void tell(HostCalls& host, HookedMessage message) {
    message.sender = host.sender();
    message.id = host.message_id();
    caller_.call_and_log<const HookedMessage&>(Which::on_message, caller_.hooks_.on_message, whose_,
                                               message);
  }

  HookCaller& caller_;
  Whose whose_;
  std::unique_ptr<Instance> inner_;
};

std::unique_ptr<Instance> HookCaller::watched(const Cell& cell,
                                              std::unique_ptr<Instance> instance) {
  if (!hooks_.on_message) return instance;
  return std::make_unique<WatchedInstance>(*this, cell, std::move(instance));
}

}  // namespace troupe
