// Two of these play ball, each with the other's name as config. `play-ball N` serves a ball that
// comes back N times, and is then answered with the number of times that it did, as it was sent.

#include "troupe.h"

static uint8_t partner_name[64];
static size_t partner_name_len;
static troupe_address partner;
static troupe_responder caller;
static bool serves;
static uint64_t left;
static uint64_t good;

TROUPE_START(config) {
  partner_name_len = config.len < sizeof(partner_name) ? config.len : sizeof(partner_name);
  __builtin_memcpy(partner_name, config.ptr, partner_name_len);
  return troupe_done();
}

static troupe_outcome hit(uint64_t ball) {
  const troupe_refusal refusal = troupe_send(partner, troupe_view(&ball, sizeof(ball)));
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}

// Found late: the partner may be started after this one.
static bool has_partner(void) {
  return partner.handle != 0 ||
         troupe_find(troupe_view(partner_name, partner_name_len), &partner) == TROUPE_OK;
}

static troupe_outcome play(troupe_bytes message) {
  int64_t rounds = 0;
  if (!troupe_equals(troupe_word(&message), "play-ball") || !troupe_parse(message, &rounds) ||
      rounds < 1)
    return troupe_error(troupe_str("usage: play-ball N"));
  caller = troupe_responder_for_later();
  serves = true;
  left = (uint64_t)rounds;
  good = 0;
  return hit(left);
}

TROUPE_HANDLE(message) {
  uint64_t ball = 0;
  if (!has_partner()) return troupe_error(troupe_str("there is nobody to play with"));
  if (message.len != sizeof(ball)) return play(message);  // Orders are longer.
  __builtin_memcpy(&ball, message.ptr, sizeof(ball));
  if (!serves) return hit(ball);
  if (ball == left) ++good;
  if (--left != 0) return hit(left);
  serves = false;
  troupe_responder_answer(caller, troupe_decimal((int64_t)good), (troupe_addresses){0, 0});
  return troupe_done();
}
