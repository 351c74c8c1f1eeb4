#pragma once
// Topics and the filters that select them.
//
// A topic is segments joined by '.': `orders.eu.new`. A segment is [A-Za-z0-9_-]+. In a filter, the
// segment `*` stands for exactly one segment, and `#`, only at the end, for any number of them,
// also none (as in AMQP): `orders.#` selects `orders` and `orders.eu.new`; `orders.*` only
// `orders.eu`. Bounds: limits::topic_bytes_max bytes, limits::topic_segments_max segments, both for
// topics and filters.

#include <string_view>

namespace troupe {

// The rules in words, for error messages.
inline constexpr std::string_view topic_rule =
    "at most 16 segments of letters, digits, '-' and '_', joined by '.', 256 bytes in all";
inline constexpr std::string_view filter_rule =
    "a topic in which '*' may stand for one segment and '#', at the end, for the rest";

[[nodiscard]] bool is_topic(std::string_view text);
[[nodiscard]] bool is_filter(std::string_view text);

struct TopicFilter {
  std::string_view text;
};

// Does the filter select the topic?
// REQUIRES: is_filter(filter.text), is_topic(topic). Cost: one pass, no allocation.
[[nodiscard]] bool matches(TopicFilter filter, std::string_view topic);

// Does `outer` select every topic that `inner` selects? Exact: no grant is refused by mistake.
struct FilterPair {
  std::string_view outer;
  std::string_view inner;
};
// REQUIRES: both are filters.
[[nodiscard]] bool covers(FilterPair filters);

}  // namespace troupe
