// `go N` asks the actor `echo` N times, one request after the other, and is then answered with the
// number of answers that came back as they were sent.

#include "troupe.h"

static troupe_address echo;
static troupe_responder caller;
static uint64_t left;
static uint64_t good;

static troupe_outcome ask(void) {
  uint64_t number = 0;
  const troupe_refusal refusal =
      troupe_request(echo, troupe_view(&left, sizeof(left)), 60000, &number);
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}

TROUPE_HANDLE(message) {
  int64_t rounds = 0;
  if (!troupe_equals(troupe_word(&message), "go") || !troupe_parse(message, &rounds) || rounds < 1)
    return troupe_error(troupe_str("usage: go N"));
  if (echo.handle == 0 && troupe_find(troupe_str("echo"), &echo) != TROUPE_OK)
    return troupe_error(troupe_str("there is no echo"));
  caller = troupe_responder_for_later();
  left = (uint64_t)rounds;
  good = 0;
  return ask();
}

TROUPE_ON_ANSWER(request, answer) {
  (void)request;
  uint64_t back = 0;
  if (answer.failure == TROUPE_ANSWERED && answer.value.len == sizeof(back))
    __builtin_memcpy(&back, answer.value.ptr, sizeof(back));
  if (back == left) ++good;
  if (--left != 0) return ask();
  troupe_responder_answer(caller, troupe_decimal((int64_t)good), (troupe_addresses){0, 0});
  return troupe_done();
}
