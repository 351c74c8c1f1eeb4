// `go N` sends N messages to the actor `sink`; its config says how many may be on their way: after
// so many it asks the sink how many have come. When all are sent it is answered with the sum.

#include "troupe.h"

static troupe_address sink;
static troupe_responder caller;
static int64_t window;
static uint64_t left;
static int64_t counted;

TROUPE_START(config) {
  return troupe_parse(config, &window) && window > 0 ? troupe_done()
                                                     : troupe_error(troupe_str("usage: WINDOW"));
}

static troupe_outcome flood(void) {
  troupe_refusal refusal = TROUPE_OK;
  for (int64_t i = 0; i < window && left > 0 && refusal == TROUPE_OK; ++i, --left)
    refusal = troupe_send(sink, troupe_view(&left, sizeof(left)));
  uint64_t number = 0;
  if (refusal == TROUPE_OK) refusal = troupe_request(sink, troupe_str("count"), 60000, &number);
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}

TROUPE_HANDLE(message) {
  int64_t rounds = 0;
  if (!troupe_equals(troupe_word(&message), "go") || !troupe_parse(message, &rounds) || rounds < 1)
    return troupe_error(troupe_str("usage: go N"));
  if (sink.handle == 0 && troupe_find(troupe_str("sink"), &sink) != TROUPE_OK)
    return troupe_error(troupe_str("there is no sink"));
  caller = troupe_responder_for_later();
  left = (uint64_t)rounds;
  counted = 0;
  return flood();
}

TROUPE_ON_ANSWER(request, answer) {
  (void)request;
  int64_t some = 0;
  if (answer.failure != TROUPE_ANSWERED || !troupe_parse(answer.value, &some))
    return troupe_error(troupe_str("the sink does not answer"));
  counted += some;
  if (left > 0) return flood();
  troupe_responder_answer(caller, troupe_decimal(counted), (troupe_addresses){0, 0});
  return troupe_done();
}
