// Built with -g. `N M` answers N / M; M = 0 traps in a known place: in divide(), line 8, called by
// handle, line 15. Do not move lines: a test knows them.

#include "troupe.h"

// noinline: the trap has a frame of its own.
__attribute__((noinline)) static int32_t divide(int32_t dividend, int32_t divisor) {
  return dividend / divisor;
}

TROUPE_HANDLE(message) {
  int64_t dividend = 0, divisor = 0;
  troupe_parse(troupe_word(&message), &dividend);
  troupe_parse(message, &divisor);
  return troupe_answer(troupe_decimal(divide((int32_t)dividend, (int32_t)divisor)));
}
