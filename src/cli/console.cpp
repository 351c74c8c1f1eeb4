#include "cli/console.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/format.hpp"
#include "base/sanitize.hpp"

namespace troupe {
namespace {

// Indexed by Style.
constexpr std::array<std::string_view, 6> escapes{"",         "\x1b[1m",  "\x1b[2m",
                                                  "\x1b[31m", "\x1b[32m", "\x1b[33m"};

std::string styled(Style style, std::string_view text) {
  if (style == Style::plain) return std::string(text);
  return fmt::format("{}{}\x1b[0m", escapes.at(static_cast<std::size_t>(style)), text);
}

// Each line made harmless; the lines stay.
std::string harmless_lines(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t end = text.find('\n');
    result += harmless(text.substr(0, end));
    if (end == std::string_view::npos) return result;
    result += '\n';
    text.remove_prefix(end + 1);
  }
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string environment(const char* name) {
  // Read once, before any thread is started.
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

Terminal this_terminal() {
  Terminal terminal;
  terminal.out_is_terminal = ::isatty(terminal.out) == 1;
  terminal.err_is_terminal = ::isatty(terminal.err) == 1;
  terminal.colors_unwanted = !environment("NO_COLOR").empty() || environment("TERM") == "dumb";
  winsize size{};
  if (terminal.out_is_terminal && ::ioctl(terminal.out, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    terminal.columns = size.ws_col;
  return terminal;
}

void Console::print(BytesView bytes) { write(terminal_.out, as_text(bytes)); }

void Console::note(std::string_view line) { write(terminal_.err, fmt::format("{}\n", line)); }

void Console::progress(std::string_view line) {
  if (!shows_progress()) return;
  write(terminal_.err, fmt::format("\r\x1b[K{}", line));
  const std::scoped_lock lock(mutex_);
  has_progress_ = !line.empty();
}

void Console::complain(const Complaint& complaint) {
  if (is_json()) {
    nlohmann::ordered_json error;
    error["code"] = to_string(complaint.code);
    error["message"] = complaint.message;
    if (!complaint.help.empty()) error["help"] = complaint.help;
    error["exit_code"] = static_cast<int>(complaint.code);
    return note(nlohmann::ordered_json{{"error", error}}.dump(
        -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  }
  std::string text =
      fmt::format("{} {}", err_style(Style::red, "error:"), harmless_lines(complaint.message));
  if (!complaint.help.empty()) {
    text +=
        fmt::format("\n{} {}", err_style(Style::green, "help:"), harmless_lines(complaint.help));
  }
  note(text);
}

std::string Console::out_style(Style style, std::string_view text) const {
  return styled(has_colors(terminal_.out_is_terminal) ? style : Style::plain, text);
}

std::string Console::err_style(Style style, std::string_view text) const {
  return styled(has_colors(terminal_.err_is_terminal) ? style : Style::plain, text);
}

bool Console::has_colors(bool is_terminal) const {
  switch (options_.color) {
    case Color::on:
      return true;
    case Color::off:
      return false;
    case Color::automatic:
      return is_terminal && !terminal_.colors_unwanted && !is_json();
  }
  return false;
}

void Console::write(int fd, std::string_view text) {
  const std::scoped_lock lock(mutex_);
  if (std::exchange(has_progress_, false)) write_all(terminal_.err, "\r\x1b[K");
  write_all(fd, text);
}

}  // namespace troupe
