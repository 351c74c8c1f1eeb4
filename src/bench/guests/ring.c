// One of a ring: passes a token on to the actor that its config names, until it has made its hops.
// The token is two numbers of four bytes: hops left, hops made. `end` is answered with the hops
// made when the token comes to its end here.

#include "troupe.h"

typedef struct {
  uint32_t left;
  uint32_t made;
} token;

static uint8_t next_name[64];
static size_t next_name_len;
static troupe_address next;
static troupe_responder caller;

TROUPE_START(config) {
  next_name_len = config.len < sizeof(next_name) ? config.len : sizeof(next_name);
  __builtin_memcpy(next_name, config.ptr, next_name_len);
  return troupe_done();
}

TROUPE_HANDLE(message) {
  token it;
  if (message.len != sizeof(it)) {
    caller = troupe_responder_for_later();
    return troupe_done();
  }
  __builtin_memcpy(&it, message.ptr, sizeof(it));
  if (it.left == 0) {
    troupe_responder_answer(caller, troupe_decimal(it.made), (troupe_addresses){0, 0});
    return troupe_done();
  }
  if (next.handle == 0 &&
      troupe_find(troupe_view(next_name, next_name_len), &next) != TROUPE_OK)
    return troupe_error(troupe_str("there is no next"));
  --it.left;
  ++it.made;
  const troupe_refusal refusal = troupe_send(next, troupe_view(&it, sizeof(it)));
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}
