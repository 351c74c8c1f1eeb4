#include "bench/process.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace troupe::bench {
namespace {

using namespace std::chrono_literals;

// Far longer than any of these takes; reached only if one hangs.
constexpr std::chrono::minutes patience{2};

Result<std::string> run_shell(const std::string& script) {
  return ProcessLauncher().run({"/bin/sh", "-c", script}, patience);
}

TEST(Launcher, HandsOverWhatAProgramPrints) {
  EXPECT_EQ(run_shell("echo a; echo b").value(), "a\nb\n");
}

TEST(Launcher, TakesMoreThanAPipeHolds) {
  EXPECT_EQ(run_shell("head -c 1000000 /dev/zero | tr '\\0' x")->size(), 1'000'000U);
}

TEST(Launcher, SaysThatAProgramFailed) {
  const auto failed = run_shell("exit 7");
  EXPECT_EQ(failed.error().code, ErrorCode::internal);
  EXPECT_NE(failed.error().message.find("ended with code 7"), std::string::npos);
  EXPECT_EQ(run_shell("echo '{}'; exit 7").value(), "{}\n") << "its lines say what failed";
}

TEST(Launcher, SaysThatThereIsNoSuchProgram) {
  EXPECT_EQ(ProcessLauncher().run({"/nowhere/peer"}, patience).error().code, ErrorCode::not_found);
}

TEST(Launcher, GivesUpAProgramThatHangs) {
  const auto hung = ProcessLauncher().run({"/bin/sleep", "1000"}, 1ms);
  EXPECT_EQ(hung.error().code, ErrorCode::timed_out);
}

TEST(Launcher, SaysThatAProgramWasInterrupted) {
  EXPECT_EQ(run_shell("kill -INT $$").error().code, ErrorCode::cancelled);
  EXPECT_EQ(run_shell("kill -TERM $$").error().code, ErrorCode::cancelled);
  EXPECT_EQ(run_shell("kill -SEGV $$").error().code, ErrorCode::internal);
}

TEST(Launcher, GivesTheProgramSignalsOfItsOwn) {
  // This process ignores and blocks; the other one is ended by the same signals.
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  sigset_t all;
  sigset_t old;
  ::sigfillset(&all);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &all, &old), 0);
  EXPECT_EQ(run_shell("kill -TERM $$").error().code, ErrorCode::cancelled);
  EXPECT_EQ(run_shell("kill -PIPE $$").error().code, ErrorCode::internal);
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &old, nullptr), 0);
  static_cast<void>(std::signal(SIGPIPE, before));
}

TEST(Processes, AreWatchedForWhatTheySay) {
  auto process =
      Process::start({"/bin/sh", "-c", "echo ready >&2; exec sleep 1000"}, Process::Read::error);
  ASSERT_TRUE(process.has_value());
  EXPECT_TRUE(process->wait_for("ready", patience));
  EXPECT_FALSE(process->wait_for("never", 1ms));
  process->terminate();
  EXPECT_EQ(process->wait(), 128 + SIGTERM);
}

TEST(Processes, AreGoneWithTheirObject) {
  auto process = Process::start({"/bin/sleep", "1000"}, Process::Read::nothing);
  ASSERT_TRUE(process.has_value());
}

}  // namespace
}  // namespace troupe::bench
