// Goes through so many steps as its config says for each message of eight bytes, and counts it; a
// request is answered with what it brought. Any other request is answered with how many there were
// since the last, and the end of the chain.

#include "troupe.h"

static int64_t steps;
static uint64_t state = 1;
static uint64_t count;

TROUPE_START(config) {
  return troupe_parse(config, &steps) ? troupe_done() : troupe_error(troupe_str("usage: STEPS"));
}

TROUPE_HANDLE(message) {
  if (message.len == sizeof(count)) {
    for (int64_t step = 0; step < steps; ++step)
      state = (state ^ (state >> 32)) * 6364136223846793005ULL;
    ++count;
    return troupe_answer(message);
  }
  const uint64_t counted = count;
  count = 0;
  return troupe_answer(troupe_join(troupe_decimal((int64_t)counted), troupe_str(" "),
                                   troupe_decimal((int64_t)state)));
}
