#include "base/topic_filter.hpp"

#include <algorithm>

#include "base/limits.hpp"

namespace troupe {
namespace {

// Takes the first segment off, one after the other.
class Segments {
 public:
  explicit Segments(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool are_left() const { return !done_; }
  std::string_view next() {
    const std::size_t dot = rest_.find('.');
    const std::string_view segment = rest_.substr(0, dot);
    if (dot == std::string_view::npos) {
      done_ = true;
    } else {
      rest_.remove_prefix(dot + 1);
    }
    return segment;
  }

 private:
  std::string_view rest_;
  bool done_ = false;
};

bool is_plain(std::string_view segment) {
  return !segment.empty() && std::ranges::all_of(segment, [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
  });
}

enum class Wildcards { no, yes };

bool is_well_formed(std::string_view text, Wildcards wildcards) {
  if (text.size() > limits::topic_bytes_max) return false;
  Segments segments(text);
  std::size_t count = 0;
  while (segments.are_left()) {
    const std::string_view segment = segments.next();
    if (++count > limits::topic_segments_max) return false;
    if (is_plain(segment)) continue;
    if (wildcards == Wildcards::no) return false;
    const bool is_rest = segment == "#" && !segments.are_left();
    if (segment != "*" && !is_rest) return false;
  }
  return true;
}

}  // namespace

bool is_topic(std::string_view text) { return is_well_formed(text, Wildcards::no); }
bool is_filter(std::string_view text) { return is_well_formed(text, Wildcards::yes); }

bool matches(TopicFilter filter, std::string_view topic) {
  Segments wanted(filter.text);
  Segments given(topic);
  while (wanted.are_left()) {
    const std::string_view segment = wanted.next();
    if (segment == "#") return true;
    if (!given.are_left()) return false;
    const std::string_view name = given.next();
    if (segment != "*" && segment != name) return false;
  }
  return !given.are_left();
}

bool covers(FilterPair filters) {
  // No topic is empty, so a lone `#` selects what `*.#` selects.
  if (filters.inner == "#") return filters.outer == "#" || filters.outer == "*.#";
  Segments outer(filters.outer);
  Segments inner(filters.inner);
  while (outer.are_left()) {
    const std::string_view wide = outer.next();
    if (wide == "#") return true;
    if (!inner.are_left()) return false;
    const std::string_view narrow = inner.next();
    // The rest may be none, and the outer filter asks for one more here.
    if (narrow == "#") return false;
    if (wide != "*" && wide != narrow) return false;
  }
  return !inner.are_left();
}

}  // namespace troupe
