// Sends each message on to the actor that its config names: a link of a chain.

#include "troupe.h"

static troupe_address next;

TROUPE_START(config) {
  const troupe_refusal refusal = troupe_find(config, &next);
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}

TROUPE_HANDLE(message) {
  const troupe_refusal refusal = troupe_send(next, message);
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}
