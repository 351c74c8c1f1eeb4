#pragma once
// Where the command writes: answers and tables to standard output, all else to standard error.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "cli/exit_code.hpp"
#include "troupe/bytes.hpp"

namespace troupe {

enum class Format : std::uint8_t { text, json };
enum class Color : std::uint8_t { automatic, on, off };
enum class Style : std::uint8_t { plain, bold, dim, red, green, yellow };

// What the console needs to know of its surroundings; tests make their own.
struct Terminal {
  int out = 1;
  int err = 2;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool colors_unwanted = false;                       // NO_COLOR is set, or TERM is "dumb".
  std::optional<std::size_t> columns = std::nullopt;  // Of standard output, if it is a terminal.
};
[[nodiscard]] Terminal this_terminal();

struct ConsoleOptions {
  Format format = Format::text;
  Color color = Color::automatic;
};

// Thread:  any thread; one write at a time.
// Errors:  a reader that has gone away is no error: what it would have read is dropped.
class Console {
 public:
  explicit Console(Terminal terminal) : terminal_(terminal) {}
  void set(ConsoleOptions options) { options_ = options; }

  [[nodiscard]] bool is_json() const { return options_.format == Format::json; }
  [[nodiscard]] std::optional<std::size_t> columns() const { return terminal_.columns; }

  // Bytes as they are; nothing is added.
  void print(BytesView bytes);
  void print(std::string_view text) { print(as_bytes(text)); }
  // A line for people, or a line of JSON, to standard error.
  void note(std::string_view line);
  // One line to standard error that the next one replaces; on terminals only, and not beside JSON.
  void progress(std::string_view line);
  [[nodiscard]] bool shows_progress() const { return terminal_.err_is_terminal && !is_json(); }
  // "error: ...", "help: ..."; with --json one object.
  void complain(const Complaint& complaint);

  // The text in that style if the stream shows colours.
  [[nodiscard]] std::string out_style(Style style, std::string_view text) const;
  [[nodiscard]] std::string err_style(Style style, std::string_view text) const;

 private:
  [[nodiscard]] bool has_colors(bool is_terminal) const;
  void write(int fd, std::string_view text);

  const Terminal terminal_;
  ConsoleOptions options_;
  bool has_progress_ = false;
  std::mutex mutex_;  // tidy: allow(mutex) actors on several threads write their logs here
};

}  // namespace troupe
