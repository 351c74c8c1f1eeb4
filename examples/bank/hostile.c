// A guest that means harm, on command: it can end nothing but its own life.
//
//   loop    never returns                                   exceeded deadline
//   oob     writes beyond its memory                        crashed: memory out of bounds
//   bomb    takes memory until there is none, then traps    crashed: unreachable
//   stack   calls itself for ever                           exceeded stack

#include "troupe.h"

static volatile uint32_t ticks;

// Not a tail call, and without locals in memory: it is the machine's stack that runs out.
__attribute__((noinline)) static uint32_t dive(uint32_t level) {
  if (level == UINT32_MAX) return 0;
  ticks = level;
  return dive(level + 1) + ticks;
}

static void bomb(void) {
  size_t step = 65536;
  while (step != 0) {
    if (__builtin_wasm_memory_grow(0, step) == SIZE_MAX) step /= 2;
  }
  const int64_t size = (int64_t)__builtin_wasm_memory_size(0);
  troupe_log(TROUPE_LOG_DEBUG, troupe_join(troupe_str("no more memory at "), troupe_decimal(size)));
  __builtin_trap();
}

TROUPE_HANDLE(message) {
  if (troupe_equals(message, "loop")) {
    for (;;) ticks = ticks + 1;
  }
  if (troupe_equals(message, "oob")) {
    *(volatile uint8_t*)(uintptr_t)(__builtin_wasm_memory_size(0) + (ticks & 1)) = 1;
  }
  if (troupe_equals(message, "bomb")) bomb();
  if (troupe_equals(message, "stack")) ticks = dive(0);
  return troupe_error(troupe_str("loop, oob, bomb or stack?"));
}
