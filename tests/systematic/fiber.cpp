// Switching stacks.

#include "fiber.hpp"

#include <boost/context/detail/fcontext.hpp>

#include "base/check.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define TROUPE_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TROUPE_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef TROUPE_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

namespace troupe::systematic {
namespace {

// The sanitizer follows the stack: told before a switch where it goes, after it where it came from.
void before_switch([[maybe_unused]] void** fake_stack, [[maybe_unused]] const void* bottom,
                   [[maybe_unused]] std::size_t size) {
#ifdef TROUPE_ADDRESS_SANITIZER
  __sanitizer_start_switch_fiber(fake_stack, bottom, size);
#endif
}

void after_switch([[maybe_unused]] void* fake_stack, [[maybe_unused]] const void** bottom,
                  [[maybe_unused]] std::size_t* size) {
#ifdef TROUPE_ADDRESS_SANITIZER
  __sanitizer_finish_switch_fiber(fake_stack, bottom, size);
#endif
}

using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

}  // namespace

// What a switch hands over: who made it, and to whom.
struct Fiber::Entry {
  Fiber* from;
  Fiber* to;

  static void arrived(transfer_t transfer, void* fake_stack) {
    Fiber& from = *static_cast<Entry*>(transfer.data)->from;
    from.context_ = transfer.fctx;
    // The thread's own stack learns its place here, when it is left for the first time.
    after_switch(fake_stack, &from.bottom_, &from.size_);
  }

  static void begin(transfer_t transfer) {
    Fiber& own = *static_cast<Entry*>(transfer.data)->to;
    arrived(transfer, nullptr);
    own.body_(own.about_);
    CHECK(false, "a fiber's body does not return");
  }
};

Fiber::Fiber(std::size_t stack_bytes, Body body, void* about)
    : stack_(std::make_unique_for_overwrite<std::byte[]>(stack_bytes)),
      context_(make_fcontext(stack_.get() + stack_bytes, stack_bytes, &Entry::begin)),
      body_(body),
      about_(about),
      bottom_(stack_.get()),
      size_(stack_bytes) {}

void Fiber::change(Fiber& from, Fiber& to) {
  Entry entry{.from = &from, .to = &to};
  before_switch(&from.fake_stack_, to.bottom_, to.size_);
  const transfer_t transfer = jump_fcontext(to.context_, &entry);
  Entry::arrived(transfer, from.fake_stack_);
}

}  // namespace troupe::systematic
