#pragma once
// One message on its way: what the sender said and what the runtime stamped on it.
//
// The same cache line carries everything that travels between actors and between threads: messages,
// requests, answers, timer firings, exits, and the control plane's orders to a worker.

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "model/pool.hpp"
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
  check,   // How is it? Of its life `number`.
  stop,    // Asked to stop until `deadline`; if that is never, within its own budget. `number` may
           // be stop_for_restart.
  // Orders that the receiver's home worker carries out itself.
  watch,            // `sender` watches `receiver` under `number`.
  unwatch,          // The same, taken back.
  create,           // The receiver begins; carries an order of actor/.
  restart,          // A new life begins.
  end,              // The present life ends now; carries an ExitNote.
  retire,           // The receiver ends for good: its children, its mailbox, its slot.
  tell_end,         // The control plane is to hear of the receiver's end.
  end_all,          // All actors of the worker end now.
  child_ended,      // A life of `sender`, child `number` of `receiver`; carries how if it matters.
  child_gone,       // The same has ended for good.
  pause,            // A message of the receiver waits for room at `sender`.
  resume,           // It does no more.
  arrive,           // The receiver moves in from another worker; carries it.
  turn_done,        // The receiver's turn, which went on beside the worker, is home.
  subscribe,        // `sender` subscribes under `number`; carries a TopicNote.
  unsubscribe,      // The same, taken back.
  unsubscribe_all,  // All of `sender`'s.
  fan_out,          // An event and those of the worker who get it; carries a FanOutNote.
  // Effects of a handler that its own worker carries out.
  start_timer,     // `number` fires after `deadline.ns`; its period is in the books.
  cancel_timer,    // `number` is an AlarmKey.
  cancel_request,  // `number`.
  spawn,           // `receiver` is the child's address, `number` its template's; its config.
  stop_child,      // `receiver` is asked to stop within `deadline.ns`.
  exit,            // The life ends; carries an ExitNote.
  // For the control plane.
  control,  // Carries a report or a request of runtime/.
};

// Whether it waits in a mailbox for its receiver's handler.
[[nodiscard]] constexpr bool is_for_handler(EnvelopeKind kind) {
  return kind <= EnvelopeKind::stop;
}

// What an envelope carries besides bytes, by kind.
struct Note : Pooled {
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
// What came with a message. Thread: as its envelope.
class AddressesNote final : public Note {
 public:
  // REQUIRES: limits::message_addresses_max at most.
  explicit AddressesNote(std::span<const Address> list) : count_(list.size()) {
    CHECK(list.size() <= addresses_.size());
    std::ranges::copy(list, addresses_.begin());
  }
  [[nodiscard]] std::span<const Address> addresses() const { return {addresses_.data(), count_}; }

 private:
  std::array<Address, limits::message_addresses_max> addresses_;
  std::size_t count_;
};

// Payload bytes that do not fit into the envelope, and its note. Immutable once shared.
// Thread: the count from any thread; the rest is read-only after construction.
class Body {
 public:
  static Body* make(BytesView bytes, std::unique_ptr<Note> note);
  // Of both, one behind the other.
  static Body* make_of_two(BytesView bytes, std::string_view more);
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  // Whether others hold it, too; who is the only one stays that.
  [[nodiscard]] bool is_shared() const { return references_.load(std::memory_order_relaxed) > 1; }
  void retain(std::uint32_t times) { references_.fetch_add(times, std::memory_order_relaxed); }
  void release(std::uint32_t times = 1);
  [[nodiscard]] BytesView bytes() const {
    return {reinterpret_cast<const std::uint8_t*>(this) + sizeof(Body), size_};
  }
  [[nodiscard]] Note* note() const { return note_.get(); }

 private:
  Body(std::uint32_t size, std::unique_ptr<Note> note) : size_(size), note_(std::move(note)) {}
  ~Body() = default;

  static Body* make_empty(std::size_t size, std::unique_ptr<Note> note);
  [[nodiscard]] std::uint8_t* data() {
    return reinterpret_cast<std::uint8_t*>(this) + sizeof(Body);
  }

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
class Envelope : public Pooled {
 public:
  using Seed = EnvelopeSeed;

  static EnvelopePtr make(const Seed& seed, BytesView payload = {}) {
    EnvelopePtr envelope(new Envelope(seed));
    envelope->fill(payload);
    return envelope;
  }
  static EnvelopePtr make(const Seed& seed, BytesView payload, std::unique_ptr<Note> note) {
    EnvelopePtr envelope(new Envelope(seed));
    envelope->fill(payload, std::move(note));
    return envelope;
  }
  // An event of that topic, which stands behind the payload: a delivery has no more to look at than
  // that of a message.
  static EnvelopePtr make_event(const Seed& seed, std::string_view topic, BytesView payload) {
    EnvelopePtr envelope(new Envelope(seed));
    envelope->kind = EnvelopeKind::event;
    envelope->size_ = static_cast<std::uint32_t>(payload.size());
    envelope->body_ = Body::make_of_two(payload, topic);
    envelope->has_body_ = true;
    return envelope;
  }
  // It carries nothing yet: fill() comes next, or never.
  explicit Envelope(const Seed& seed)
      : receiver(seed.receiver),
        sender(seed.sender),
        number(seed.number),
        deadline(seed.deadline),
        id(seed.id),
        body_(nullptr),
        kind(seed.kind),
        priority(seed.priority) {}
  Envelope(const Envelope&) = delete;
  Envelope& operator=(const Envelope&) = delete;
  ~Envelope() {
    if (has_body_) body_->release();
  }

  void fill(BytesView payload) {
    size_ = static_cast<std::uint32_t>(payload.size());
    // A copy of a length that is not known costs a call; one of eight bytes does not.
    if (payload.size() == inline_bytes) {
      std::memcpy(inline_, payload.data(), inline_bytes);
    } else if (!payload.empty()) {
      fill_otherwise(payload);
    }
  }
  void fill(BytesView payload, std::unique_ptr<Note> note);

  [[nodiscard]] BytesView payload() const {
    return {has_body_ ? body_->bytes().data() : inline_, size_};
  }
  // REQUIRES: it is an event.
  [[nodiscard]] std::string_view topic() const { return as_text(body_->bytes().subspan(size_)); }
  // Null if it carries none, or one of another kind.
  template <typename N>
  [[nodiscard]] N* note() const {
    // One comparison, since nothing derives from it; a dynamic cast costs as much as a delivery.
    static_assert(std::is_final_v<N>);
    Note* const carried = has_body_ ? body_->note() : nullptr;
    return carried != nullptr && typeid(*carried) == typeid(N) ? static_cast<N*>(carried) : nullptr;
  }
  [[nodiscard]] std::uint32_t size() const { return size_; }

  Envelope* next = nullptr;  // Of whichever list owns it; means nothing while none does.
  Address receiver;
  Address sender;            // Nobody: from outside, or from the runtime.
  std::uint64_t number = 0;  // Of the request, timer, subscription or watch.
  Instant deadline = never;  // A request's end, a message's time to live, a stop's budget.
  std::uint64_t id = 0;      // Below 2^53, unique in the node.

 private:
  static constexpr std::size_t inline_bytes = 8;

  // A copy for another receiver, which shares the body.
  Envelope(const Envelope& original, Address to, std::uint64_t as)
      : receiver(to),
        sender(original.sender),
        number(as),
        deadline(original.deadline),
        id(original.id),
        body_(nullptr),
        size_(original.size_),
        has_body_(original.has_body_),
        kind(original.kind),
        priority(original.priority) {
    // Either is eight bytes long.
    std::memcpy(inline_, original.inline_, sizeof inline_);
  }

  void fill_otherwise(BytesView payload);

  union {
    Body* body_;
    std::uint8_t inline_[inline_bytes];
  };
  std::uint32_t size_ = 0;
  bool has_body_ = false;

 public:
  EnvelopeKind kind = EnvelopeKind::message;
  Priority priority = Priority::normal;
  std::uint8_t crashes = 0;  // Of its receiver, while it was in hand.

 private:
  friend class Copies;
  friend class LetGo;
};
static_assert(sizeof(Envelope) == 64, "an envelope is one cache line");

// Makes copies of an envelope for other receivers, which share its bytes and its note. They are
// counted all at once, since an atomic operation for each costs as much as the rest of it.
//
// Thread: one. `original` outlives it.
class Copies {
 public:
  Copies(const Envelope& original, std::uint32_t count) : original_(original), left_(count) {
    if (original.has_body_ && count > 0) original.body_->retain(count);
  }
  Copies(const Copies&) = delete;
  Copies& operator=(const Copies&) = delete;
  // There may be less of them than was thought.
  ~Copies() {
    if (original_.has_body_ && left_ > 0) original_.body_->release(left_);
  }

  // REQUIRES: not called more often than `count` says.
  [[nodiscard]] EnvelopePtr make(Address receiver, std::uint64_t number) {
    --left_;
    EnvelopePtr copy(new Envelope(original_, receiver, number));
    Pool::fetch_next();
    return copy;
  }

 private:
  const Envelope& original_;
  std::uint32_t left_;
};

// Lets go of what handled envelopes share, as the copies of an event do: all that have come by
// since the last flush() at once, for the same reason.
//
// Thread: one at a time.
// Owns:   what they shared, until flush() or the end.
// Bounds: places_ of such bodies.
class LetGo {
 public:
  LetGo() = default;
  LetGo(const LetGo&) = delete;
  LetGo& operator=(const LetGo&) = delete;
  ~LetGo() { flush(); }

  // `envelope` is about to end.
  void take(Envelope& envelope) {
    if (!envelope.has_body_ || !envelope.body_->is_shared()) return;
    // Events that are published one after the other have ids one after the other.
    const std::size_t at = envelope.id % places_;
    Shared& here = shared_[at];
    if (here.body != envelope.body_) {
      release(at);
      here.body = envelope.body_;
      used_ |= std::uint64_t{1} << at;
    }
    ++here.count;
    envelope.has_body_ = false;
  }
  void flush() {
    while (used_ != 0) release(static_cast<std::size_t>(std::countr_zero(used_)));
  }

 private:
  struct Shared {
    Body* body = nullptr;
    std::uint32_t count = 0;
  };
  static constexpr std::size_t places_ = 64;

  void release(std::size_t at) {
    Shared& here = shared_[at];
    if (here.body != nullptr) here.body->release(here.count);
    here = {};
    used_ &= ~(std::uint64_t{1} << at);
  }

  std::array<Shared, places_> shared_;
  std::uint64_t used_ = 0;  // A bit for each place that is taken.
};

// Who gets a copy of an event, and for which of its subscriptions.
struct Recipient {
  Address subscriber;
  std::uint64_t number = 0;
};
static_assert(sizeof(Recipient) == 16 && std::is_trivially_copyable_v<Recipient>);

// What an envelope of kind fan_out carries; its payload are the recipients, as they are in memory.
struct FanOutNote final : Note {
  explicit FanOutNote(EnvelopePtr what) : event(std::move(what)) {}
  EnvelopePtr event;
};

// As how many an inbox counts it.
[[nodiscard]] inline std::uint32_t deliveries_of(const Envelope& envelope) {
  return envelope.kind == EnvelopeKind::fan_out
             ? static_cast<std::uint32_t>(envelope.size() / sizeof(Recipient))
             : 1;
}

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

  void push(EnvelopePtr envelope) {
    Envelope* last = envelope.release();
    last->next = nullptr;
    (head_ == nullptr ? head_ : tail_->next) = last;
    tail_ = last;
  }
  void push_front(EnvelopePtr envelope) {
    Envelope* first = envelope.release();
    first->next = head_;
    if (head_ == nullptr) tail_ = first;
    head_ = first;
  }
  // Null when empty.
  [[nodiscard]] EnvelopePtr pop() {
    Envelope* first = head_;
    if (first == nullptr) return nullptr;
    head_ = first->next;
    return EnvelopePtr(first);
  }
  // visit(const Envelope&) for each, in order.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    for (const Envelope* at = head_; at != nullptr; at = at->next) visit(*at);
  }
  [[nodiscard]] bool empty() const { return head_ == nullptr; }
  // Null when empty.
  [[nodiscard]] const Envelope* first() const { return head_; }
  // For who pops it soon.
  void fetch_first() const { __builtin_prefetch(head_, 1); }
  [[nodiscard]] bool first_is(EnvelopeKind kind) const {
    return head_ != nullptr && head_->kind == kind;
  }
  // Gives up the whole list, oldest first, linked by `next`; the caller owns it.
  [[nodiscard]] Envelope* release_all();

 private:
  Envelope* head_ = nullptr;
  Envelope* tail_ = nullptr;  // Of a list that is not empty.
};

// The number of a stop that the next life follows: the state of this one is to be saved for it.
inline constexpr std::uint64_t stop_for_restart = 1;

// Requests from outside the node's actors are asked, and answered, under this address.
inline constexpr Address outside{.slot = UINT32_MAX, .generation = 1};

}  // namespace troupe
