// Two of these, each with the other's name as config, play: `go N` serves a ball, eight bytes that
// count down from N, one at each hit. `hits` answers how many this one has made.

#include "troupe.h"

static uint8_t peer_name[64];
static size_t peer_name_len;
static troupe_address peer;
static int64_t hits;

TROUPE_START(config) {
  peer_name_len = config.len < sizeof(peer_name) ? config.len : sizeof(peer_name);
  __builtin_memcpy(peer_name, config.ptr, peer_name_len);
  return troupe_done();
}

static troupe_outcome hit(int64_t left) {
  if (left == 0) return troupe_done();
  ++hits;
  // Found late: it may have been started after this one.
  if (peer.handle == 0 && troupe_find(troupe_view(peer_name, peer_name_len), &peer) != TROUPE_OK) {
    return troupe_error(troupe_str("there is nobody to play with"));
  }
  const troupe_refusal refusal = troupe_send(peer, troupe_view(&left, sizeof(left)));
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}

TROUPE_HANDLE(message) {
  int64_t left = 0;
  if (troupe_equals(message, "hits")) return troupe_answer(troupe_decimal(hits));
  if (troupe_starts_with(message, "go ")) {
    troupe_word(&message);
    troupe_parse(message, &left);
    return hit(left);
  }
  if (message.len != sizeof(left)) return troupe_error(troupe_str("usage: go N, hits"));
  __builtin_memcpy(&left, message.ptr, sizeof(left));
  return hit(left - 1);
}
