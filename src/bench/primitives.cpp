#include "bench/primitives.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "base/check.hpp"

namespace troupe::bench {
namespace {

constexpr std::size_t line_bytes = 64;
constexpr std::uint64_t mapping_pages_max = 32 * huge_page_bytes / page_bytes;
constexpr std::uint8_t stamp = 1;

// The compiler must take it that somebody else reads and writes all memory here.
void keep_memory() { asm volatile("" ::: "memory"); }

std::size_t round_up(std::size_t bytes, std::size_t to) { return (bytes + to - 1) / to * to; }

}  // namespace

Work add_alone(std::uint64_t times) {
  alignas(line_bytes) std::atomic<std::uint64_t> counter{0};
  for (std::uint64_t time = 0; time < times; ++time)
    counter.fetch_add(1, std::memory_order_relaxed);
  const std::uint64_t counted = counter.load(std::memory_order_relaxed);
  return {.count = counted, .sum = counted};
}

Work multiply_chain(std::uint64_t times) {
  constexpr int steps = 64;
  std::uint64_t state = 0x9e3779b97f4a7c15;
  for (std::uint64_t time = 0; time < times; ++time) {
    for (int step = 0; step < steps; ++step) {
      state ^= state >> 29;
      state *= 0xbf58476d1ce4e5b9;
    }
    // Keeps the compiler from knowing the chain's end.
    asm volatile("" : "+r"(state));
  }
  return {.count = times, .sum = state};
}

Work ask_parent(std::uint64_t times) {
  const auto parent = ::syscall(SYS_getppid);
  Work work;
  for (std::uint64_t time = 0; time < times; ++time) {
    if (::syscall(SYS_getppid) == parent) ++work.sum;
    ++work.count;
  }
  return work;
}

Work wake_nobody(std::uint64_t times) {
  alignas(line_bytes) std::atomic<std::uint32_t> word{0};
  Work work;
  for (std::uint64_t time = 0; time < times; ++time) {
    if (::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0) == 0) ++work.sum;
    ++work.count;
  }
  return work;
}

Work read_clock(std::uint64_t times) {
  Work work;
  auto last = std::chrono::steady_clock::now();
  for (std::uint64_t time = 0; time < times; ++time) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= last) ++work.sum;
    last = now;
    ++work.count;
  }
  return work;
}

Copies::Copies() : buffers_(std::make_unique<Buffers>()) { buffers_->from.back() = stamp; }

Work Copies::copy(std::uint64_t times) {
  Work work;
  for (std::uint64_t time = 0; time < times; ++time) {
    buffers_->to.back() = 0;
    keep_memory();
    std::memcpy(buffers_->to.data(), buffers_->from.data(), bytes);
    keep_memory();
    work.sum += buffers_->to.back();
    ++work.count;
  }
  return work;
}

FreshPages::FreshPages(std::uint64_t pages, Size size) : pages_(pages) {
  CHECK(pages > 0 && pages <= mapping_pages_max);
  const bool is_huge = size == Size::huge;
  // A mapping of the kernel's choice begins anywhere: one huge page more leaves room to align.
  const std::size_t bytes = is_huge
                                ? round_up(pages * page_bytes, huge_page_bytes) + huge_page_bytes
                                : pages * page_bytes;
  void* const place =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(place != MAP_FAILED, "64 MiB of addresses are left");
  mapping_ = {static_cast<std::uint8_t*>(place), bytes};
  const auto address = reinterpret_cast<std::uintptr_t>(place);
  begin_ = mapping_.data() + (is_huge ? round_up(address, huge_page_bytes) - address : 0);
  // A kernel without huge pages refuses both words and does what the first one asks for.
  (void)::madvise(place, bytes, is_huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

FreshPages::~FreshPages() { ::munmap(mapping_.data(), mapping_.size()); }

void FreshPages::touch() {
  for (std::size_t page = 0; page < pages_; ++page) begin_[page * page_bytes] = stamp;
  keep_memory();
}

bool FreshPages::populate() {
  int result = 0;
  do {
    result = ::madvise(begin_, pages_ * page_bytes, MADV_POPULATE_WRITE);
  } while (result != 0 && errno == EINTR);
  return result == 0;
}

std::uint64_t FreshPages::count_backed() const {
  std::vector<unsigned char> is_backed(pages_);
  CHECK(::mincore(begin_, pages_ * page_bytes, is_backed.data()) == 0);
  std::uint64_t count = 0;
  for (const unsigned char page : is_backed) count += page & 1U;
  return count;
}

Work touch_fresh(std::uint64_t times) {
  Work work;
  while (work.count < times) {
    const std::uint64_t pages = std::min(times - work.count, mapping_pages_max);
    FreshPages fresh(pages, FreshPages::Size::small);
    fresh.touch();
    work.sum += fresh.count_backed();
    work.count += pages;
  }
  return work;
}

Work populate_huge(std::uint64_t times) {
  Work work;
  while (work.count < times) {
    const std::uint64_t pages = std::min(times - work.count, mapping_pages_max);
    FreshPages fresh(pages, FreshPages::Size::huge);
    if (!fresh.populate()) break;
    work.sum += fresh.count_backed();
    work.count += pages;
  }
  return work;
}

}  // namespace troupe::bench
