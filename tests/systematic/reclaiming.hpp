#pragma once
// What a model's reclaimer is made of, and what it frees.

#include <cstddef>
#include <memory>
#include <utility>

#include "atomics.hpp"
#include "scheduler/reclaimer.hpp"

namespace troupe::systematic {

// With the names of its orders, and one shared word.
struct ModelReclaiming {
  template <typename T>
  using Atomic = systematic::Atomic<T>;
  using Mutex = systematic::Mutex;
  static constexpr NamedOrder enter{{"Reclaimer.enter", std::memory_order_seq_cst}};
  static constexpr NamedOrder begin_grace{{"Reclaimer.begin_grace", std::memory_order_seq_cst}};
  static constexpr NamedOrder follow{{"Reclaimer.follow", std::memory_order_seq_cst}};
  static constexpr NamedOrder unlink{{"Reclaimer.unlink", std::memory_order_seq_cst}};
  static constexpr NamedOrder leave{{"Reclaimer.leave", std::memory_order_release}};
  static constexpr NamedOrder end_grace{{"Reclaimer.end_grace", std::memory_order_acquire}};
  static constexpr std::size_t shared_words = 1;
  static void yield() { ModelAtomics::pause(); }
  static std::size_t stripe() { return 0; }
};

// Until all is freed that was retired; readers come to their ends meanwhile. `owner`: of what is
// meant, who asks; without, of what no owner has retired.
template <typename... Owner>
void collect_all(BasicReclaimer<ModelReclaiming>& reclaimer, Owner... owner) {
  while (true) {
    reclaimer.collect(owner...);
    if (reclaimer.waiting(owner...) == 0) break;
    ModelAtomics::pause();
  }
}

// Of what has an owner: it ends there and then, and its memory is kept, as Execution has it.
struct End {
  template <typename T>
  void operator()(T* what) const {
    std::destroy_at(what);
  }
};
template <typename T>
using Owned = std::unique_ptr<T, End>;

template <typename T, typename... Arguments>
Owned<T> make_owned(Arguments&&... arguments) {
  return Owned<T>(Execution::current().make_owned<T>(std::forward<Arguments>(arguments)...));
}

// Likewise, of several. Who comes when they have ended is told, as with any other data.
template <typename T>
class OwnedParts {
 public:
  explicit OwnedParts(std::size_t count)
      : count_(count), first_(Execution::current().make_owned<T>()) {
    for (std::size_t i = 1; i < count; ++i) (void)Execution::current().make_owned<T>();
  }
  OwnedParts(const OwnedParts&) = delete;
  OwnedParts& operator=(const OwnedParts&) = delete;
  ~OwnedParts() { std::destroy_n(static_cast<T*>(first_), count_); }

  [[nodiscard]] T& operator[](std::size_t at) const { return static_cast<T*>(first_)[at]; }

 private:
  std::size_t count_;
  Plain<T*> first_;
};

}  // namespace troupe::systematic
