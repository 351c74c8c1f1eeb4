// `publish N` publishes N events to its subscribers and is answered with the sum of what they
// counted. Its config: how many subscribers there are, and how many events may be on their way;
// after so many it waits for the last subscriber to get so far.

#include "troupe.h"

static int64_t subscribers;
static int64_t window;
static troupe_address last;
static troupe_responder caller;
static uint64_t left;
static int64_t waiting;
static uint64_t counted;

TROUPE_START(config) {
  const bool is_good = troupe_parse(troupe_word(&config), &subscribers) && subscribers > 0 &&
                       troupe_parse(config, &window) && window > 0;
  return is_good ? troupe_done() : troupe_error(troupe_str("usage: SUBSCRIBERS WINDOW"));
}

static troupe_outcome publish(void) {
  troupe_refusal refusal = TROUPE_OK;
  for (int64_t i = 0; i < window && left > 0 && refusal == TROUPE_OK; ++i, --left)
    refusal = troupe_publish(troupe_str("bench.tick"), troupe_view(&left, sizeof(left)));
  uint64_t number = 0;
  if (refusal == TROUPE_OK && left > 0) {
    refusal = troupe_request(last, troupe_str("pace"), 60000, &number);
  } else if (refusal == TROUPE_OK) {
    waiting = subscribers;
    refusal = troupe_publish(troupe_str("bench.tick"), troupe_str("end"));
  }
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}

TROUPE_HANDLE(message) {
  uint64_t some = 0;
  if (message.len == sizeof(some)) {
    __builtin_memcpy(&some, message.ptr, sizeof(some));
    counted += some;
    if (--waiting != 0) return troupe_done();
    troupe_responder_answer(caller, troupe_decimal((int64_t)counted), (troupe_addresses){0, 0});
    return troupe_done();
  }
  int64_t events = 0;
  if (!troupe_equals(troupe_word(&message), "publish") || !troupe_parse(message, &events) ||
      events < 1)
    return troupe_error(troupe_str("usage: publish N"));
  if (last.handle == 0 && troupe_find(troupe_str("last"), &last) != TROUPE_OK)
    return troupe_error(troupe_str("there is no last one"));
  caller = troupe_responder_for_later();
  left = (uint64_t)events;
  counted = 0;
  return publish();
}

TROUPE_ON_ANSWER(request, answer) {
  (void)request;
  return answer.failure == TROUPE_ANSWERED
             ? publish()
             : troupe_error(troupe_str("the last one does not answer"));
}
