// Counts events of eight bytes, and at any other tells `publisher` how many there were since the
// last. A request is answered once what came before it is counted.

#include "troupe.h"

static troupe_address publisher;
static uint64_t count;

TROUPE_START(config) {
  (void)config;
  uint64_t subscription = 0;
  const troupe_refusal refusal = troupe_subscribe(troupe_str("bench.tick"), &subscription);
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}

TROUPE_HANDLE(message) {
  (void)message;
  return troupe_answer(troupe_str("here"));
}

TROUPE_ON_EVENT(subscription, topic, payload) {
  (void)subscription;
  (void)topic;
  if (payload.len == sizeof(count)) {
    ++count;
    return troupe_done();
  }
  if (publisher.handle == 0 && troupe_find(troupe_str("publisher"), &publisher) != TROUPE_OK)
    return troupe_error(troupe_str("there is no publisher"));
  const uint64_t counted = count;
  count = 0;
  const troupe_refusal refusal = troupe_send(publisher, troupe_view(&counted, sizeof(counted)));
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}
