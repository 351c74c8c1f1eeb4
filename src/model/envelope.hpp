#pragma once
// One message on its way: what the sender said and what the runtime stamped on it.
//
// The same cache line carries everything that travels between actors and between threads: messages,
// requests, answers, timer firings, exits, and the control plane's orders to a worker.

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "troupe/address.hpp"
#include "troupe/bytes.hpp"
#include "troupe/outcome.hpp"
#include "troupe/time.hpp"

namespace troupe {

enum class EnvelopeKind : std::uint8_t {
  // Handled by the receiver's guest, from the user lane.
  message,
  request,
  event,
  // Likewise, from the system lane: these overtake the user lane.
  answer,
  failure,  // A request ended without an answer; carries a FailureNote.
  timer,
  exited,  // A watched life ended; carries an ExitNote.
  stop,    // Asked to stop until `deadline`.
  // Orders that the receiver's home worker carries out itself.
  watch,            // `sender` watches `receiver` under `number`.
  unwatch,          // The same, taken back.
  create,           // The receiver begins; carries an order of actor/.
  restart,          // A new life begins.
  end,              // The present life ends now; carries an ExitNote.
  retire,           // The receiver ends for good: its mailbox is emptied and its slot freed.
  child_gone,       // `sender`, a child of `receiver`, ended for good.
  subscribe,        // `sender` subscribes under `number`; carries a TopicNote.
  unsubscribe,      // The same, taken back.
  unsubscribe_all,  // All of `sender`'s.
  // For the control plane.
  control,  // Carries a report or a request of runtime/.
};

// What an envelope carries besides bytes, by kind.
struct Note {
  Note() = default;
  Note(const Note&) = delete;
  Note& operator=(const Note&) = delete;
  virtual ~Note() = default;
};
struct FailureNote final : Note {
  explicit FailureNote(Failure what) : failure(std::move(what)) {}
  Failure failure;
};
struct ExitNote final : Note {
  explicit ExitNote(Exit how) : exit(std::move(how)) {}
  Exit exit;
};
struct TopicNote final : Note {
  explicit TopicNote(std::string text) : topic(std::move(text)) {}
  std::string topic;  // Or filter.
};
struct AddressesNote final : Note {
  explicit AddressesNote(std::span<const Address> list) : addresses(list.begin(), list.end()) {}
  std::vector<Address> addresses;
};

// Payload bytes that do not fit into the envelope, and its note. Immutable once shared.
// Thread: the count from any thread; the rest is read-only after construction.
class Body {
 public:
  static Body* make(BytesView bytes, std::unique_ptr<Note> note);
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
  void release();
  [[nodiscard]] BytesView bytes() const;
  [[nodiscard]] Note* note() const { return note_.get(); }

 private:
  Body(std::uint32_t size, std::unique_ptr<Note> note) : size_(size), note_(std::move(note)) {}
  ~Body() = default;

  std::atomic<std::uint32_t> references_{1};
  std::uint32_t size_;
  std::unique_ptr<Note> note_;
  // The bytes follow.
};

class Envelope;
using EnvelopePtr = std::unique_ptr<Envelope>;

// What the maker of an envelope says; the payload is copied.
struct EnvelopeSeed {
  EnvelopeKind kind = EnvelopeKind::message;
  Priority priority = Priority::normal;
  Address receiver = {};
  Address sender = {};
  std::uint64_t number = 0;
  Instant deadline = never;
  std::uint64_t id = 0;
};

// Thread: one owner at a time; handing it over is a push into a list or an inbox.
class Envelope {
 public:
  using Seed = EnvelopeSeed;

  static EnvelopePtr make(const Seed& seed, BytesView payload = {},
                          std::unique_ptr<Note> note = nullptr);
  // The same bytes and note for another receiver, not copied.
  [[nodiscard]] EnvelopePtr share_with(Address to, std::uint64_t as_number) const;
  Envelope(const Envelope&) = delete;
  Envelope& operator=(const Envelope&) = delete;
  ~Envelope();

  [[nodiscard]] BytesView payload() const;
  template <typename N>
  [[nodiscard]] N* note() const {
    return has_body_ ? dynamic_cast<N*>(body_->note()) : nullptr;
  }
  [[nodiscard]] std::uint32_t size() const { return size_; }

  Envelope* next = nullptr;  // Of whichever list owns it.
  Address receiver;
  Address sender;            // Nobody: from outside, or from the runtime.
  std::uint64_t number = 0;  // Of the request, timer, subscription or watch.
  Instant deadline = never;  // A request's end, a message's time to live, a stop's budget.
  std::uint64_t id = 0;      // Below 2^53, unique in the node.

 private:
  static constexpr std::size_t inline_bytes = 8;

  explicit Envelope(const Seed& seed);

  union {
    Body* body_;
    std::uint8_t inline_[inline_bytes];
  };
  std::uint32_t size_ = 0;
  bool has_body_ = false;

 public:
  EnvelopeKind kind = EnvelopeKind::message;
  Priority priority = Priority::normal;
};
static_assert(sizeof(Envelope) == 64, "an envelope is one cache line");

// An owning first-in-first-out list.
// Thread: owner only.
class EnvelopeList {
 public:
  EnvelopeList() = default;
  EnvelopeList(EnvelopeList&& other) noexcept;
  EnvelopeList& operator=(EnvelopeList&& other) noexcept;
  EnvelopeList(const EnvelopeList&) = delete;
  EnvelopeList& operator=(const EnvelopeList&) = delete;
  ~EnvelopeList();

  void push(EnvelopePtr envelope);
  [[nodiscard]] EnvelopePtr pop();  // Null when empty.
  [[nodiscard]] bool empty() const { return head_ == nullptr; }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  // Gives up the whole list, oldest first, linked by `next`; the caller owns it.
  [[nodiscard]] Envelope* release_all();

 private:
  Envelope* head_ = nullptr;
  Envelope* tail_ = nullptr;
  std::uint32_t count_ = 0;
};

// Requests from outside the node's actors are asked, and answered, under this address.
inline constexpr Address outside{.slot = UINT32_MAX, .generation = 1};

}  // namespace troupe
