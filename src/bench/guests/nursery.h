#pragma once
// What a head, its nurseries and their parked actors say to one another.

#include "troupe.h"

enum {
  nursery_done,   // `number` have answered.
  nursery_spawn,  // Spawn your children; names count on from `number`.
  nursery_ask,    // Ask each of yours.
  nursery_end,    // Come to your end, with your children.
};
typedef struct {
  uint32_t kind;
  uint32_t number;
} nursery_word;

static inline bool nursery_word_in(troupe_bytes message, nursery_word* word) {
  if (message.len != sizeof(*word)) return false;
  __builtin_memcpy(word, message.ptr, sizeof(*word));
  return true;
}

static inline troupe_outcome nursery_say(troupe_address to, nursery_word word) {
  const troupe_refusal refusal = troupe_send(to, troupe_view(&word, sizeof(word)));
  return refusal == TROUPE_OK ? troupe_done() : troupe_error(troupe_refusal_name(refusal));
}
