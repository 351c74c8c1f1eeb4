// Its config: how many children, and `named` if they have names.

#include "nursery.h"

enum { children_max = 1000 };

static troupe_address children[children_max];
static int64_t size;
static bool are_named;
static troupe_address head;
static uint32_t waiting;
static uint32_t answered;

TROUPE_START(config) {
  if (!troupe_parse(troupe_word(&config), &size) || size < 1 || size > children_max)
    return troupe_error(troupe_str("usage: CHILDREN [named]"));
  are_named = troupe_equals(config, "named");
  return troupe_done();
}

// All have started when the last one answers: a worker starts them in the order of their spawns.
static troupe_outcome spawn_all(uint32_t serial) {
  for (int64_t i = 0; i < size; ++i, ++serial) {
    const troupe_bytes name = are_named ? troupe_join(troupe_str("p"), troupe_decimal(serial))
                                        : (troupe_bytes){0, 0};
    const troupe_refusal refusal =
        troupe_spawn(troupe_str("parked"), name, (troupe_bytes){0, 0}, &children[i]);
    if (refusal != TROUPE_OK) return troupe_error(troupe_refusal_name(refusal));
  }
  waiting = 1;
  answered = 0;
  return nursery_say(children[size - 1], (nursery_word){nursery_ask, 0});
}

static troupe_outcome ask_all(void) {
  const nursery_word word = {nursery_ask, 0};
  for (int64_t i = 0; i < size; ++i) {
    const troupe_refusal refusal = troupe_send(children[i], troupe_view(&word, sizeof(word)));
    if (refusal != TROUPE_OK) return troupe_error(troupe_refusal_name(refusal));
  }
  waiting = (uint32_t)size;
  answered = 0;
  return troupe_done();
}

TROUPE_HANDLE(message) {
  nursery_word word;
  if (!nursery_word_in(message, &word))
    return troupe_error(troupe_str("a nursery is told in words"));
  if (word.kind == nursery_spawn) {
    head = troupe_sender();
    return spawn_all(word.number);
  }
  if (word.kind == nursery_ask) return ask_all();
  if (word.kind == nursery_end) {
    troupe_exit_normally();
    return troupe_done();
  }
  answered += word.number;
  if (--waiting != 0) return troupe_done();
  return nursery_say(head, (nursery_word){nursery_done, answered});
}
