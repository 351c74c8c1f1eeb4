#include "demo.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include <fmt/format.h>

#include "troupe/bytes.hpp"

namespace bank {
namespace {

using namespace std::chrono_literals;
using troupe::Exit;

constexpr int account_count = 12;
constexpr std::int64_t opening_balance = 1'000;  // As in bank.toml.
constexpr std::uint64_t transfers_wanted = 10'000;
constexpr auto patience = 60s;  // For a slow machine to get there.
constexpr auto tick = 10ms;
constexpr auto kill_every = 100ms;
constexpr auto provoke_every = 100ms;
constexpr auto show_every = 200ms;
constexpr auto line_every = 1s;

// The number after a word of a text such as "booked 17 declined 3".
std::uint64_t figure(std::string_view text, std::string_view word) {
  const std::size_t at = text.find(word);
  if (at == std::string_view::npos) return 0;
  std::uint64_t number = 0;
  const std::size_t begin = std::min(at + word.size() + 1, text.size());
  std::from_chars(text.data() + begin, text.data() + text.size(), number);
  return number;
}

std::int64_t as_number(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// 1234567 -> "1,234,567"
std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::uint64_t rate(std::uint64_t count, std::chrono::steady_clock::duration span) {
  const double seconds = std::chrono::duration<double>(span).count();
  return seconds > 0 ? static_cast<std::uint64_t>(static_cast<double>(count) / seconds) : 0;
}

// One of the crashes, as the node reports it: what was in hand, where it was, what was decided, and
// the life that followed. False: it kept no such report, or tells of no next life.
bool show_a_crash(troupe::Runtime& runtime) {
  const auto crashes = runtime.crashes({.actor = "hostile", .limit = 100});
  const auto found = std::ranges::find_if(crashes, [](const troupe::ExitEvent& crash) {
    return crash.in_hand && crash.exit.kind == Exit::Kind::crashed;
  });
  if (found == crashes.end()) return false;
  fmt::print("\n  {}, life {}: {} over \"{}\"\n", found->name, found->life, to_string(found->exit),
             troupe::as_text(found->in_hand->payload));
  for (const std::string& frame : found->backtrace) fmt::print("    at {}\n", frame);
  fmt::print("    with {} KiB of memory, {} us into its turn\n", found->memory_bytes / 1024,
             std::chrono::duration_cast<std::chrono::microseconds>(found->took).count());
  fmt::print("    {}", found->decision);
  if (found->window) {
    fmt::print(": restart {} of {} within {} s", found->window->restarts, found->window->most,
               std::chrono::duration_cast<std::chrono::seconds>(found->window->period).count());
  }
  const auto events = runtime.events({.actor = "hostile", .limit = 10'000});
  const auto next = std::ranges::find_if(events, [&](const troupe::NodeEvent& event) {
    return event.kind == troupe::NodeEvent::Kind::restarted && event.life == found->life + 1;
  });
  if (next == events.end()) {
    fmt::print("\n");
    return false;
  }
  fmt::print("; life {} was ready {} ms later\n", next->life, next->wall_ms - found->wall_ms);
  return true;
}

}  // namespace

void ExitBook::note(const troupe::ExitEvent& event) {
  const std::scoped_lock lock(mutex_);
  ++by_kind_[to_string(event.exit)];
  Tally& tally = by_name_[event.name];
  ++tally.exits;
  if (event.exit.kind == Exit::Kind::killed) ++tally.kills;
  tally.last = event.exit;
}

std::map<std::string, std::uint64_t> ExitBook::by_kind() const {
  const std::scoped_lock lock(mutex_);
  return by_kind_;
}

std::uint64_t ExitBook::kills_of(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? 0 : found->second.kills;
}

std::uint64_t ExitBook::exits_of(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? 0 : found->second.exits;
}

std::optional<Exit> ExitBook::last_of(const std::string& name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second.last;
}

Demo::Demo(troupe::Runtime& runtime, const ExitBook& exits, DemoOptions options)
    : runtime_(runtime),
      exits_(exits),
      options_(options),
      provocations_{{{.command = "loop", .expected = Exit::exceeded("deadline")},
                     {.command = "oob", .expected = Exit::crashed("memory out of bounds")},
                     {.command = "bomb", .expected = Exit::crashed("unreachable")},
                     {.command = "stack", .expected = Exit::exceeded("stack")}}} {}

int Demo::run() {
  if (!find_everybody() || !ask(teller_, "go")) return 1;
  began_at_ = Clock::now();
  shown_ = began_ = figures_now();
  auto next_kill = began_at_ + kill_every;
  auto next_provocation = began_at_ + provoke_every;
  auto next_show = began_at_;
  while (!has_shown_enough()) {
    const auto now = Clock::now();
    if (now >= next_kill) {
      kill_one();
      next_kill = now + kill_every;
    }
    if (now >= next_provocation) {
      provoke();
      next_provocation = now + provoke_every;
    }
    if (now >= next_show) {
      show();
      next_show = now + (options_.display == Display::table ? Clock::duration(show_every)
                                                            : Clock::duration(line_every));
    }
    if (runtime_.wait(tick)) {
      say("the node ended: a supervisor gave up", false);
      return 1;
    }
  }
  const bool is_settled = settle();
  show();
  return is_settled && judge() ? 0 : 1;
}

bool Demo::find_everybody() {
  const auto find = [&](const std::string& name, troupe::Address& address) {
    const auto found = runtime_.find(name);
    if (!found) return say(found.error().message, false);
    address = *found;
    return true;
  };
  for (int i = 1; i <= account_count; ++i) {
    Account account{.name = fmt::format("account-{}", i), .address = {}, .balance = "?"};
    if (!find(account.name, account.address)) return false;
    accounts_.push_back(account);
  }
  return find("ledger", ledger_) && find("teller", teller_) && find("hostile", hostile_);
}

bool Demo::has_shown_enough() const {
  const auto elapsed = Clock::now() - began_at_;
  if (elapsed < options_.length) return false;
  if (elapsed > options_.length + patience) return true;  // The verdict will say what is missing.
  const bool all_killed = std::ranges::all_of(accounts_, [&](const Account& account) {
    return exits_.kills_of("bank/" + account.name) > 0;
  });
  const bool all_provoked =
      std::ranges::all_of(provocations_, [](const Provocation& p) { return p.times > 0; });
  return all_killed && all_provoked && !is_provoked_ && shown_.transfers >= transfers_wanted;
}

void Demo::kill_one() {
  // A refused kill means that it is about to live again: it is the next one's turn.
  (void)runtime_.kill(accounts_[next_victim_].address);
  next_victim_ = (next_victim_ + 1) % accounts_.size();
}

void Demo::provoke() {
  Provocation& provocation = provocations_[next_provocation_];
  const std::uint64_t exits = exits_.exits_of("bank/hostile");
  if (!is_provoked_) {
    hostile_exits_ = exits;
    is_provoked_ = runtime_.send(hostile_, troupe::as_bytes(provocation.command)).has_value();
    return;
  }
  if (exits == hostile_exits_) return;  // Not dead yet.
  const auto last = exits_.last_of("bank/hostile");
  provocation.was_as_expected &= last == provocation.expected;
  ++provocation.times;
  is_provoked_ = false;
  next_provocation_ = (next_provocation_ + 1) % provocations_.size();
}

// Waits until no transfer is open and every account knows its balance.
bool Demo::settle() {
  if (!ask(teller_, "finish", 30s)) return false;
  for (Account& account : accounts_) {
    auto balance = runtime_.request(account.address, troupe::as_bytes("balance"), 2s);
    for (int tries = 0; !balance && tries < 200; ++tries) {  // Killed a moment ago.
      if (runtime_.wait(tick)) return say("the node ended", false);
      balance = runtime_.request(account.address, troupe::as_bytes("balance"), 2s);
    }
    if (!balance) return say(fmt::format("{}: {}", account.name, balance.error().message), false);
    account.balance = troupe::as_text(*balance);
  }
  return true;
}

bool Demo::judge() {
  const Figures now = figures_now();
  const auto span = now.at - began_at_;
  const bool crash = show_a_crash(runtime_);
  fmt::print("\n");
  for (const auto& [kind, count] : exits_.by_kind()) {
    fmt::print("  {:>8} x {}\n", grouped(count), kind);
  }
  fmt::print("\n  {} transfers/s, {} messages/s\n\n",
             grouped(rate(now.transfers - began_.transfers, span)),
             grouped(rate(now.messages - began_.messages, span)));
  const bool books = judge_books();
  const bool accounts = judge_accounts();
  const bool hostile = judge_hostile();
  const bool report =
      say("one of its crashes is reported above, with the life that followed", crash);
  return books && accounts && hostile && report;
}

bool Demo::judge_books() {
  const auto check = ask(ledger_, "check");
  const auto status = ask(teller_, "status");
  if (!check || !status) return false;
  constexpr std::int64_t total = account_count * opening_balance;
  const std::uint64_t booked = figure(*status, "booked");
  std::int64_t sum = 0;
  for (const Account& account : accounts_) sum += as_number(account.balance);

  bool good = say(fmt::format("the ledger: {}", *check), check->starts_with("balanced "));
  good &= say(fmt::format("its sum is {}, that of the accounts {}, as at the opening",
                          figure(*check, "sum"), sum),
              figure(*check, "sum") == static_cast<std::uint64_t>(total) && sum == total);
  good &= say(fmt::format("{} transfers booked, as the teller says ({})", grouped(booked), *status),
              booked == figure(*check, "debits") && booked == figure(*check, "credits") &&
                  booked >= transfers_wanted);
  return good;
}

bool Demo::judge_accounts() {
  std::uint64_t kills = 0;
  std::string wrong;
  for (const Account& account : accounts_) {
    const std::string name = "bank/" + account.name;
    const std::uint64_t killed = exits_.kills_of(name);
    const auto openings = ask(ledger_, "openings " + account.name);
    kills += killed;
    // One opening for the first life, one for each that followed: those a kill met within `start`
    // may have asked for nothing.
    if (killed == 0 || killed != exits_.exits_of(name) || !openings || as_number(*openings) < 2) {
      wrong += " " + account.name;
    }
  }
  return say(fmt::format("every account was killed ({} times in all) and came back{}{}", kills,
                         wrong.empty() ? "" : ", but not:", wrong),
             wrong.empty());
}

bool Demo::judge_hostile() {
  bool good = true;
  for (const Provocation& provocation : provocations_) {
    good &= say(fmt::format("hostile {:<5} {} times, each {}", provocation.command,
                            provocation.times, to_string(provocation.expected)),
                provocation.was_as_expected && provocation.times > 0);
  }
  return good;
}

std::optional<std::string> Demo::ask(troupe::Address actor, std::string_view text,
                                     std::chrono::milliseconds timeout) {
  const auto answer = runtime_.request(actor, troupe::as_bytes(text), timeout);
  if (answer) return std::string(troupe::as_text(*answer));
  say(fmt::format("{}: {}", text, answer.error().message), false);
  return std::nullopt;
}

Demo::Figures Demo::figures_now() {
  Figures figures{.transfers = shown_.transfers, .messages = 0, .at = Clock::now()};
  for (const troupe::ActorStatus& actor : runtime_.actors()) figures.messages += actor.handled;
  if (const auto status = ask(teller_, "status")) figures.transfers = figure(*status, "booked");
  return figures;
}

void Demo::show() {
  const Figures now = figures_now();
  if (options_.display == Display::table) {
    for (Account& account : accounts_) {
      const auto balance = runtime_.request(account.address, troupe::as_bytes("balance"), 100ms);
      account.balance = balance ? std::string(troupe::as_text(*balance)) : "opening";
    }
    show_table(now, runtime_.actors());
  } else {
    show_line(now);
  }
  shown_ = now;
}

void Demo::show_line(const Figures& now) {
  const auto kinds = exits_.by_kind();
  std::uint64_t exits = 0;
  for (const auto& [kind, count] : kinds) exits += count;
  const auto span = now.at - shown_.at;
  fmt::print("{:5.1f} s  {:>9} transfers  {:>7}/s  {:>9} messages/s  {:>3} exits\n",
             std::chrono::duration<double>(now.at - began_at_).count(), grouped(now.transfers),
             grouped(rate(now.transfers - shown_.transfers, span)),
             grouped(rate(now.messages - shown_.messages, span)), exits);
  (void)std::fflush(stdout);
}

void Demo::show_table(const Figures& now, const std::vector<troupe::ActorStatus>& actors) {
  std::string screen;
  if (lines_on_screen_ > 0) screen += fmt::format("\x1b[{}A", lines_on_screen_);
  lines_on_screen_ = 0;
  const auto line = [&](const std::string& text) {
    screen += text + "\x1b[K\n";  // The rest of an older, longer line goes.
    ++lines_on_screen_;
  };
  const auto span = now.at - shown_.at;
  line(fmt::format("\x1b[1m{:5.1f} s  {} transfers, {}/s  {} messages/s\x1b[0m",
                   std::chrono::duration<double>(now.at - began_at_).count(),
                   grouped(now.transfers), grouped(rate(now.transfers - shown_.transfers, span)),
                   grouped(rate(now.messages - shown_.messages, span))));
  line("");
  line(fmt::format("{:<12} {:>9} {:>7} {:>7} {:>12}  {}", "actor", "balance", "lives", "queued",
                   "messages", "last exit"));
  for (const troupe::ActorStatus& actor : actors) {
    const auto account = std::ranges::find_if(
        accounts_, [&](const Account& a) { return "bank/" + a.name == actor.name; });
    line(fmt::format("{:<12} {:>9} {:>7} {:>7} {:>12}  {}", actor.name.substr(5),
                     account == accounts_.end() ? "" : account->balance, actor.lives, actor.queued,
                     grouped(actor.handled), actor.last_exit ? to_string(*actor.last_exit) : ""));
  }
  fmt::print("{}", screen);
  (void)std::fflush(stdout);
}

bool Demo::say(std::string_view text, bool is_good) {
  fmt::print("  {}  {}\n", is_good ? "ok  " : "FAIL", text);
  return is_good;
}

}  // namespace bank
