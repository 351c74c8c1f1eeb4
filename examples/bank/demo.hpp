#pragma once
// What the demo does to the bank while it works: kills, provokes, counts, shows, judges.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "troupe/runtime.hpp"

namespace bank {

// Every exit that the runtime tells of.
// Thread: any.
class ExitBook {
 public:
  void note(const troupe::ExitEvent& event);

  [[nodiscard]] std::map<std::string, std::uint64_t> by_kind() const;
  // Exits of one actor that were kills; and all of its exits.
  [[nodiscard]] std::uint64_t kills_of(const std::string& name) const;
  [[nodiscard]] std::uint64_t exits_of(const std::string& name) const;
  // The latest exit of one actor.
  [[nodiscard]] std::optional<troupe::Exit> last_of(const std::string& name) const;

 private:
  struct Tally {
    std::uint64_t kills = 0;
    std::uint64_t exits = 0;
    troupe::Exit last;
  };
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t> by_kind_;
  std::map<std::string, Tally> by_name_;
};

enum class Display : std::uint8_t { table, lines };

struct DemoOptions {
  std::chrono::seconds length{5};
  Display display = Display::lines;
};

// Thread: one, outside the runtime; it waits for answers.
// Errors: run() prints what went wrong and returns 1.
class Demo {
 public:
  // Both outlive the demo; the bank is loaded.
  Demo(troupe::Runtime& runtime, const ExitBook& exits, DemoOptions options);

  // The exit code of the program.
  int run();

 private:
  using Clock = std::chrono::steady_clock;

  struct Account {
    std::string name;
    troupe::Address address;
    std::string balance;  // What it last said.
  };
  struct Figures {
    std::uint64_t transfers = 0;
    std::uint64_t messages = 0;
    Clock::time_point at;
  };
  // A command for the hostile guest, and what must become of it.
  struct Provocation {
    std::string_view command;
    troupe::Exit expected;
    std::uint64_t times = 0;
    bool was_as_expected = true;
  };

  bool find_everybody();
  [[nodiscard]] bool has_shown_enough() const;
  void kill_one();
  void provoke();
  bool settle();
  bool judge();
  bool judge_books();
  bool judge_accounts();
  bool judge_hostile();

  std::optional<std::string> ask(troupe::Address actor, std::string_view text,
                                 std::chrono::milliseconds timeout = std::chrono::seconds(2));
  [[nodiscard]] Figures figures_now();
  void show();
  void show_table(const Figures& now, const std::vector<troupe::ActorStatus>& actors);
  void show_line(const Figures& now);
  // Prints one line of the verdict; returns `is_good`.
  static bool say(std::string_view text, bool is_good);

  troupe::Runtime& runtime_;
  const ExitBook& exits_;
  DemoOptions options_;
  std::vector<Account> accounts_;
  troupe::Address ledger_;
  troupe::Address teller_;
  troupe::Address hostile_;

  Clock::time_point began_at_;
  Figures began_;
  Figures shown_;
  std::size_t lines_on_screen_ = 0;
  std::size_t next_victim_ = 0;
  std::array<Provocation, 4> provocations_;
  std::size_t next_provocation_ = 0;
  bool is_provoked_ = false;
  std::uint64_t hostile_exits_ = 0;  // Of those seen.
};

}  // namespace bank
