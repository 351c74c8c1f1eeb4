#include "supervisor/supervisor_steps.hpp"

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/units.hpp"

namespace troupe {

std::string_view to_string(SupervisorVerdict::Kind kind) {
  switch (kind) {
    case SupervisorVerdict::Kind::restart:
      return "restart";
    case SupervisorVerdict::Kind::restart_all:
      return "restart-all";
    case SupervisorVerdict::Kind::restart_rest:
      return "restart-rest";
    case SupervisorVerdict::Kind::noted:
      return "noted";
    case SupervisorVerdict::Kind::leave_ended:
      return "leave-ended";
    case SupervisorVerdict::Kind::give_up:
      return "give-up";
  }
  CHECK(false, "a verdict has one of its named values");
}

std::string to_string(const Judgement& why) {
  const std::string ending = fmt::format("'{}' ended: {}", why.child, to_string(why.exit));
  if (why.policy.intensity == 0) return fmt::format("{}, and no restarts are allowed", ending);
  return fmt::format("{}, after {} restart{} in the last {}; {} within {} {} allowed", ending,
                     why.verdict.restarts, why.verdict.restarts == 1 ? "" : "s",
                     format_duration(why.verdict.span), why.policy.intensity,
                     format_duration(why.policy.period), why.policy.intensity == 1 ? "is" : "are");
}

std::string decision_text(const Judgement& why) {
  const auto restarted = [&](std::string_view who) {
    if (why.verdict.delay == Duration::zero()) return std::string("restarted").append(who);
    return fmt::format("restarted{} in {}", who, format_duration(why.verdict.delay));
  };
  switch (why.verdict.kind) {
    case SupervisorVerdict::Kind::restart:
      return restarted("");
    case SupervisorVerdict::Kind::restart_all:
      return restarted(" with all others");
    case SupervisorVerdict::Kind::restart_rest:
      return restarted(" with those started after it");
    case SupervisorVerdict::Kind::noted:
      return "restarted in its turn";
    case SupervisorVerdict::Kind::leave_ended:
      return std::string(ended_text(why.type, why.exit, why.asked));
    case SupervisorVerdict::Kind::give_up:
      return fmt::format("supervisor gave up: {}", to_string(why));
  }
  CHECK(false, "a verdict has one of its named values");
}

std::string_view ended_text(RestartType type, const Exit& exit, StopAsked asked) {
  if (asked == StopAsked::yes) return "ended, as it was asked to";
  if (type == RestartType::temporary) return "ended: temporary";
  if (!restarts_after(type, exit)) return "ended: transient, and it ended well";
  return "ended with its supervisor";
}

Instant next_life_after(const SupervisorVerdict& verdict, Instant now) {
  return verdict.delay > Duration::zero() ? now + verdict.delay : never;
}

std::optional<RestartWindow> window_of(const Judgement& why) {
  using Kind = SupervisorVerdict::Kind;
  if (why.verdict.kind == Kind::noted || why.verdict.kind == Kind::leave_ended) return std::nullopt;
  return RestartWindow{
      .restarts = why.verdict.restarts, .most = why.policy.intensity, .period = why.policy.period};
}

}  // namespace troupe
