#pragma once
// A host that counts the answers it gets and refuses all else: what the rows at engine.hpp run
// their guests against.

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "engine/host_calls.hpp"

namespace troupe::bench {

// Thread: one.
class CountingHost final : public HostCalls {
 public:
  bool owes_answers = true;
  std::uint64_t answers = 0;
  std::uint64_t bytes = 0;

  void returned(BytesView answer) override {
    ++answers;
    bytes += answer.size();
    if (answer.size() >= sizeof(std::uint64_t)) {
      std::memcpy(&last_, answer.data(), sizeof last_);
    }
  }
  // The first eight bytes of the last answer that had as many.
  [[nodiscard]] std::uint64_t last() const { return last_; }

  Accepted<void> send(Address, BytesView, const SendOptions&, std::span<const Address>) override {
    return refused(Refusal::denied);
  }
  Accepted<std::uint64_t> request(Address, BytesView, std::uint32_t, const SendOptions&,
                                  std::span<const Address>) override {
    return refused(Refusal::denied);
  }
  Accepted<std::uint64_t> watch(Address) override { return refused(Refusal::denied); }
  Accepted<void> stop(Address, std::uint32_t) override { return refused(Refusal::denied); }
  std::string label(Address) override { return {}; }
  Accepted<void> answer(Responder, BytesView, std::span<const Address>) override {
    return refused(Refusal::denied);
  }
  Accepted<void> fail(Responder, std::string_view) override { return refused(Refusal::denied); }
  Accepted<void> drop(Responder) override { return refused(Refusal::denied); }
  Address self() override { return {.slot = 1, .generation = 1}; }
  std::optional<Address> sender() override { return std::nullopt; }
  std::span<const Address> received() override { return {}; }
  std::uint64_t message_id() override { return 1; }
  bool answer_owed() override { return owes_answers; }
  std::optional<std::uint32_t> time_left_ms() override { return std::nullopt; }
  std::optional<Responder> responder_for_later() override { return std::nullopt; }
  Accepted<Address> find(std::string_view) override { return refused(Refusal::denied); }
  Accepted<Address> spawn(std::string_view, std::optional<std::string_view>, BytesView) override {
    return refused(Refusal::denied);
  }
  std::vector<Address> children() override { return {}; }
  void exit(std::optional<std::string_view>) override {}
  Accepted<void> publish(std::string_view, BytesView) override { return refused(Refusal::denied); }
  Accepted<std::uint64_t> subscribe(std::string_view) override { return refused(Refusal::denied); }
  Accepted<void> unsubscribe(std::uint64_t) override { return refused(Refusal::denied); }
  Accepted<std::uint64_t> start_timer(std::uint64_t, std::optional<std::uint64_t>) override {
    return refused(Refusal::denied);
  }
  Accepted<void> cancel_timer(std::uint64_t) override { return refused(Refusal::denied); }
  Accepted<void> cancel_request(std::uint64_t) override { return refused(Refusal::denied); }
  Accepted<void> unwatch(std::uint64_t) override { return refused(Refusal::denied); }
  std::uint64_t monotonic_now() override { return 0; }
  std::uint64_t wall_clock_now() override { return 0; }
  void random(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = 0;
  }
  void log(LogLevel, std::string_view) override {}

 private:
  std::uint64_t last_ = 0;
};

}  // namespace troupe::bench
