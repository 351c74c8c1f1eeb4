#pragma once
// When memory may be freed that readers without locks may still look at: once everybody has passed
// a quiescent state since it was unlinked.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace troupe {

// What BasicReclaimer is made of; a model checker brings its own. Each order stands for the one
// site of its name.
struct ReclaimerPolicy {
  template <typename T>
  using Atomic = std::atomic<T>;
  using Mutex = std::mutex;

  // seq_cst, all four, and so the loads by which readers follow a pointer, and the store that
  // unlinks it: a reader's entry comes before its look at the pointer, the unlinking before the
  // look at the reader's word. One of the two sees the other.
  static constexpr std::memory_order enter = std::memory_order_seq_cst;
  static constexpr std::memory_order begin_grace = std::memory_order_seq_cst;
  static constexpr std::memory_order follow = std::memory_order_seq_cst;
  static constexpr std::memory_order unlink = std::memory_order_seq_cst;
  // What a reader did comes before the freeing.
  static constexpr std::memory_order leave = std::memory_order_release;
  static constexpr std::memory_order end_grace = std::memory_order_acquire;

  // For threads without a word of their own. More are rarely inside at once; away threads are
  // bounded likewise.
  static constexpr std::size_t shared_words = 32;
  static void yield() { std::this_thread::yield(); }
  // Spreads threads over the shared words: stacks lie far apart.
  static std::size_t stripe() {
    const char here = 0;
    return (reinterpret_cast<std::uintptr_t>(&here) >> 16U) * 0x9E37'79B9'7F4A'7C15U >> 32U;
  }
};

// Quiescent-state-based reclamation over two kinds of readers. One with a word of its own (a
// worker) is a reader for the length of a step; everybody else takes a Section for a few
// instructions. Who is outside, whether idle, parked or gone, delays nothing.
//
// Readers load what they follow with Policy::follow; writers unlink with Policy::unlink, then
// retire.
//
// The owner of a reader retires without a lock, and frees what it has retired.
//
// Thread: a Reader is its owner's, as are retire() and collect() with the owner's number; the rest
//         any thread.
// Owns:   what is retired, until it is freed.
// Bounds: what waits is what was retired while the longest present section lasts, twice, and for
//         each owner and all others together a batch (batch_size) that waits for company until
//         collect(). A section that never ends keeps everything that is retired after its
//         beginning.
//
// Cost:   an owned reader: one locked store to enter and a plain one to leave, a section: one
//         locked operation and a plain store; a retirement: one look at each word, divided by
//         batch_size.
// Method: K. Fraser, "Practical lock-freedom", Cambridge UCAM-CL-TR-579, 2004, section 5.2.3;
//         T. Hart, P. McKenney, A. Demke Brown, J. Walpole, "Performance of memory reclamation for
//         lockless synchronization", J. Parallel Distrib. Comput. 67, 2007. Words that are odd
//         inside stand for epochs, as Linux's RCU has it for processors that may be idle.
template <typename Policy = ReclaimerPolicy>
class BasicReclaimer {
 public:
  static constexpr std::size_t batch_size = 64;

  // Thread: one at a time, each after the one before.
  class alignas(64) Reader {
   public:
    void enter() { word_.store(value() + 1, Policy::enter); }
    void leave() { word_.store(value() + 1, Policy::leave); }
    [[nodiscard]] bool is_inside() const { return value() % 2 != 0; }

   private:
    friend class BasicReclaimer;

    [[nodiscard]] std::uint64_t value() const { return word_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool try_enter() {
      std::uint64_t seen = value();
      return seen % 2 == 0 && word_.compare_exchange_strong(seen, seen + 1, Policy::enter,
                                                            std::memory_order_relaxed);
    }

    Policy::template Atomic<std::uint64_t> word_{0};
  };

  explicit BasicReclaimer(std::size_t owned_readers)
      : reader_count_(shared_count + owned_readers),
        readers_(std::make_unique<Reader[]>(reader_count_)),
        owned_(std::make_unique<Owned[]>(owned_readers)) {}
  BasicReclaimer(const BasicReclaimer&) = delete;
  BasicReclaimer& operator=(const BasicReclaimer&) = delete;
  // REQUIRES: nobody is inside.
  ~BasicReclaimer() {
    shared_.free_all();
    for (std::size_t i = 0; shared_count + i < reader_count_; ++i) owned_[i].free_all();
  }

  [[nodiscard]] Reader& reader(std::size_t owner) { return readers_[shared_count + owner]; }

  // The calling thread reads while this lives: briefly, and without waiting for anybody. It waits
  // itself only where all shared words are taken.
  class Section {
   public:
    explicit Section(BasicReclaimer& over) : word_(over.claim()) {}
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;
    ~Section() { word_.leave(); }

   private:
    Reader& word_;
  };

  // Frees it in time. REQUIRES: no reader who enters from here on can come upon it.
  template <typename T, typename Deleter>
  void retire(std::unique_ptr<T, Deleter> what) {
    const Garbage one = garbage_of(std::move(what));
    std::vector<Garbage> freed;
    {
      const std::lock_guard lock(mutex_);
      shared_.open.push_back(one);
      if (shared_.open.size() >= batch_size) freed = advance(shared_);
      waiting_.store(shared_.size(), std::memory_order_relaxed);
    }
    destroy(freed);
  }
  // Likewise, by the owner of a reader.
  template <typename T, typename Deleter>
  void retire(std::unique_ptr<T, Deleter> what, std::size_t owner) {
    Owned& own = owned_[owner];
    own.open.push_back(garbage_of(std::move(what)));
    if (own.open.size() >= batch_size) destroy(advance(own));
  }

  // Frees what can be freed now, without waiting for readers.
  void collect() {
    if (waiting() == 0) return;
    std::vector<Garbage> freed;
    {
      const std::lock_guard lock(mutex_);
      freed = advance(shared_);
      waiting_.store(shared_.size(), std::memory_order_relaxed);
    }
    destroy(freed);
  }
  // Likewise, by the owner of a reader, of what it has retired.
  void collect(std::size_t owner) {
    if (waiting(owner) > 0) destroy(advance(owned_[owner]));
  }

  // How many are retired and not freed.
  [[nodiscard]] std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  // Likewise, of those that the owner of a reader has retired, who asks.
  [[nodiscard]] std::size_t waiting(std::size_t owner) const { return owned_[owner].size(); }

 private:
  struct Garbage {
    const void* what;
    void (*destroy)(const void*);
  };
  struct Wait {
    const Reader* reader;
    std::uint64_t value;
  };
  static constexpr std::size_t shared_count = Policy::shared_words;

  [[nodiscard]] Reader& claim() {
    for (std::size_t at = Policy::stripe(), tries = 1;; ++at, ++tries) {
      Reader& one = readers_[at % shared_count];
      if (one.try_enter()) return one;
      if (tries % shared_count == 0) Policy::yield();
    }
  }

  // What some have retired. One batch is filled while another waits for those who were inside when
  // it was closed.
  struct Batches {
    std::vector<Garbage> open;
    std::vector<Garbage> closed;
    std::vector<Wait> waits;  // Those who were inside when `closed` was closed, and still are.

    [[nodiscard]] std::size_t size() const { return open.size() + closed.size(); }
    void free_all() {
      destroy(closed);
      destroy(open);
    }
  };
  // A line for each owner.
  struct alignas(64) Owned : Batches {};

  template <typename T, typename Deleter>
  static Garbage garbage_of(std::unique_ptr<T, Deleter> what) {
    return {.what = what.release(), .destroy = [](const void* object) {
              // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): as it was given.
              Deleter{}(static_cast<T*>(const_cast<void*>(object)));
            }};
  }

  // Gives back what is to be freed. The shared ones: under mutex_.
  [[nodiscard]] std::vector<Garbage> advance(Batches& of) {
    std::vector<Garbage> freed;
    if (is_grace_over(of)) freed = std::exchange(of.closed, {});
    if (of.closed.empty()) {
      of.closed = std::exchange(of.open, {});
      begin_grace(of);
      if (is_grace_over(of)) {
        freed.insert(freed.end(), of.closed.begin(), of.closed.end());
        of.closed.clear();
      }
    }
    return freed;
  }

  void begin_grace(Batches& of) {
    for (std::size_t i = 0; i < reader_count_; ++i) {
      const std::uint64_t value = readers_[i].word_.load(Policy::begin_grace);
      if (value % 2 != 0) of.waits.push_back({&readers_[i], value});
    }
  }

  [[nodiscard]] bool is_grace_over(Batches& of) {
    std::erase_if(of.waits, [](const Wait& one) {
      return one.reader->word_.load(Policy::end_grace) != one.value;
    });
    return of.waits.empty();
  }

  static void destroy(const std::vector<Garbage>& batch) {
    for (const Garbage& one : batch) one.destroy(one.what);
  }

  const std::size_t reader_count_;
  const std::unique_ptr<Reader[]> readers_;  // The shared ones, then the owned ones.

  const std::unique_ptr<Owned[]> owned_;

  Policy::Mutex mutex_;
  Batches shared_;  // Under mutex_: what those have retired who own no reader.

  Policy::template Atomic<std::size_t> waiting_{0};
};

using Reclaimer = BasicReclaimer<>;

}  // namespace troupe
