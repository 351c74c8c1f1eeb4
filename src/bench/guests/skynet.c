// A branch of a ten-ary tree: spawns its own branches, adds up what they send, sends the sum to
// whoever sent the leaves, and ends. A leaf sends its number. From outside `add-up-the-leaves N` is
// answered with the sum of N leaves, and who was asked lives on.

#include "troupe.h"

enum { branches = 10 };

// The leaves that a branch is to add up.
typedef struct {
  uint64_t first;
  uint64_t count;
} leaves;

static troupe_address parent;
static troupe_responder caller;
static uint64_t open;
static uint64_t sum;

static troupe_outcome grow(leaves all, uint64_t parts) {
  open = parts;
  sum = 0;
  const uint64_t share = all.count / parts;
  for (uint64_t part = 0; part < parts; ++part) {
    const leaves some = {all.first + part * share, share};
    troupe_address branch;
    troupe_refusal refusal =
        troupe_spawn(troupe_str("skynet"), (troupe_bytes){0, 0}, (troupe_bytes){0, 0}, &branch);
    if (refusal == TROUPE_OK) refusal = troupe_send(branch, troupe_view(&some, sizeof(some)));
    if (refusal != TROUPE_OK) return troupe_error(troupe_refusal_name(refusal));
    troupe_drop(branch);
  }
  return troupe_done();
}

static troupe_outcome send_sum(uint64_t number) {
  const troupe_refusal refusal = troupe_send(parent, troupe_view(&number, sizeof(number)));
  if (refusal != TROUPE_OK) return troupe_error(troupe_refusal_name(refusal));
  troupe_exit_normally();
  return troupe_done();
}

TROUPE_HANDLE(message) {
  uint64_t number = 0;
  leaves some;
  if (message.len == sizeof(number)) {
    __builtin_memcpy(&number, message.ptr, sizeof(number));
    sum += number;
    if (--open != 0) return troupe_done();
    if (parent.handle != 0) return send_sum(sum);
    troupe_responder_answer(caller, troupe_decimal((int64_t)sum), (troupe_addresses){0, 0});
    return troupe_done();
  }
  if (message.len == sizeof(some)) {
    __builtin_memcpy(&some, message.ptr, sizeof(some));
    parent = troupe_sender();
    return some.count == 1 ? send_sum(some.first) : grow(some, branches);
  }
  int64_t count = 0;
  if (!troupe_equals(troupe_word(&message), "add-up-the-leaves") ||
      !troupe_parse(message, &count) || count < 1)
    return troupe_error(troupe_str("usage: add-up-the-leaves NUMBER"));
  caller = troupe_responder_for_later();
  return grow((leaves){0, (uint64_t)count}, 1);
}
