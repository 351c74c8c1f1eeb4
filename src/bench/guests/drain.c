// Counts messages of eight bytes, and answers any request with how many there were since the last.

#include "troupe.h"

static uint64_t count;

TROUPE_HANDLE(message) {
  if (!troupe_answer_owed()) {
    if (message.len == sizeof(count)) ++count;
    return troupe_done();
  }
  const uint64_t counted = count;
  count = 0;
  return troupe_answer(troupe_decimal((int64_t)counted));
}
