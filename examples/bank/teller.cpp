#include "teller.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

namespace bank {
namespace {

using namespace std::chrono_literals;
using troupe::as_text;
using troupe::Failure;
using troupe::Outcome;
using troupe::Turn;

constexpr auto account_timeout = 2s;
constexpr auto retry_delay = 5ms;
constexpr std::uint32_t amount_max = 100;

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace

Outcome Teller::start(Turn& turn, troupe::BytesView config) {
  for (const std::string_view name : words_of(as_text(config))) {
    const auto account = turn.find(name);
    if (!account) {
      return Outcome::error(fmt::format("can't find {}: {}", name, to_string(account.error())));
    }
    accounts_.push_back(*account);
  }
  if (accounts_.size() < 2) return Outcome::error("config: the names of two accounts or more");
  std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
  turn.random(bytes);
  std::uint64_t seed = 0;
  std::memcpy(&seed, bytes.data(), sizeof(seed));
  choice_.seed(seed);
  for (std::size_t place = open_max; place > 0; --place) free_.push_back(place - 1);
  return {};
}

Outcome Teller::handle(Turn& turn, troupe::BytesView message) {
  const std::string_view verb = as_text(message);
  if (verb == "go") {
    is_open_for_business_ = true;
    fill(turn);
    return Outcome::answer("ok");
  }
  if (verb == "status") return Outcome::answer(status());
  if (verb == "finish") {
    is_open_for_business_ = false;
    if (free_.size() == open_max) return Outcome::answer(status());
    finisher_ = turn.responder_for_later();
    return {};
  }
  return Outcome::error("go, status or finish?");
}

Outcome Teller::answered(Turn& turn, std::uint64_t request, const troupe::AnswerView& answer) {
  const auto found = place_of_.find(request);
  if (found == place_of_.end()) return {};
  const std::size_t place = found->second;
  place_of_.erase(found);
  Transfer& transfer = transfers_[place];
  --transfer.unanswered;
  if (answer.has_value()) transfer.is_booked = true;
  if (request == transfer.latest) {
    transfer.is_declined = !answer.has_value() && answer.error().kind == Failure::Kind::failed &&
                           answer.error().text == "overdrawn";
  }
  if (transfer.unanswered == 0) decide(turn, place);
  return {};
}

Outcome Teller::fired(Turn& turn, std::uint64_t) {
  retry_timer_ = 0;
  std::vector<std::size_t> places;
  places.swap(waiting_);
  for (const std::size_t place : places) ask_once(turn, place);
  return {};
}

void Teller::fill(Turn& turn) {
  if (!is_open_for_business_) return;
  while (!free_.empty()) {
    // Looked at once for each batch of numbers: the search is over all places.
    if (next_number_ % open_max == 0 && next_number_ - oldest_open() > number_spread) return;
    const std::size_t place = free_.back();
    free_.pop_back();
    begin(turn, place);
  }
}

void Teller::begin(Turn& turn, std::size_t place) {
  std::uniform_int_distribution<std::size_t> any(0, accounts_.size() - 1);
  std::uniform_int_distribution<std::size_t> other(1, accounts_.size() - 1);
  std::uniform_int_distribution<std::uint32_t> amount(1, amount_max);
  Transfer transfer;
  transfer.number = next_number_++;
  transfer.from = any(choice_);
  transfer.to = (transfer.from + other(choice_)) % accounts_.size();
  transfer.amount = amount(choice_);
  transfers_[place] = transfer;
  ask(turn, place);
}

void Teller::ask(Turn& turn, std::size_t place) {
  ask_once(turn, place);
  if (++asked_ % repeat_every == 0) {
    ++repeated_;
    ask_once(turn, place);
  }
}

void Teller::ask_once(Turn& turn, std::size_t place) {
  Transfer& transfer = transfers_[place];
  const bool is_debit = transfer.half == Half::debit;
  const troupe::Address account = accounts_[is_debit ? transfer.from : transfer.to];
  const std::string text =
      fmt::format("{} {} {}", is_debit ? "debit" : "credit", transfer.amount, transfer.number);
  transfer.is_declined = false;
  const auto request = turn.request(account, troupe::as_bytes(text), account_timeout);
  if (request) {
    transfer.latest = *request;
    ++transfer.unanswered;
    place_of_.emplace(*request, place);
    return;
  }
  if (transfer.unanswered == 0) ask_later(turn, place);  // Otherwise: a repeat that need not be.
}

void Teller::ask_later(Turn& turn, std::size_t place) {
  waiting_.push_back(place);
  if (retry_timer_ != 0) return;
  if (const auto timer = turn.start_timer(retry_delay, std::nullopt)) retry_timer_ = *timer;
}

void Teller::decide(Turn& turn, std::size_t place) {
  Transfer& transfer = transfers_[place];
  if (!transfer.is_booked) {
    if (transfer.is_declined) {
      ++declined_;
      return close(turn, place);
    }
    ++retried_;
    return ask_later(turn, place);
  }
  if (transfer.half == Half::credit) {
    ++booked_;
    return close(turn, place);
  }
  transfer.half = Half::credit;
  transfer.is_booked = false;
  ask(turn, place);
}

void Teller::close(Turn& turn, std::size_t place) {
  transfers_[place] = {};
  free_.push_back(place);
  fill(turn);
  if (free_.size() < open_max || !finisher_) return;
  const std::string text = status();
  if (turn.answer(*finisher_, troupe::as_bytes(text))) finisher_.reset();
}

std::uint64_t Teller::oldest_open() const {
  std::uint64_t oldest = next_number_;
  for (const Transfer& transfer : transfers_) {
    if (transfer.number != 0) oldest = std::min(oldest, transfer.number);
  }
  return oldest;
}

std::string Teller::status() const {
  return fmt::format("booked {} declined {} retried {} repeated {} open {}", booked_, declined_,
                     retried_, repeated_, open_max - free_.size());
}

}  // namespace bank
