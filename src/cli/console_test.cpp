// What goes to which stream, in which form, with which colours.

#include "cli/console.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include "io/file_descriptor.hpp"

namespace troupe {
namespace {

// A stream whose other end the test reads.
struct Stream {
  Stream() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    reader = FileDescriptor(ends[0]);
    writer = FileDescriptor(ends[1]);
  }
  [[nodiscard]] std::string read() const {
    std::array<char, 4096> text{};
    const ssize_t size = ::read(reader.number(), text.data(), text.size());
    return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
  }
  FileDescriptor reader;
  FileDescriptor writer;
};

struct TestConsole {
  explicit TestConsole(Terminal terminal = {}) : console(connected(terminal)) {}
  [[nodiscard]] Terminal connected(Terminal terminal) const {
    terminal.out = out.writer.number();
    terminal.err = err.writer.number();
    return terminal;
  }
  Stream out;
  Stream err;
  Console console;
};

constexpr Terminal both_terminals{.out_is_terminal = true, .err_is_terminal = true};

TEST(Console, PrintsBytesAsTheyAre) {
  TestConsole test;
  const std::string bytes("a\0\x1b[31m\n\xff", 9);
  test.console.print(bytes);
  EXPECT_EQ(test.out.read(), bytes);
  EXPECT_EQ(test.err.read(), "");
}

TEST(Console, ComplainsOnStandardError) {
  TestConsole test;
  test.console.complain({ExitCode::not_found, "there is no \x1b[2Jactor\nline two", "look"});
  EXPECT_EQ(test.err.read(), "error: there is no \\x1b[2Jactor\nline two\nhelp: look\n");
  test.console.complain({ExitCode::failed, "it broke", ""});
  EXPECT_EQ(test.err.read(), "error: it broke\n");
  EXPECT_EQ(test.out.read(), "");
}

TEST(Console, ComplainsInJson) {
  TestConsole test;
  test.console.set({.format = Format::json});
  test.console.complain({ExitCode::timed_out, "no \"answer\"", "wait"});
  EXPECT_EQ(
      test.err.read(),
      R"({"error":{"code":"timed-out","message":"no \"answer\"","help":"wait","exit_code":5}})"
      "\n");
}

TEST(Console, ShowsColoursOnTerminalsOnly) {
  EXPECT_EQ(TestConsole().console.out_style(Style::red, "x"), "x");
  TestConsole colored(both_terminals);
  EXPECT_EQ(colored.console.out_style(Style::red, "x"), "\x1b[31mx\x1b[0m");
  EXPECT_EQ(colored.console.err_style(Style::plain, "x"), "x");
  colored.console.complain({ExitCode::failed, "bad", ""});
  EXPECT_EQ(colored.err.read(), "\x1b[31merror:\x1b[0m bad\n");
}

TEST(Console, LetsTheUserDecideOnColours) {
  Terminal unwanted = both_terminals;
  unwanted.colors_unwanted = true;
  TestConsole test(unwanted);
  EXPECT_EQ(test.console.err_style(Style::bold, "x"), "x");
  test.console.set({.color = Color::on});
  EXPECT_EQ(test.console.err_style(Style::bold, "x"), "\x1b[1mx\x1b[0m");
  TestConsole never(both_terminals);
  never.console.set({.color = Color::off});
  EXPECT_EQ(never.console.err_style(Style::bold, "x"), "x");
}

TEST(Console, IsQuietWhenTheReaderHasGone) {
  // As the program does: a write to a closed pipe is an error, not a signal.
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  TestConsole test;
  test.out.reader = FileDescriptor();
  test.console.print("nobody reads this");
  test.console.note("still here");
  EXPECT_EQ(test.err.read(), "still here\n");
  static_cast<void>(std::signal(SIGPIPE, before));
}

}  // namespace
}  // namespace troupe
