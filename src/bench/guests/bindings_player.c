// player.c once more, on the bindings that wit-bindgen generates for C: two play ball, each with
// the other's name as config. `play-ball N` serves a ball that comes back N times, and is then
// answered with the number of times that it did, as it was sent.

#include <string.h>

#include "actor.h"

static const char serve_order[] = "play-ball ";

static actor_string_t partner_name;
static troupe_actor_host_own_address_t partner;
static bool has_partner;
static troupe_actor_host_own_responder_t caller;
static bool serves;
static uint64_t left;
static uint64_t good;

bool exports_troupe_actor_guest_start(actor_list_u8_t* config, actor_string_t* error) {
  (void)error;
  // The bytes change hands, and are kept.
  partner_name.ptr = config->ptr;
  partner_name.len = config->len;
  return true;
}

static bool failed(actor_string_t* error, const char* why) {
  actor_string_dup(error, why);
  return false;
}

static bool hit(uint64_t ball, actor_string_t* error) {
  actor_list_u8_t payload = {(uint8_t*)&ball, sizeof(ball)};
  troupe_actor_host_refusal_t refusal = 0;
  return troupe_actor_host_method_address_send(troupe_actor_host_borrow_address(partner), &payload,
                                               &refusal) ||
         failed(error, "the ball was refused");
}

// Found late: the partner may be started after this one.
static bool find_partner(void) {
  troupe_actor_host_refusal_t refusal = 0;
  if (!has_partner) has_partner = troupe_actor_host_find(&partner_name, &partner, &refusal);
  return has_partner;
}

static void answer(uint64_t number) {
  uint8_t digits[20];
  size_t at = sizeof(digits);
  do {
    digits[--at] = (uint8_t)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  actor_list_u8_t payload = {digits + at, sizeof(digits) - at};
  troupe_actor_host_list_borrow_address_t addresses = {0};
  troupe_actor_host_static_responder_answer(caller, &payload, &addresses);
}

static bool play(const actor_list_u8_t* order, actor_string_t* error) {
  enum { word = sizeof(serve_order) - 1 };
  uint64_t rounds = 0;
  if (order->len <= word) return failed(error, "usage: play-ball N");
  for (size_t i = 0; i < order->len; ++i) {
    const uint8_t byte = order->ptr[i];
    const bool is_good = i < word ? byte == (uint8_t)serve_order[i] : byte >= '0' && byte <= '9';
    if (!is_good) return failed(error, "usage: play-ball N");
    if (i >= word) rounds = rounds * 10 + (uint64_t)(byte - '0');
  }
  if (rounds == 0 || !troupe_actor_host_responder_for_later(&caller))
    return failed(error, "a request to play at least one round is needed");
  serves = true;
  left = rounds;
  good = 0;
  return hit(left, error);
}

bool exports_troupe_actor_guest_handle(actor_list_u8_t* payload, actor_option_list_u8_t* answered,
                                       actor_string_t* error) {
  uint64_t ball = 0;
  answered->is_some = false;
  if (!find_partner()) return failed(error, "there is nobody to play with");
  const bool is_ball = payload->len == sizeof(ball);
  const bool is_good = is_ball || play(payload, error);
  if (is_ball) memcpy(&ball, payload->ptr, sizeof(ball));
  actor_list_u8_free(payload);
  if (!is_ball) return is_good;
  if (!serves) return hit(ball, error);
  if (ball == left) ++good;
  if (--left != 0) return hit(left, error);
  serves = false;
  answer(good);
  return true;
}
