#pragma once
// The teller moves money between the accounts of the bank: a native actor.

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "troupe/actor.hpp"

namespace bank {

// README.md has the protocol and says why no money is lost or made.
//
// Config: the names of the accounts, separated by spaces.
// Bounds: open_max transfers open; numbers at most number_spread apart.
// Errors: what it can't learn it asks again, so a bank without a ledger never settles.
class Teller final : public troupe::Actor {
 public:
  troupe::Outcome start(troupe::Turn& turn, troupe::BytesView config) override;
  troupe::Outcome handle(troupe::Turn& turn, troupe::BytesView message) override;
  troupe::Outcome answered(troupe::Turn& turn, std::uint64_t request,
                           const troupe::AnswerView& answer) override;
  troupe::Outcome fired(troupe::Turn& turn, std::uint64_t timer) override;

 private:
  static constexpr std::size_t open_max = 256;
  static constexpr std::uint64_t number_spread = 32'768;  // The ledger keeps twice as many.
  static constexpr std::uint64_t repeat_every = 97;

  enum class Half : std::uint8_t { debit, credit };
  struct Transfer {
    std::uint64_t number = 0;  // 0: this place is free.
    std::size_t from = 0;
    std::size_t to = 0;
    std::uint32_t amount = 0;
    Half half = Half::debit;
    std::uint32_t unanswered = 0;  // Requests for this half.
    std::uint64_t latest = 0;      // Of those.
    bool is_booked = false;        // One of the answers said so.
    bool is_declined = false;      // The answer to the latest said so.
  };

  // Begins transfers until open_max are open.
  void fill(troupe::Turn& turn);
  void begin(troupe::Turn& turn, std::size_t place);
  // Asks for the half in hand, at times twice.
  void ask(troupe::Turn& turn, std::size_t place);
  void ask_once(troupe::Turn& turn, std::size_t place);
  // The account is full, not open yet, or gone for a moment.
  void ask_later(troupe::Turn& turn, std::size_t place);
  // All requests for the half in hand are answered.
  void decide(troupe::Turn& turn, std::size_t place);
  void close(troupe::Turn& turn, std::size_t place);
  [[nodiscard]] std::uint64_t oldest_open() const;
  [[nodiscard]] std::string status() const;

  std::vector<troupe::Address> accounts_;
  std::mt19937_64 choice_;
  std::vector<Transfer> transfers_ = std::vector<Transfer>(open_max);
  std::vector<std::size_t> free_;
  std::vector<std::size_t> waiting_;  // To be asked again when retry_timer_ fires.
  std::unordered_map<std::uint64_t, std::size_t> place_of_;  // By request.
  std::uint64_t retry_timer_ = 0;
  bool is_open_for_business_ = false;
  std::optional<troupe::Responder> finisher_;

  std::uint64_t next_number_ = 1;
  std::uint64_t asked_ = 0;
  std::uint64_t booked_ = 0;
  std::uint64_t declined_ = 0;
  std::uint64_t retried_ = 0;
  std::uint64_t repeated_ = 0;
};

}  // namespace bank
