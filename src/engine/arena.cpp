#include "engine/arena.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <span>
#include <sys/mman.h>
#include <system_error>
#include <thread>
#include <vector>

#include "base/check.hpp"
#include "base/format.hpp"

namespace troupe {
namespace {

using limits::GiB;
using limits::KiB;
using limits::MiB;

constexpr std::uint64_t gap_bytes = 8 * GiB;
constexpr std::uint64_t huge_page_bytes = 2 * MiB;
constexpr std::uint64_t page_bytes = 4 * KiB;
constexpr std::uint64_t small_slice_bytes_max = 256 * KiB;
constexpr std::size_t small_class_count = 4;
// One mprotect makes this much accessible, or one slice where that is more.
constexpr std::uint64_t growth_bytes = 32 * MiB;
// Of a large slice that is freed warm, this much stays resident.
constexpr std::uint64_t warm_bytes = 256 * KiB;

constexpr std::uint64_t round_up(std::uint64_t bytes, std::uint64_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

std::string human(std::uint64_t bytes) {
  if (bytes >= GiB) return fmt::format("{} GiB", bytes / GiB);
  if (bytes >= MiB) return fmt::format("{} MiB", bytes / MiB);
  return fmt::format("{} KiB", bytes / KiB);
}

std::string error_text(int code) { return std::generic_category().message(code); }

}  // namespace

// --- One size class -----------------------------------------------------------------------------

// Slices below `fresh_` are in use or in one of the two free lists; above it nobody has been.
//
//   base_ |== slices handed out once ==|-- lead: populated ahead --|-- accessible --|-- none --|
//   gap
//                                fresh_                  populated_       accessible_  reserve_
class ArenaSet::Class {
 public:
  struct Setup {
    std::uint32_t number = 0;
    std::uint64_t reserve_bytes = 0;
    Populate populate = Populate::on_demand;
  };

  explicit Class(Setup setup)
      : number_(setup.number),
        slice_bytes_(limits::arena_slice_bytes_min << setup.number),
        wanted_bytes_(std::clamp(setup.reserve_bytes / slice_bytes_ * slice_bytes_, slice_bytes_,
                                 limits::arena_slices_max * slice_bytes_)),
        small_(slice_bytes_ <= small_slice_bytes_max),
        ahead_(small_ && setup.populate == Populate::ahead) {}

  ~Class() {
    CHECK(live_ == 0, "an instance outlives its arena");
    if (mapping_ != nullptr) ::munmap(mapping_, mapping_bytes_);
  }
  Class(const Class&) = delete;
  Class& operator=(const Class&) = delete;

  struct Acquired {
    Slice slice;
    bool lead_is_short = false;  // The populator has work.
  };

  Result<Acquired> acquire() {
    const std::scoped_lock lock(mutex_);
    std::uint32_t index = 0;
    bool fresh = false;
    if (!warm_.empty()) {
      index = warm_.back();
      warm_.pop_back();
      if (!small_) --warm_places_taken_;
    } else if (!cold_.empty()) {
      index = cold_.back();
      cold_.pop_back();
    } else {
      if (std::optional<Error> error = make_room()) return std::unexpected(*std::move(error));
      index = fresh_++;
      fresh = true;
    }
    live_peak_ = std::max(live_peak_, ++live_);
    return Acquired{
        .slice = {.base = address(index),
                  .capacity = slice_bytes_,
                  .size_class = number_,
                  .index = index,
                  .is_fresh = fresh},
        .lead_is_short = fresh && ahead_ && populated_ < fresh_bytes() + lead_bytes() / 2};
  }

  void release(const Slice& slice, std::uint64_t used_bytes) {
    CHECK(used_bytes <= slice_bytes_);
    CHECK(slice.base == address(slice.index), "not a slice of this arena");
    const bool warm = small_ || reserve_warm_place();
    if (slice.is_fresh && small_ && !ahead_) {
      zero_touched(slice.base, used_bytes);
    } else {
      zero(slice.base, used_bytes, warm ? Keep::resident : Keep::nothing);
    }
    const std::scoped_lock lock(mutex_);
    CHECK(live_ > 0 && slice.index < fresh_, "a slice came back twice");
    --live_;
    (warm ? warm_ : cold_).push_back(slice.index);
  }

  // Makes one more chunk resident, of those the lead has room for. False: nothing to do.
  // Thread: the populator only.
  bool populate_chunk() {
    std::uint8_t* chunk = nullptr;
    {
      const std::scoped_lock lock(mutex_);
      // Where use has overtaken, its faults have populated already.
      populated_ = std::max(populated_, fresh_bytes() / huge_page_bytes * huge_page_bytes);
      const std::uint64_t end = populated_ + huge_page_bytes;
      if (fresh_ == 0 || populate_failed_ || end > fresh_bytes() + lead_bytes()) return false;
      if (end > reserve_ || (end > accessible_ && make_accessible(end) != 0)) return false;
      chunk = base_ + populated_;
    }
    const bool done = ::madvise(chunk, huge_page_bytes, MADV_POPULATE_WRITE) == 0;
    const std::scoped_lock lock(mutex_);
    if (done) {
      populated_ += huge_page_bytes;
      populated_total_ += huge_page_bytes;
    }
    populate_failed_ = !done;  // An older kernel, or no memory: use faults its pages in by itself.
    return done;
  }

  void add_to(ArenaStats& stats) const {
    const std::scoped_lock lock(mutex_);
    stats.slices += live_;
    stats.slices_peak += live_peak_;
    stats.slice_bytes += live_ * slice_bytes_;
    stats.slice_bytes_peak += live_peak_ * slice_bytes_;
    stats.reserved_bytes += mapping_bytes_;
    stats.accessible_bytes += accessible_;
    stats.populated_bytes += populated_total_;
  }

 private:
  enum class Keep : std::uint8_t { resident, nothing };

  [[nodiscard]] std::uint8_t* address(std::uint32_t index) const {
    return base_ + index * slice_bytes_;
  }
  [[nodiscard]] std::uint64_t fresh_bytes() const { return fresh_ * slice_bytes_; }

  // A node of five actors populates 2 MiB ahead, a node of many enough for a burst of starts.
  [[nodiscard]] std::uint64_t lead_bytes() const {
    return std::clamp(round_up(fresh_bytes() / 4, huge_page_bytes), huge_page_bytes,
                      limits::arena_lead_bytes_max);
  }

  bool reserve_warm_place() {
    const std::scoped_lock lock(mutex_);
    if (warm_places_taken_ == limits::arena_warm_slices_max) return false;
    ++warm_places_taken_;
    return true;
  }

  void zero(std::uint8_t* base, std::uint64_t used_bytes, Keep keep) const {
    std::uint64_t resident = 0;
    if (keep == Keep::resident) resident = small_ ? used_bytes : std::min(used_bytes, warm_bytes);
    std::memset(base, 0, resident);
    give_back(base + resident, used_bytes - resident);
  }

  // Zeroes what the kernel says is resident, and leaves absent what is not: writing zeros there
  // would make pages for nobody. What it calls absent may have been swapped out, so that is given
  // back as well, which costs little where there is nothing.
  static void zero_touched(std::uint8_t* base, std::uint64_t used_bytes) {
    std::array<unsigned char, small_slice_bytes_max / page_bytes> pages = {};
    if (::mincore(base, used_bytes, pages.data()) != 0) pages.fill(1);
    const auto is_resident = [&](std::uint64_t page) { return (pages[page] & 1U) != 0; };
    const std::uint64_t count = round_up(used_bytes, page_bytes) / page_bytes;
    for (std::uint64_t first = 0, end = 0; first < count; first = end) {
      while (end < count && is_resident(end) == is_resident(first)) ++end;
      std::uint8_t* const run = base + first * page_bytes;
      const std::uint64_t bytes = (end - first) * page_bytes;
      if (is_resident(first)) {
        std::memset(run, 0, bytes);
      } else {
        give_back(run, bytes);
      }
    }
  }

  // Whole pages from `base` on become zeros that take no memory.
  static void give_back(std::uint8_t* base, std::uint64_t bytes) {
    // Refused for locked memory (mlockall), which stays resident then.
    if (bytes != 0 && ::madvise(base, round_up(bytes, page_bytes), MADV_DONTNEED) != 0)
      std::memset(base, 0, bytes);
  }

  // Makes the slice at `fresh_` accessible.
  std::optional<Error> make_room() {
    if (mapping_ == nullptr) {
      if (const int code = map(); code != 0) {
        return Error{ErrorCode::overloaded,
                     fmt::format("no address space for an arena of {} memories: {}. Raise the "
                                 "process's limit (ulimit -v), or use fewer sizes of memory.",
                                 human(slice_bytes_), error_text(code))};
      }
    }
    const std::uint64_t end = fresh_bytes() + slice_bytes_;
    if (end > reserve_) {
      return Error{ErrorCode::overloaded,
                   fmt::format("the arena of {} memories is full: {} of them are in use. Stop "
                               "actors, or lower their memory limit to reach a smaller class.",
                               human(slice_bytes_), live_)};
    }
    if (end <= accessible_) return std::nullopt;
    if (const int code = make_accessible(end); code != 0) {
      return Error{ErrorCode::overloaded,
                   fmt::format("the kernel gives the arena of {} memories no more memory: {}. Stop "
                               "actors, or allow overcommit (vm.overcommit_memory = 0 or 1).",
                               human(slice_bytes_), error_text(code))};
    }
    return std::nullopt;
  }

  // Takes the addresses; half as many as long as there are too few. 0, or an errno.
  int map() {
    for (std::uint64_t reserve = wanted_bytes_;; reserve = reserve / 2) {
      reserve = reserve / slice_bytes_ * slice_bytes_;
      if (reserve == 0) return ENOMEM;
      const std::uint64_t bytes = reserve + gap_bytes + huge_page_bytes;
      void* mapping =
          ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (mapping == MAP_FAILED) continue;
      mapping_ = mapping;
      mapping_bytes_ = bytes;
      reserve_ = reserve;
      // Advice for all of it at once: advice that differs would split the kernel's area. Refused
      // only by kernels without huge pages, where both are the same.
      ::madvise(mapping, bytes, ahead_ ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
      auto* start = static_cast<std::uint8_t*>(mapping);
      const auto misaligned = reinterpret_cast<std::uintptr_t>(start) % huge_page_bytes;
      base_ = start + (misaligned == 0 ? 0 : huge_page_bytes - misaligned);
      return 0;
    }
  }

  // REQUIRES: end <= reserve_. 0, or an errno.
  int make_accessible(std::uint64_t end) {
    const std::uint64_t wanted = std::min(reserve_, round_up(end, growth_bytes));
    if (::mprotect(base_ + accessible_, wanted - accessible_, PROT_READ | PROT_WRITE) != 0)
      return errno;
    accessible_ = wanted;
    return 0;
  }

  const std::uint32_t number_;
  const std::uint64_t slice_bytes_;
  const std::uint64_t wanted_bytes_;
  const bool small_;
  const bool ahead_;

  mutable std::mutex mutex_;
  void* mapping_ = nullptr;  // From here to populate_failed_: guarded by mutex_.
  std::uint64_t mapping_bytes_ = 0;
  std::uint8_t* base_ = nullptr;  // Constant from the first slice on.
  std::uint64_t reserve_ = 0;
  std::uint64_t accessible_ = 0;
  std::uint64_t populated_ = 0;        // How far the populator has come.
  std::uint64_t populated_total_ = 0;  // What it has done itself.
  std::uint32_t fresh_ = 0;
  std::uint64_t live_ = 0;
  std::uint64_t live_peak_ = 0;
  std::vector<std::uint32_t> warm_;      // Free and resident; small classes have only these.
  std::vector<std::uint32_t> cold_;      // Free, its pages given back.
  std::uint32_t warm_places_taken_ = 0;  // Large classes: in warm_ or on the way there.
  bool populate_failed_ = false;
};

// --- The populator ------------------------------------------------------------------------------

// A thread that makes chunks of the small classes resident while nobody waits for them.
class ArenaSet::Populator {
 public:
  explicit Populator(std::span<const std::unique_ptr<Class>> classes)
      : classes_(classes), thread_([this] { run(); }) {}

  ~Populator() {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  Populator(const Populator&) = delete;
  Populator& operator=(const Populator&) = delete;

  void wake() {
    if (awake_.exchange(true, std::memory_order_acq_rel)) return;
    // The lock orders this before or after the sleeper's look at awake_, never in between.
    const std::scoped_lock lock(mutex_);
    wake_.notify_one();
  }

 private:
  void run() {
    while (true) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || awake_.load(std::memory_order_acquire); });
        if (stopping_) return;
      }
      awake_.store(false, std::memory_order_release);
      for (const std::unique_ptr<Class>& one : classes_) {
        while (!is_stopping() && one->populate_chunk()) {
        }
      }
    }
  }

  bool is_stopping() {
    const std::scoped_lock lock(mutex_);
    return stopping_;
  }

  std::span<const std::unique_ptr<Class>> classes_;
  std::atomic<bool> awake_ = false;  // Somebody has asked since the last look.
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  // Last: it uses the rest.
};

// --- The set ------------------------------------------------------------------------------------

ArenaSet::ArenaSet(Options options) {
  for (std::uint32_t number = 0; number < class_count; ++number) {
    classes_[number] = std::make_unique<Class>(Class::Setup{
        .number = number, .reserve_bytes = options.reserve_bytes, .populate = options.populate});
  }
  if (options.populate == Populate::ahead)
    populator_ = std::make_unique<Populator>(std::span(classes_).first(small_class_count));
}

ArenaSet::~ArenaSet() = default;

Result<Slice> ArenaSet::acquire(MemoryNeed need) {
  if (need.min_bytes > need.max_bytes) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("a memory of at least {} bytes and at most {} can't be. Raise its "
                            "maximum, or the actor's memory limit.",
                            need.min_bytes, need.max_bytes));
  }
  if (need.max_bytes > limits::arena_slice_bytes_max) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("a memory of up to {} bytes is beyond the 4 GiB of 32-bit WebAssembly. "
                            "Lower its maximum.",
                            need.max_bytes));
  }
  const std::uint64_t bytes = std::max(need.max_bytes, limits::arena_slice_bytes_min);
  const auto number = static_cast<std::uint32_t>(std::bit_width(bytes - 1) -
                                                 std::bit_width(limits::arena_slice_bytes_min - 1));
  auto acquired = classes_[number]->acquire();
  if (!acquired) return std::unexpected(std::move(acquired).error());
  if (acquired->lead_is_short) populator_->wake();
  return acquired->slice;
}

void ArenaSet::release(const Slice& slice, std::uint64_t used_bytes) {
  CHECK(slice.size_class < class_count);
  classes_[slice.size_class]->release(slice, used_bytes);
}

ArenaStats ArenaSet::stats() const {
  ArenaStats stats;
  for (const std::unique_ptr<Class>& one : classes_) one->add_to(stats);
  return stats;
}

}  // namespace troupe
