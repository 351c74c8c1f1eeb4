// The lines of `troupe run`, for people and as JSON.

#include "cli/node_log.hpp"

#include <array>
#include <fcntl.h>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "io/file_descriptor.hpp"
#include "io/sim_clock.hpp"

namespace troupe {
namespace {

using namespace std::chrono_literals;

class NodeLogs : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    reader_ = FileDescriptor(ends[0]);
    writer_ = FileDescriptor(ends[1]);
    console_.emplace(Terminal{.out = -1, .err = writer_.number()});
    log_.emplace(*console_, clock_);
  }
  [[nodiscard]] std::string read() const {
    std::array<char, 4096> text{};
    const ssize_t size = ::read(reader_.number(), text.data(), text.size());
    return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
  }
  [[nodiscard]] std::string time() const { return fmt::format("{}", clock_.wall_ms()); }

  SimClock clock_;
  FileDescriptor reader_;
  FileDescriptor writer_;
  std::optional<Console> console_;
  std::optional<NodeLog> log_;
};

ExitEvent crash() {
  ExitEvent event;
  event.name = "bank/ledger";
  event.life = 2;
  event.exit = Exit::crashed("unreachable");
  event.backtrace = {"handle at ledger.c:12", "+0x1f\x1b"};
  event.decision = "restarted";
  return event;
}

TEST_F(NodeLogs, AreLinesForPeople) {
  log_->log({.name = "bank/ledger", .level = LogLevel::warn, .text = "low \x1b[31mfunds"});
  EXPECT_EQ(read(), "[bank/ledger] warn  low \\x1b[31mfunds\n");
  log_->exit(crash());
  EXPECT_EQ(read(),
            "[bank/ledger] exit  life 2: crashed(\"unreachable\"); restarted\n"
            "    at handle at ledger.c:12\n"
            "    at +0x1f\\x1b\n");
  log_->ready({.node = "bank", .socket = "/run/x", .actors = 14, .took = 11'500us});
  EXPECT_EQ(read(), "node bank ready in 12 ms: 14 actors; try: troupe ps --node bank\n");
  log_->stopping(1, "Ctrl-C again ends the node at once");
  EXPECT_EQ(read(), "stopping 1 actor (Ctrl-C again ends the node at once)\n");
  log_->ended("bank", 1500ms);
  EXPECT_EQ(read(), "node bank ended after 1.5s\n");
}

TEST_F(NodeLogs, SayNothingOfActorsThatEndAsAsked) {
  ExitEvent event = crash();
  event.exit = Exit::normal();
  log_->exit(event);
  EXPECT_EQ(read(), "");
}

TEST_F(NodeLogs, AreOneObjectPerLine) {
  console_->set({.format = Format::json});
  log_->log({.name = "bank/ledger", .level = LogLevel::info, .text = "a\nb"});
  EXPECT_EQ(read(), R"({"event":"log","time_ms":)" + time() +
                        R"(,"actor":"bank/ledger","level":"info","text":"a\nb"})"
                        "\n");
  log_->exit(crash());
  EXPECT_EQ(read(), R"({"event":"exit","time_ms":)" + time() +
                        R"x(,"actor":"bank/ledger","life":2,"exit":"crashed(\"unreachable\")",)x"
                        R"("decision":"restarted",)"
                        R"("backtrace":["handle at ledger.c:12","+0x1f\u001b"]})"
                        "\n");
  log_->ready({.node = "bank", .socket = "/run/x", .actors = 14, .took = 12ms});
  EXPECT_EQ(read(), R"({"event":"ready","time_ms":)" + time() +
                        fmt::format(R"(,"node":"bank","pid":{},"socket":"/run/x","actors":14,)"
                                    R"("took_ms":12}})"
                                    "\n",
                                    ::getpid()));
}

}  // namespace
}  // namespace troupe
