#pragma once
// Rules of supervision as text: a command a line, and behind `=>` what comes of it.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "base/format.hpp"
#include "base/units.hpp"
#include "supervisor/supervisor.hpp"

namespace troupe::script {

using namespace std::chrono_literals;

// The words behind a command.
// Thread: one at a time.
class Words {
 public:
  explicit Words(const std::string& line) : in_(line) {}
  std::string next() {
    std::string word;
    in_ >> word;
    return word;
  }
  Duration duration() { return parse_duration(next()).value(); }
  std::uint32_t number() { return static_cast<std::uint32_t>(std::stoul(next())); }

 private:
  std::istringstream in_;
};

template <typename Named, std::size_t Count>
Named named(const std::string& word, const Named (&all)[Count]) {
  for (const Named one : all) {
    if (to_string(one) == word) return one;
  }
  ADD_FAILURE() << "what is '" << word << "'?";
  return all[0];
}

//   policy STRATEGY N in PERIOD [BACKOFF BASE CAP]   [together]      without jitter
//   add|begun NAME TYPE                              add(), add_started()
//   started|crash|kill|exit NAME                     a crash, a kill, a normal exit
//   stopped NAME                                     killed, after the operator asked it to stop
//   hurry NAME                                       not to wait for its time
//   remove NAME     due     stop-all     look        look: who is there, and how it stands
//   at INSTANT                                       goes on to that time
//
// Thread: one at a time.
class Script {
 public:
  std::string run(const std::string& line) {
    Words words(line);
    const std::string command = words.next();
    steps_.clear();
    outcome_.clear();
    const auto known = commands_.find(command);
    if (known == commands_.end()) return "what is '" + command + "'?";
    known->second(words);
    for (const SupervisorStep& step : steps_) say(text_of(step));
    for (const SupervisorStep& step : steps_) {
      if (step.kind == SupervisorStep::Kind::forget) numbers_.erase(name_of_.at(step.child));
    }
    return outcome_;
  }

 private:
  void say(const std::string& part) { outcome_ += (outcome_.empty() ? "" : ", ") + part; }

  std::string text_of(const SupervisorStep& step) {
    using Kind = SupervisorStep::Kind;
    static const std::map<Kind, std::string> names = {
        {Kind::start, "start"}, {Kind::stop, "stop"}, {Kind::forget, "forget"}};
    if (step.kind == Kind::all_down) return "all-down";
    if (step.kind == Kind::wait) return "wait " + format_duration(step.at - Instant{});
    const std::string& name = name_of_.at(step.child);
    EXPECT_EQ(step.number, numbers_.at(name));
    return names.at(step.kind) + " " + name;
  }

  void set_policy(Words& words) {
    policy_ = {};
    policy_.strategy =
        named(words.next(), {Strategy::one_for_one, Strategy::one_for_all, Strategy::rest_for_one});
    policy_.intensity = words.number();
    words.next();
    policy_.period = words.duration();
    policy_.backoff = {.kind = Backoff::Kind::immediate, .jitter_percent = 0};
    std::string word = words.next();
    auto order = Supervisor::StopOrder::one_by_one;
    if (word == "linear" || word == "exponential") {
      policy_.backoff.kind = named(word, {Backoff::Kind::linear, Backoff::Kind::exponential});
      policy_.backoff.base = words.duration();
      policy_.backoff.cap = words.duration();
      word = words.next();
    }
    if (word == "together") order = Supervisor::StopOrder::together;
    supervisor_ = Supervisor(policy_, order);
  }

  void add(Words& words, ChildNumber (Supervisor::*how)(Address, RestartType, SupervisorSteps&)) {
    const std::string name = words.next();
    const RestartType type = named(
        words.next(), {RestartType::permanent, RestartType::transient, RestartType::temporary});
    const Address address{.slot = ++last_slot_, .generation = 1};
    name_of_[address] = name;
    numbers_[name] = (supervisor_.*how)(address, type, steps_);
    EXPECT_EQ(supervisor_.address_of(numbers_[name]), address);
  }

  void end(Words& words, const Exit& exit, StopAsked asked) {
    const SupervisorVerdict verdict =
        supervisor_.ended(numbers_.at(words.next()), exit, asked, now_, steps_);
    std::string what(to_string(verdict.kind));
    if (verdict.delay > 0ns) what += " after " + format_duration(verdict.delay);
    say(what);
  }

  void look() {
    std::string names;
    supervisor_.for_each([&](ChildNumber number, Address address) {
      EXPECT_EQ(number, numbers_.at(name_of_.at(address)));
      names += (names.empty() ? "" : " ") + name_of_.at(address);
    });
    EXPECT_EQ(supervisor_.child_count(), numbers_.size());
    say(names.empty() ? "nobody" : names);
    say("restarts " + std::to_string(supervisor_.restarts_within(now_)));
    if (supervisor_.is_ending()) say("ending");
    if (supervisor_.has_given_up()) say("given up");
  }

  SupervisorPolicy policy_;
  Supervisor supervisor_{SupervisorPolicy{}};
  SupervisorSteps steps_;
  std::string outcome_;
  std::map<std::string, ChildNumber> numbers_;
  std::map<Address, std::string> name_of_;
  std::uint32_t last_slot_ = 0;
  Instant now_;

  const std::map<std::string, std::function<void(Words&)>> commands_ = {
      {"policy", [this](Words& words) { set_policy(words); }},
      {"at", [this](Words& words) { now_ = Instant{} + words.duration(); }},
      {"add", [this](Words& words) { add(words, &Supervisor::add); }},
      {"begun", [this](Words& words) { add(words, &Supervisor::add_started); }},
      {"started", [this](Words& words) { supervisor_.started(numbers_.at(words.next()), steps_); }},
      {"crash", [this](Words& words) { end(words, Exit::crashed("x"), StopAsked::no); }},
      {"kill", [this](Words& words) { end(words, Exit::killed(), StopAsked::no); }},
      {"exit", [this](Words& words) { end(words, Exit::normal(), StopAsked::no); }},
      {"stopped", [this](Words& words) { end(words, Exit::killed(), StopAsked::yes); }},
      {"remove",
       [this](Words& words) {
         const auto found = numbers_.find(words.next());
         supervisor_.remove(found->second, now_, steps_);
         numbers_.erase(found);
       }},
      {"hurry",
       [this](Words& words) { supervisor_.hurry(numbers_.at(words.next()), now_, steps_); }},
      {"due", [this](Words&) { supervisor_.due(now_, steps_); }},
      {"stop-all", [this](Words&) { supervisor_.stop_all(steps_); }},
      {"look", [this](Words&) { look(); }},
  };
};

inline std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? ""
                                    : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// Prints both, what was to be and what is, where they differ.
inline void expect_script(const std::string& text) {
  std::istringstream lines(text);
  Script script;
  std::string expected;
  std::string actual;
  // To the first line that differs: what comes after would follow from it.
  for (std::string line; actual == expected && std::getline(lines, line);) {
    const auto arrow = line.find("=>");
    const std::string command = trimmed(line.substr(0, arrow));
    if (command.empty()) continue;
    const auto row = [&](const std::string& outcome) {
      return fmt::format("{}{}{}\n", command, outcome.empty() ? "" : " => ", outcome);
    };
    expected += row(arrow == std::string::npos ? "" : trimmed(line.substr(arrow + 2)));
    actual += row(script.run(command));
  }
  EXPECT_EQ(actual, expected);
}

}  // namespace troupe::script
