#include "grant/grant.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/names.hpp"
#include "base/sanitize.hpp"
#include "base/topic_filter.hpp"

namespace troupe {
namespace {

struct Rule {
  std::string_view list;
  std::string_view what;
  std::string_view rule;
  bool (*holds)(std::string_view);
};

constexpr std::string_view reference_rule =
    "`actor` for one of the same app, or `app/actor`; each name is 1 to 63 lower-case letters, "
    "digits, '-' and '_'";

Result<void> check(const std::vector<std::string>& entries, const Rule& rule) {
  if (entries.size() > limits::grants_max) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("grants.{} has {} entries; at most {} are allowed", rule.list,
                            entries.size(), limits::grants_max));
  }
  for (const std::string& entry : entries) {
    if (rule.holds(entry)) continue;
    return fail(ErrorCode::invalid_argument, fmt::format("grants.{}: '{}' is not {}: {}", rule.list,
                                                         harmless(entry), rule.what, rule.rule));
  }
  return {};
}

}  // namespace

Result<GrantSet> GrantSet::compile(const GrantLists& lists, std::string_view app) {
  CHECK(is_name(app));
  TRY(check(lists.find, {.list = "find",
                         .what = "an actor's name",
                         .rule = reference_rule,
                         .holds = is_actor_reference}));
  TRY(check(
      lists.publish,
      {.list = "publish", .what = "a topic filter", .rule = filter_rule, .holds = is_filter}));
  TRY(check(
      lists.subscribe,
      {.list = "subscribe", .what = "a topic filter", .rule = filter_rule, .holds = is_filter}));
  TRY(check(
      lists.spawn,
      {.list = "spawn", .what = "the name of a template", .rule = name_rule, .holds = is_name}));
  GrantSet set;
  set.app_ = app;
  for (const std::string& actor : lists.find) {
    const bool has_app = actor.contains('/');
    set.find_.insert(has_app ? actor : fmt::format("{}/{}", app, actor));
  }
  set.publish_ = lists.publish;
  set.subscribe_ = lists.subscribe;
  set.spawn_.insert(lists.spawn.begin(), lists.spawn.end());
  return set;
}

bool GrantSet::may_find(std::string_view actor) const {
  if (find_.empty() || !is_actor_reference(actor)) return false;
  if (actor.contains('/')) return find_.contains(actor);
  return find_.contains(fmt::format("{}/{}", app_, actor));
}

bool GrantSet::may_publish(std::string_view topic) const {
  return is_topic(topic) && std::ranges::any_of(publish_, [&](const std::string& filter) {
           return matches({filter}, topic);
         });
}

bool GrantSet::may_subscribe(std::string_view filter) const {
  return is_filter(filter) && std::ranges::any_of(subscribe_, [&](const std::string& granted) {
           return covers({.outer = granted, .inner = filter});
         });
}

bool GrantSet::may_spawn(std::string_view child_template) const {
  return spawn_.contains(child_template);
}

}  // namespace troupe
