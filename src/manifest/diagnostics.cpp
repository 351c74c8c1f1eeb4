#include "manifest/diagnostics.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "base/check.hpp"
#include "base/format.hpp"
#include "base/limits.hpp"
#include "base/sanitize.hpp"
#include "base/utf8.hpp"

namespace troupe {
namespace {

constexpr std::uint32_t excerpt_columns = 96;

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (std::uint32_t line = 1; line < number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  const std::string_view line = text.substr(0, text.find('\n'));
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

// Some columns of a line, one character for each, so that the mark below stands right.
std::string columns_of(std::string_view line, std::uint32_t first) {
  std::string out;
  for (std::uint32_t column = 1; !line.empty() && column < first + excerpt_columns; ++column) {
    const std::size_t size = std::max(utf8_character_size(line), 1U);
    const std::string_view character = line.substr(0, size);
    line.remove_prefix(size);
    if (column < first) continue;
    if (character == "\t") {
      out += ' ';
    } else if (harmless(character) == character) {
      out += character;
    } else {
      out += '?';
    }
  }
  return out;
}

}  // namespace

void Diagnostics::add(Diagnostic diagnostic) {
  ++count_;
  if (!is_full()) kept_.push_back(std::move(diagnostic));
}

bool Diagnostics::is_full() const { return kept_.size() >= limits::manifest_errors_max; }

std::string Diagnostics::shown(const Diagnostic& diagnostic) const {
  std::string out;
  const Place& place = diagnostic.place;
  const std::string where =
      place.line == 0 ? fmt::format("{}", harmless(file_))
                      : fmt::format("{}:{}:{}", harmless(file_), place.line, place.column);
  fmt::format_to(std::back_inserter(out), "{}: error: {}{}{}\n", where, harmless(diagnostic.key),
                 diagnostic.key.empty() ? "" : ": ", diagnostic.rule);
  if (place.line > 0) {
    // A long line is shown from a little before the mark.
    const std::uint32_t first =
        place.column + place.width <= excerpt_columns ? 1 : std::max(place.column, 9U) - 8;
    const std::string excerpt = columns_of(line_of(text_, place.line), first);
    const std::uint32_t offset = place.column - std::min(place.column, first);
    const std::uint32_t width = std::clamp(place.width, 1U, excerpt_columns - offset);
    fmt::format_to(std::back_inserter(out), "{:>5} | {}\n      | {}{}\n", place.line, excerpt,
                   std::string(offset, ' '), std::string(width, '^'));
  }
  if (!diagnostic.help.empty()) {
    fmt::format_to(std::back_inserter(out), "      = help: {}\n", diagnostic.help);
  }
  return out;
}

Error Diagnostics::error() const {
  CHECK(!is_empty());
  std::vector<const Diagnostic*> sorted;
  sorted.reserve(kept_.size());
  for (const Diagnostic& diagnostic : kept_) sorted.push_back(&diagnostic);
  // Of equal places the one found first, which is the one of lower address.
  std::ranges::sort(sorted, {}, [](const Diagnostic* diagnostic) {
    return std::tuple(diagnostic->place.line, diagnostic->place.column, diagnostic);
  });
  std::string message;
  for (const Diagnostic* diagnostic : sorted) message += shown(*diagnostic);
  if (count_ > kept_.size()) {
    const std::size_t more = count_ - kept_.size();
    fmt::format_to(std::back_inserter(message), "{}: error: and {} more error{}\n", harmless(file_),
                   more, more == 1 ? "" : "s");
  }
  message.pop_back();
  return {.code = code_, .message = std::move(message)};
}

}  // namespace troupe
