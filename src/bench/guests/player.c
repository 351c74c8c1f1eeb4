// Two of these play ball, each with the other's name as config. `play-ball N` serves a ball that
// comes back N times, and is then answered with the number of times that it did, as it was sent.
// `where-are-you` is answered with the number of its worker, the high bits of the id of what it
// sends itself.

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

static troupe_outcome answer(uint64_t number) {
  troupe_responder_answer(caller, troupe_decimal((int64_t)number), (troupe_addresses){0, 0});
  return troupe_done();
}

static troupe_outcome say_where(void) {
  caller = troupe_responder_for_later();
  const troupe_address self = troupe_self();
  const troupe_refusal refusal = troupe_send(self, troupe_str("me"));
  troupe_drop(self);
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
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

// What is not a ball.
static troupe_outcome obey(troupe_bytes order) {
  enum { worker_shift = 44 };
  if (troupe_equals(order, "where-are-you")) return say_where();
  if (troupe_equals(order, "me")) return answer(troupe_message_id() >> worker_shift);
  return play(order);
}

TROUPE_HANDLE(message) {
  uint64_t ball = 0;
  if (!has_partner()) return troupe_error(troupe_str("there is nobody to play with"));
  if (message.len != sizeof(ball)) return obey(message);
  __builtin_memcpy(&ball, message.ptr, sizeof(ball));
  if (!serves) return hit(ball);
  if (ball == left) ++good;
  if (--left != 0) return hit(left);
  serves = false;
  return answer(good);
}
